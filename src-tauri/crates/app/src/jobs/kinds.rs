//! What a job of each kind does, which others it waits for, and what is removed when it is cancelled.

use domain::{Actor, Job};
use futures_util::future::BoxFuture;

use super::Reporter;
use crate::{App, Error, models, pipelines};

type Run = for<'a> fn(&'a App, Actor, &'a Job, &'a mut Reporter) -> BoxFuture<'a, Result<(), Error>>;
type Discard = for<'a> fn(&'a App, Actor, &'a Job) -> BoxFuture<'a, ()>;

/// A kind of job.
pub(super) struct Kind {
    name: &'static str,
    /// Jobs of the same lane come one after the other.
    pub(super) lane: fn(&Job) -> String,
    /// Dropped, it stops and keeps what can be gone on with.
    pub(super) run: Run,
    /// Removes what was left half done. The job doesn't run then.
    pub(super) discard: Discard,
}

const KINDS: &[Kind] = &[
    Kind {
        name: models::DOWNLOAD,
        lane: |_| models::EMBEDDED_LANE.to_owned(),
        run: |app, actor, job, reporter| Box::pin(models::run_download(app, actor, job, reporter)),
        discard: |app, _, job| Box::pin(models::discard_download(app, job)),
    },
    Kind {
        name: models::FETCH,
        lane: models::lane_of_fetch,
        run: |app, actor, job, reporter| Box::pin(models::run_fetch(app, actor, job, reporter)),
        discard: |app, _, job| Box::pin(models::discard_fetch(app, job)),
    },
    Kind {
        name: models::PULL,
        lane: models::lane_of_host,
        run: |app, actor, job, reporter| Box::pin(models::run_pull(app, actor, job, reporter)),
        discard: |app, actor, job| Box::pin(models::discard_pull(app, actor, job)),
    },
    Kind {
        name: models::REPAIR,
        lane: models::lane_of_host,
        run: |app, actor, job, reporter| Box::pin(models::run_repair(app, actor, job, reporter)),
        // What a repair has fetched is a part of a model that is wanted.
        discard: |_, _, _| Box::pin(async {}),
    },
    Kind {
        name: models::CREATE,
        lane: models::lane_of_host,
        run: |app, actor, job, reporter| Box::pin(models::run_create(app, actor, job, reporter)),
        discard: |_, _, job| Box::pin(models::discard_create(job)),
    },
    Kind {
        name: models::MOVE,
        lane: models::lane_of_move,
        run: |app, actor, job, reporter| Box::pin(models::run_move(app, actor, job, reporter)),
        discard: |app, _, job| Box::pin(models::discard_move(app, job)),
    },
    Kind {
        name: pipelines::selftest::KIND,
        lane: |_| pipelines::selftest::KIND.to_owned(),
        run: |app, actor, job, reporter| Box::pin(pipelines::selftest::run_job(app, actor, job, reporter)),
        discard: |_, _, _| Box::pin(async {}),
    },
    Kind {
        name: models::BENCHMARK,
        lane: |_| models::BENCHMARK.to_owned(),
        run: |app, actor, job, reporter| Box::pin(models::run_benchmark(app, actor, job, reporter)),
        discard: |_, _, _| Box::pin(async {}),
    },
];

impl Kind {
    pub(super) fn of(job: &Job) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == job.kind)
    }
}
