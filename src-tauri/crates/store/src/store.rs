//! The handle that everybody shares: closures go in, answers come out, threads end with the last of it.

use std::{
    fmt,
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use domain::Timestamp;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{
    Error, OpenError, Opened, Options, backup,
    ballast::Ballast,
    folder::Folder,
    migrate, open, owner,
    queue::{self, Queue},
    readers, writer,
};

/// An open database. Clones share it; it is closed by `close`, or when the last clone is dropped.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    folder: Folder,
    epoch: u64,
    /// Why nothing can be written, where that is so.
    refusal: Option<Error>,
    reads: Arc<Queue>,
    writes: Arc<Queue>,
    threads: Mutex<Threads>,
}

/// Ended in this order: readers first, so that the writer is alone when it moves the log into the database.
#[derive(Default)]
struct Threads {
    readers: Vec<JoinHandle<()>>,
    writer: Option<JoinHandle<()>>,
    /// Held here only where there is no writer to hold it.
    lock: Option<File>,
}

impl Store {
    /// Opens the store in that folder, which is made if need be, and makes this process its owner.
    pub fn open(folder: &Path, now: Timestamp, options: Options) -> Result<Opened, OpenError> {
        open::open(folder, now, options, migrate::MIGRATIONS)
    }

    pub(crate) fn start(
        folder: Folder,
        lock: File,
        writing: Connection,
        reading: Connection,
        readers: usize,
        ballast: u64,
    ) -> Result<Self, Error> {
        let epoch = owner::advance(&writing, &folder.log())?;
        crate::kill_point!("epoch_begun");
        let ballast = Ballast::new(folder.ballast(), ballast);
        let (reads, writes) = (Arc::new(Queue::new()), Arc::new(Queue::new()));
        let mut threads = vec![readers::start(reading, &reads)?];
        threads.extend(readers::more(readers.saturating_sub(1), &folder.database(), &reads)?);
        let threads = Threads {
            readers: threads,
            writer: Some(writer::start(writing, ballast, lock, epoch, Arc::clone(&writes))?),
            lock: None,
        };
        let threads = Mutex::new(threads);
        Ok(Self { inner: Arc::new(Inner { folder, epoch, refusal: None, reads, writes, threads }) })
    }

    /// A store whose writes are all refused with that error.
    pub(crate) fn start_reading(
        folder: Folder,
        lock: Option<File>,
        reading: Connection,
        refusal: Error,
    ) -> Result<Self, Error> {
        let epoch = owner::epoch(&reading).unwrap_or(0);
        let (reads, writes) = (Arc::new(Queue::new()), Arc::new(Queue::new()));
        let readers = vec![readers::start(reading, &reads)?];
        let threads = Mutex::new(Threads { readers, writer: None, lock });
        Ok(Self { inner: Arc::new(Inner { folder, epoch, refusal: Some(refusal), reads, writes, threads }) })
    }

    /// Runs the closure on a read-only connection; all its queries see one state of the database.
    pub async fn read<T: Send + 'static>(
        &self,
        closure: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (job, answer) = queue::job(closure);
        ask(&self.inner.reads, job, answer).await
    }

    /// Runs the closure on the writer, all of it or nothing, and answers once it is on the disk.
    ///
    /// Dropping the future doesn't take the write back. The closure must not end the transaction that it runs in.
    pub async fn write<T: Send + 'static>(
        &self,
        closure: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        if let Some(refusal) = &self.inner.refusal {
            return Err(refusal.clone());
        }
        let (job, answer) = queue::job(closure);
        ask(&self.inner.writes, job, answer).await
    }

    /// Which start of the application on this folder this is, from 1; 0 where that can't be known.
    pub fn epoch(&self) -> u64 {
        self.inner.epoch
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.inner.folder.root()
    }

    /// What was done about a damaged database at this or an earlier start, and nobody has seen yet: a sentence a line, the newest
    /// first. Reads a small file.
    pub fn notice(&self) -> Option<String> {
        open::told::read(&self.inner.folder)
    }

    /// The notice was seen: it isn't told again.
    pub async fn forget_notice(&self) -> Result<(), Error> {
        if let Some(refusal) = &self.inner.refusal {
            return Err(refusal.clone());
        }
        let folder = self.inner.folder.clone();
        Ok(apart("store-notice", move || open::told::forget(&folder)).await??)
    }

    /// Whether the newest backup is a day old, or there is none.
    pub fn backup_is_due(&self, now: Timestamp) -> bool {
        self.inner.refusal.is_none() && backup::is_due(&self.inner.folder, now)
    }

    /// Makes a backup, checks it, forgets all but the newest seven, and says where it is. Reads and writes go on meanwhile.
    pub async fn backup(&self, now: Timestamp) -> Result<PathBuf, Error> {
        if let Some(refusal) = &self.inner.refusal {
            return Err(refusal.clone());
        }
        let folder = self.inner.folder.clone();
        apart("store-backup", move || backup::daily(&folder, now)).await?
    }

    /// Does what waits, moves the log into the database and gives the folder up. Later reads and writes are `Closed`.
    pub async fn close(&self) {
        let inner = Arc::clone(&self.inner);
        if let Err(error) = apart("store-close", move || inner.end()).await {
            tracing::warn!(%error, "the store could not be closed");
        }
    }
}

async fn ask<T>(
    queue: &Queue,
    job: Box<dyn queue::Job>,
    answer: oneshot::Receiver<Result<T, Error>>,
) -> Result<T, Error> {
    if !queue.push(job) {
        return Err(Error::Closed);
    }
    answer.await.unwrap_or(Err(Error::Closed))
}

/// Runs what blocks on a thread of its own, so that no runtime is needed or held up.
async fn apart<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let (reply, answer) = oneshot::channel();
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        let _gone = reply.send(work());
    })?;
    answer.await.map_err(|_| Error::Closed)
}

impl Inner {
    fn end(&self) {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        self.reads.close();
        threads.readers.drain(..).for_each(join);
        self.writes.close();
        threads.writer.take().into_iter().for_each(join);
        threads.lock.take();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.end();
    }
}

fn join(thread: JoinHandle<()>) {
    // The last clone may die inside a closure, on one of these very threads; that one ends by itself.
    if thread.thread().id() != thread::current().id() && thread.join().is_err() {
        tracing::error!("a thread of the store panicked");
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("folder", &self.folder())
            .field("epoch", &self.inner.epoch)
            .finish_non_exhaustive()
    }
}
