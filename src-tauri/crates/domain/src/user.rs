//! People, and who is acting.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Timestamp, UserId};

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// What they are called.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// What a method asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Looking at one's own things.
    Read,
    /// Changing one's own things, and spending money.
    Write,
    /// Changing what concerns the whole application: providers, keys, engine, settings.
    Admin,
}

/// Who is acting. Every verb takes one, and every query of a person's things filters by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub user_id: UserId,
    /// Whether they may change what concerns the whole application.
    pub admin: bool,
}

impl Actor {
    /// The one local person, who may do everything.
    pub const LOCAL: Self = Self { user_id: UserId::LOCAL, admin: true };

    /// Whether the actor has the permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.admin || permission != Permission::Admin
    }
}
