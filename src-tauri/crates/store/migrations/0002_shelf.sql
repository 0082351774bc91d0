-- How fast a model was, measured on purpose; kept for each version of its engine, so that a slower one is noticed. It
-- outlives the model, which may be pulled again.
CREATE TABLE benchmarks (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id              BLOB NOT NULL REFERENCES users (id),
    model                 TEXT NOT NULL,
    engine_version        TEXT NOT NULL,
    prompt_per_second     REAL,
    generation_per_second REAL,
    first_token_ms        REAL,
    load_ms               REAL,
    created_at            INTEGER NOT NULL
) STRICT;
CREATE INDEX benchmarks_by_model ON benchmarks (owner_id, model, created_at DESC, id DESC);
