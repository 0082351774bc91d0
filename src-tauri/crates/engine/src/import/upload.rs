//! Takes a model's file that comes in pieces, from a browser.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use domain::ErrorCode;
use futures_util::{Stream, StreamExt, pin_mut};
use llm::Error;
use sha2::{Digest, Sha256};

use super::{Imported, Temporary, blocking, finish, hex};
use crate::{
    failure::{bytes, failure, storage},
    space,
};

/// A model's file that is being received. Dropped, it leaves nothing.
pub struct ImportSink {
    state: Option<Receiving>,
    folder: PathBuf,
    received: u64,
    most: u64,
}

struct Receiving {
    file: Temporary,
    hash: Sha256,
}

impl ImportSink {
    /// Begins to receive into the folder of models at most `most` bytes; `expected` bytes, where they were announced, must
    /// be free on the disk and within `most`.
    pub async fn create(models_dir: &Path, most: u64, expected: Option<u64>) -> Result<Self, Error> {
        if let Some(expected) = expected.filter(|expected| *expected > most) {
            return Err(too_large(expected, most));
        }
        let folder = models_dir.to_owned();
        let file = blocking(move |_| {
            std::fs::create_dir_all(&folder).map_err(|error| storage(&error, &folder))?;
            space::check(&folder, expected.unwrap_or(0))?;
            Temporary::create(&folder)
        })
        .await?;
        let state = Some(Receiving { file, hash: Sha256::new() });
        Ok(Self { state, folder: models_dir.to_owned(), received: 0, most })
    }

    /// Takes the next piece. After an error nothing more can be written.
    pub async fn write(&mut self, piece: Bytes) -> Result<(), Error> {
        self.received += piece.len() as u64;
        let Some(mut state) = self.state.take() else { return Err(broken()) };
        if self.received > self.most {
            return Err(too_large(self.received, self.most));
        }
        let state = blocking(move |_| {
            state.hash.update(&piece);
            state.file.write(&piece)?;
            Ok(state)
        });
        self.state = Some(state.await?);
        Ok(())
    }

    /// Bytes received so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Checks what came and gives it its name; `called` is what the file was called, for a model that doesn't say.
    pub async fn finish(mut self, called: &str) -> Result<Imported, Error> {
        let Some(state) = self.state.take() else { return Err(broken()) };
        let (folder, stem) = (self.folder.clone(), called.trim_end_matches(".gguf").to_owned());
        blocking(move |_| finish(state.file, &folder, &stem, hex(&state.hash.finalize()))).await
    }

    /// Receives a whole stream.
    pub async fn receive(
        mut self,
        called: &str,
        pieces: impl Stream<Item = Result<Bytes, Error>>,
    ) -> Result<Imported, Error> {
        pin_mut!(pieces);
        while let Some(piece) = pieces.next().await {
            self.write(piece?).await?;
        }
        self.finish(called).await
    }
}

fn too_large(size: u64, most: u64) -> Error {
    failure(
        ErrorCode::TooLarge,
        format!("That file is too large ({}); Web+ takes models of up to {}.", bytes(size), bytes(most)),
    )
}

fn broken() -> Error {
    failure(ErrorCode::Interrupted, "Receiving the file broke off. Add it again.")
}
