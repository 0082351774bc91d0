//! Looks at everything that must work, changes nothing, and says of each what was found and what mends it.
//!
//! It works beside a running application and without one, with a data folder that is absent, damaged, newer or can only be
//! read. Every check has its own time limit and runs beside the others: what hangs costs only its own answer. Deliberately
//! not here: mending, which is what the buttons' methods do.

mod certificates;
mod check;
mod clock;
mod confinement;
mod database;
mod disk;
mod engine;
mod folder;
mod gpu;
mod keys;
mod memory;
mod ollama;
mod patient;
mod port;
mod program;
mod proxy;
mod records;
mod timed;

use std::{future::Future, pin::Pin, sync::Arc};

use futures_util::future::join_all;

pub use check::{Check, CheckStatus, Doctor, Fix};
pub(crate) use patient::Patient;

use crate::{App, AppOptions};
use check::Finding;
use timed::timed;

type Looking = Pin<Box<dyn Future<Output = Check> + Send>>;

/// Looks from outside, with what the mains read from the environment; no application is opened.
pub async fn examine(options: AppOptions) -> Doctor {
    look(Patient::outside(options)).await
}

/// Looks from inside a running application.
pub(crate) async fn examine_running(app: &App) -> Doctor {
    look(Patient::running(app)).await
}

/// All checks, in the order in which they matter.
async fn look(patient: Patient) -> Doctor {
    let patient = Arc::new(patient);
    let all: Vec<Looking> = vec![
        one("binary", "Web+ itself", program::binary()),
        one("processor", "Processor", program::processor()),
        one("engine", "Built-in engine", engine::engine(Arc::clone(&patient))),
        one("confinement", "Confinement", confinement::engine(Arc::clone(&patient))),
        one("ollama", "Ollama", ollama::ollama(Arc::clone(&patient))),
        one("port", "Ollama’s port", port::port(Arc::clone(&patient))),
        one("gpu", "Graphics card", gpu::gpu(Arc::clone(&patient))),
        one("memory", "Memory", memory::memory()),
        one("disk", "Disk space", disk::disk(Arc::clone(&patient))),
        one("database", "Database", database::database(Arc::clone(&patient))),
        one("folder", "Data folder", folder::folder(Arc::clone(&patient))),
        one("keychain", "Keychain", keys::keychain(Arc::clone(&patient))),
        one("proxy", "Proxy", proxy::proxy(Arc::clone(&patient))),
        one("certificates", "Certificates", certificates::certificates(Arc::clone(&patient))),
        one("clock", "Clock", clock::clock(Arc::clone(&patient))),
    ];
    let (mut checks, providers) = tokio::join!(join_all(all), keys::providers(&patient));
    checks.extend(providers);
    Doctor { checks }
}

fn one(
    id: &'static str,
    title: &'static str,
    looking: impl Future<Output = Finding> + Send + 'static,
) -> Looking {
    Box::pin(timed(id.to_owned(), title.to_owned(), looking))
}
