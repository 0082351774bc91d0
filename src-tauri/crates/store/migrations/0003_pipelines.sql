-- Pipelines and their runs. Large values are files named by their hash (blobs); a value in a row is JSON:
-- {"type":"inline","value":…} or {"type":"blob","hash":…,"size":…}.

-- Every definition that was ever saved or run; never changed.
CREATE TABLE definitions (
    owner_id   BLOB NOT NULL REFERENCES users (id),
    hash       TEXT NOT NULL CHECK (length(hash) = 64),
    json       TEXT NOT NULL CHECK (json_valid(json)),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (owner_id, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE pipelines (
    owner_id   BLOB NOT NULL REFERENCES users (id),
    id         TEXT NOT NULL,
    name       TEXT NOT NULL,
    -- As it was last saved, faults, layout and pins included; what runs is a definition.
    draft      TEXT NOT NULL CHECK (json_valid(draft)),
    hash       TEXT,
    -- The file that it is read from and written to, of one that lives in a folder.
    file       TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    -- How long ended runs are kept: {"runs":N,"days":N,"failedDays":N}.
    retention  TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(retention)),
    PRIMARY KEY (owner_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
    owner_id    BLOB NOT NULL REFERENCES users (id),
    pipeline_id TEXT NOT NULL,
    number      INTEGER NOT NULL CHECK (number >= 1),
    hash        TEXT NOT NULL,
    label       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (owner_id, pipeline_id, number)
) STRICT, WITHOUT ROWID;

-- What a person allowed a definition from outside to do: commands, files, http, secrets.
CREATE TABLE approvals (
    owner_id   BLOB NOT NULL REFERENCES users (id),
    hash       TEXT NOT NULL,
    allowed    TEXT NOT NULL CHECK (json_valid(allowed)),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (owner_id, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    id              BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    owner_id        BLOB NOT NULL REFERENCES users (id),
    pipeline_id     TEXT NOT NULL,
    pipeline_name   TEXT NOT NULL,
    definition_hash TEXT NOT NULL,
    origin          TEXT NOT NULL CHECK (json_valid(origin)),
    -- Of a sub-pipeline's run: the step that waits for it.
    parent_run_id   BLOB REFERENCES runs (id) ON DELETE SET NULL,
    parent_scope    TEXT,
    parent_node     TEXT,
    status          TEXT NOT NULL,
    wait_reason     TEXT,
    reason          TEXT,
    error_code      TEXT,
    error_message   TEXT,
    -- Values by name.
    input           TEXT NOT NULL CHECK (json_valid(input)),
    vars            TEXT NOT NULL CHECK (json_valid(vars)),
    outputs         TEXT CHECK (outputs IS NULL OR json_valid(outputs)),
    -- Hashes of the sub-pipelines by id, pinned outputs, where to stop: fixed at acceptance.
    fixed           TEXT NOT NULL CHECK (json_valid(fixed)),
    allowed         TEXT NOT NULL CHECK (json_valid(allowed)),
    -- Which start of the application works on it.
    epoch           INTEGER NOT NULL,
    -- The journal's newest entry.
    seq             INTEGER NOT NULL,
    -- How many causes lie behind it: a run begun by a run begun by …
    depth           INTEGER NOT NULL,
    priority        INTEGER NOT NULL,
    concurrency_key TEXT,
    -- Whether a cancel was committed: nothing new begins.
    cancelling      INTEGER NOT NULL CHECK (cancelling IN (0, 1)),
    created_at      INTEGER NOT NULL,
    started_at      INTEGER,
    finished_at     INTEGER,
    cost_nano_usd   INTEGER NOT NULL,
    tokens          INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_newest ON runs (owner_id, created_at DESC, id DESC);
CREATE INDEX runs_of_pipeline ON runs (owner_id, pipeline_id, created_at DESC, id DESC);
CREATE INDEX runs_unfinished ON runs (status) WHERE status IN ('queued', 'running', 'waiting', 'paused');
CREATE INDEX runs_of_parent ON runs (parent_run_id) WHERE parent_run_id IS NOT NULL;

CREATE TABLE step_runs (
    run_id        BLOB NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    scope         TEXT NOT NULL,
    node          TEXT NOT NULL,
    status        TEXT NOT NULL,
    tries         INTEGER NOT NULL,
    port          TEXT,
    -- Indices of the edges that were taken.
    taken         TEXT,
    opened        INTEGER,
    count         INTEGER,
    due_at        INTEGER,
    -- What it waits for, by kind: a form, a delay, a run, a question.
    wait          TEXT,
    -- Values by port.
    result        TEXT,
    error_code    TEXT,
    error_message TEXT,
    -- Of kind, version, config and inputs: equal ones may be reused by a later run.
    fingerprint   TEXT,
    cost_nano_usd INTEGER NOT NULL,
    tokens        INTEGER NOT NULL,
    started_at    INTEGER,
    finished_at   INTEGER,
    PRIMARY KEY (run_id, scope, node)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
    run_id          BLOB NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    scope           TEXT NOT NULL,
    node            TEXT NOT NULL,
    number          INTEGER NOT NULL,
    effect          TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    epoch           INTEGER NOT NULL,
    -- Pid and start time of what was started for it, so that a later start can end what is left.
    process         TEXT,
    -- What it was given, rendered; secrets by name only.
    input           TEXT NOT NULL CHECK (json_valid(input)),
    outcome         TEXT NOT NULL,
    error_message   TEXT,
    started_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    PRIMARY KEY (run_id, scope, node, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_running ON attempts (epoch) WHERE outcome = 'running';

CREATE TABLE journal (
    run_id BLOB NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq    INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    body   TEXT NOT NULL CHECK (json_valid(body)),
    PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

-- Points in time that something waits for. `duration` is what was left when it was set, so that a clock that is put back
-- doesn't stall it.
CREATE TABLE timers (
    run_id   BLOB NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    scope    TEXT NOT NULL,
    node     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    due_at   INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    PRIMARY KEY (run_id, scope, node, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due_at);

-- What people and clients answered, by an id of theirs: the same one twice is one.
CREATE TABLE signals (
    id         TEXT PRIMARY KEY NOT NULL,
    run_id     BLOB NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    scope      TEXT NOT NULL,
    node       TEXT NOT NULL,
    body       TEXT NOT NULL CHECK (json_valid(body)),
    created_at INTEGER NOT NULL,
    applied_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX signals_waiting ON signals (run_id) WHERE applied_at IS NULL;

-- Outlives its run, so that a late repetition still finds it.
CREATE TABLE idempotency (
    owner_id    BLOB NOT NULL REFERENCES users (id),
    pipeline_id TEXT NOT NULL,
    key         TEXT NOT NULL,
    input_hash  TEXT NOT NULL,
    run_id      BLOB NOT NULL,
    expires_at  INTEGER NOT NULL,
    PRIMARY KEY (owner_id, pipeline_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE step_cache (
    owner_id      BLOB NOT NULL REFERENCES users (id),
    key           TEXT NOT NULL,
    port          TEXT NOT NULL,
    result        TEXT NOT NULL CHECK (json_valid(result)),
    cost_nano_usd INTEGER NOT NULL,
    hits          INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    last_hit_at   INTEGER NOT NULL,
    PRIMARY KEY (owner_id, key)
) STRICT, WITHOUT ROWID;

-- Who holds which file; one that nobody holds is removed.
CREATE TABLE blob_refs (
    hash   TEXT NOT NULL,
    -- "run:ID" or "cache:KEY".
    holder TEXT NOT NULL,
    PRIMARY KEY (hash, holder)
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_refs_by_holder ON blob_refs (holder);

CREATE TABLE triggers (
    owner_id    BLOB NOT NULL REFERENCES users (id),
    pipeline_id TEXT NOT NULL,
    trigger_id  TEXT NOT NULL,
    kind        TEXT NOT NULL,
    config      TEXT NOT NULL CHECK (json_valid(config)),
    enabled     INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    -- How far it is: the last nominal instant, the last event, hashes of files by path.
    cursor      TEXT NOT NULL CHECK (json_valid(cursor)),
    next_at     INTEGER,
    last_error  TEXT,
    PRIMARY KEY (owner_id, pipeline_id, trigger_id)
) STRICT, WITHOUT ROWID;

-- A call that a step made.
ALTER TABLE calls ADD COLUMN run_id BLOB;
ALTER TABLE calls ADD COLUMN step TEXT;
ALTER TABLE calls ADD COLUMN attempt INTEGER;
CREATE INDEX calls_by_run ON calls (run_id, started_at, id) WHERE run_id IS NOT NULL;
