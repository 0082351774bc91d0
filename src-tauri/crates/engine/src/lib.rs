//! Models on this machine: reading their files, getting them, and running them in a process of their own.
//!
//! Deliberately not here: inference itself (that is `webplus-runner`, which this crate starts and talks to), HTTP (whoever
//! downloads hands in a `Fetch`), and what the person chose (the application passes it in).

pub mod awake;
pub mod catalogue;
pub mod confine;
pub mod discover;
pub mod download;
pub mod embedded;
pub mod estimate;
pub mod gguf;
pub mod guard;
pub mod hardware;
pub mod import;
pub mod leftovers;
pub mod library;
pub mod ollama;
pub mod pull;
pub mod relocate;
pub mod starter;
pub mod supervise;

mod failure;
mod space;
#[cfg(test)]
mod testing;

pub use catalogue::{Catalogue, CatalogueEntry, CatalogueSize};
pub use discover::{DiscoverOptions, Discovered, Discovery, discover};
pub use download::{
    DownloadOptions, DownloadProgress, Fetch, FetchReply, Fetched, FileAddress, Source, download,
    download_address, fetch_address,
};
pub use embedded::{
    EmbeddedEngine, Embeddings, EngineOptions, EngineState, KEPT_ENVIRONMENT, LoadOptions, LoadedModel,
    LocalModel, PROVIDER, Patience, TokenCount, find_runner,
};
pub use estimate::{
    Buffers, Corrections, EstimateOptions, Factors, KvType, MemoryEstimate, estimate, estimate_with,
};
pub use gguf::{GgufError, GgufHeader, GgufKind, PerLayer, TensorSum, parts_of};
pub use hardware::{Fit, Gpu, Hardware, Machine, Room, disk_free, fits};
pub use import::{ImportSink, Imported, import_gguf, sweep_imports};
pub use library::{BlobDigest, Library, Reference, create_in_ollama, import_into_ollama};
pub use pull::{PullOptions, PullOutcome, PullPhase, PullProgress, pull, repair};
pub use starter::{Starter, StarterList};
