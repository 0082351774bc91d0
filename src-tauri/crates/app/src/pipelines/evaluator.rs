//! Threads with large stacks on which expressions and templates are worked out: off the runtime and off the database's writer.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use domain::ErrorCode;
use tokio::sync::oneshot;

use crate::Error;

/// How many work at the same time.
const THREADS: usize = 2;

/// Bytes of texts and values together that are worked out on the spot.
const SMALL: usize = 8 * 1024;

type Job = Box<dyn FnOnce() + Send>;

/// The threads; they are started with the first job and end with the application.
#[derive(Default)]
pub(crate) struct Evaluator(Mutex<Option<mpsc::Sender<Job>>>);

impl Evaluator {
    /// Runs the closure on one of the threads.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move || {
            let _gone = tell.send(work());
        });
        let sent = self.sender().and_then(|sender| sender.send(job).map_err(|_| failed()));
        sent?;
        told.await.map_err(|_| failed())
    }

    /// The same on the spot where texts and values are so small that handing them over would take longer than the work: fuel
    /// bounds what a short text can cost, and nothing short nests deep.
    pub(crate) async fn run_sized<T: Send + 'static>(
        &self,
        size: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        if size <= SMALL { Ok(work()) } else { self.run(work).await }
    }

    fn sender(&self) -> Result<mpsc::Sender<Job>, Error> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = held.as_ref() {
            return Ok(sender.clone());
        }
        let (sender, jobs) = mpsc::channel::<Job>();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..THREADS {
            let jobs = Arc::clone(&jobs);
            let spawned = thread::Builder::new().name("pipeline-evaluator".to_owned()).spawn(move || {
                pipeline::on_big_stack(|| work_off(&jobs));
            });
            spawned.map_err(|error| failed().caused_by(error))?;
        }
        *held = Some(sender.clone());
        Ok(sender)
    }
}

fn work_off(jobs: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        // Held while waiting: the others wait for the lock instead, which is the same.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            // A panic costs its asker an answer, not everybody a thread.
            Ok(job) => drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(job))),
            Err(_) => return,
        }
    }
}

fn failed() -> Error {
    Error::new(ErrorCode::Internal, "An expression could not be worked out. Run the pipeline again.")
}
