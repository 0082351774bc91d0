//! The vault of the data folder, opened or made with a passphrase that a person types. The passphrase goes to the vault and
//! nowhere else: it is in no answer, no log and no file.

use std::{path::Path, sync::Arc};

use domain::{Actor, ErrorCode, Secret};
use serde::Deserialize;
use ts_rs::TS;

use crate::{
    App, Error,
    api::Nothing,
    providers::{self, TypedKey},
    secrets::{SecretStore, Vault},
};

/// The fewest letters of a new one's passphrase: who has the file may guess as long as they like.
const SHORTEST: usize = 8;

/// A passphrase, for the vault that is there or for a new one.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct VaultOpenParams {
    /// As typed; spaces around it don't count, as in a file that holds it.
    pub passphrase: TypedKey,
}

/// Opens the vault until Web+ ends. Where there is none, the first key that is kept in it makes it.
pub async fn open(app: App, _actor: Actor, params: VaultOpenParams) -> Result<Nothing, Error> {
    let passphrase = Secret::new(params.passphrase.0.trim().to_owned());
    let path = app.options.vault_file();
    let opened = tokio::task::spawn_blocking(move || {
        if !path.exists() && passphrase.expose().chars().count() < SHORTEST {
            return Err(Error::invalid(format!(
                "A vault's passphrase needs at least {SHORTEST} letters. Choose a longer one."
            )));
        }
        Ok(Vault::open(path, passphrase)?)
    });
    let vault: Arc<dyn SecretStore> = Arc::new(opened.await.map_err(|error| {
        Error::new(ErrorCode::Internal, "Opening the vault was broken off. Try again.").caused_by(error)
    })??);
    app.secrets.use_vault(vault);
    // Keys that couldn't be had now can be.
    providers::changed(&app);
    Ok(Nothing {})
}

/// Whether there is a vault in this file to be opened, in place of one to be made.
pub(crate) async fn is_made(path: &Path) -> bool {
    tokio::fs::try_exists(path).await.unwrap_or(false)
}
