//! People. There is one, the local person, until there are more.

use domain::{User, UserId};
use rusqlite::Connection;

use crate::{
    Error,
    row::{self, Blob},
};

/// The person with that id.
pub fn get(connection: &Connection, id: UserId) -> Result<User, Error> {
    let mut query = connection.prepare_cached("SELECT id, name, created_at FROM users WHERE id = ?1")?;
    let user = query.query_row([Blob(id)], |found| {
        Ok(User { id: row::id(found, 0)?, name: found.get(1)?, created_at: row::time(found, 2)? })
    })?;
    Ok(user)
}
