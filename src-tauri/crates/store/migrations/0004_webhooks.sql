-- Who is told of events by request, what they are told, and what a step that streams had said when it was last looked at.

CREATE TABLE webhooks (
    id          BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    owner_id    BLOB NOT NULL REFERENCES users (id),
    url         TEXT NOT NULL,
    -- A list of topics: "run.failed", "run.*"; empty means all.
    topics      TEXT NOT NULL CHECK (json_valid(topics)),
    -- Only of runs of this pipeline.
    pipeline_id TEXT,
    enabled     INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    -- Whether the person allowed an address that isn't a public one.
    local       INTEGER NOT NULL CHECK (local IN (0, 1)),
    -- Why it was switched off by itself, or what went wrong last.
    last_error  TEXT,
    created_at  INTEGER NOT NULL
) STRICT;

-- One event on its way to one receiver. A row stays until its event is old, so that a failed one can be sent again by hand.
CREATE TABLE deliveries (
    webhook_id  BLOB NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event_id    BLOB NOT NULL CHECK (length(event_id) = 16),
    topic       TEXT NOT NULL,
    run_id      BLOB,
    run_seq     INTEGER,
    -- Exactly what is sent, each time.
    body        TEXT NOT NULL CHECK (json_valid(body)),
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    tries       INTEGER NOT NULL,
    next_at     INTEGER NOT NULL,
    last_status INTEGER,
    last_error  TEXT,
    created_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    PRIMARY KEY (webhook_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (webhook_id, next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;

-- For display only: void as soon as another attempt begins, gone when the step ends.
CREATE TABLE partial_texts (
    run_id   BLOB NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    scope    TEXT NOT NULL,
    node     TEXT NOT NULL,
    attempt  INTEGER NOT NULL,
    text     TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (run_id, scope, node)
) STRICT, WITHOUT ROWID;
