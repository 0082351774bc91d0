-- Ids are 16 bytes, times milliseconds since 1970, enumerations their names on the wire, compound values JSON.

-- Which start of the application this is; work of an older epoch has no owner any more.
CREATE TABLE owner (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL
) STRICT;
INSERT INTO owner (one, epoch) VALUES (1, 0);

CREATE TABLE users (
    id         BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
-- The local person, who owns everything until there are more users.
INSERT INTO users (id, name, created_at) VALUES (x'00000000000070008000000000000001', 'You', 0);

CREATE TABLE providers (
    id         BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    owner_id   BLOB NOT NULL REFERENCES users (id),
    slug       TEXT NOT NULL,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    base_url   TEXT NOT NULL,
    key_source TEXT NOT NULL CHECK (json_valid(key_source)),
    key_state  TEXT NOT NULL,
    key_hint   TEXT,
    key_origin TEXT,
    enabled    INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    UNIQUE (owner_id, slug)
) STRICT;

-- What is remembered of a model between starts; what a provider can tell at any time is not kept.
CREATE TABLE models (
    owner_id      BLOB NOT NULL REFERENCES users (id),
    model         TEXT NOT NULL,
    path          TEXT,
    origin        TEXT,
    sha256        TEXT,
    size          INTEGER,
    header        TEXT CHECK (header IS NULL OR json_valid(header)),
    load_settings TEXT NOT NULL CHECK (json_valid(load_settings)),
    test_size     INTEGER NOT NULL CHECK (test_size IN (0, 1)),
    updated_at    INTEGER NOT NULL,
    PRIMARY KEY (owner_id, model)
) STRICT;

CREATE TABLE presets (
    id            BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    owner_id      BLOB NOT NULL REFERENCES users (id),
    name          TEXT NOT NULL,
    model         TEXT,
    system_prompt TEXT NOT NULL,
    parameters    TEXT NOT NULL CHECK (json_valid(parameters))
) STRICT;
CREATE INDEX presets_by_name ON presets (owner_id, name);

CREATE TABLE conversations (
    id             BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    owner_id       BLOB NOT NULL REFERENCES users (id),
    title          TEXT NOT NULL,
    title_folded   TEXT NOT NULL,
    main_thread_id BLOB NOT NULL CHECK (length(main_thread_id) = 16),
    model          TEXT,
    system_prompt  TEXT NOT NULL,
    parameters     TEXT NOT NULL CHECK (json_valid(parameters)),
    draft          TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    deleted_at     INTEGER
) STRICT;
CREATE INDEX conversations_newest ON conversations (owner_id, updated_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX conversations_deleted ON conversations (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE messages (
    id              BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    owner_id        BLOB NOT NULL REFERENCES users (id),
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    parent_id       BLOB REFERENCES messages (id),
    seq             INTEGER NOT NULL CHECK (seq >= 1),
    role            TEXT NOT NULL,
    status          TEXT NOT NULL,
    parts           TEXT NOT NULL CHECK (json_valid(parts)),
    model           TEXT,
    finish_reason   TEXT,
    error_code      TEXT,
    error_message   TEXT,
    call_id         BLOB,
    created_at      INTEGER NOT NULL,
    UNIQUE (conversation_id, seq)
) STRICT;
CREATE INDEX messages_children ON messages (parent_id, seq);
CREATE INDEX messages_roots ON messages (conversation_id, seq) WHERE parent_id IS NULL;
CREATE INDEX messages_running ON messages (status) WHERE status = 'running';

CREATE TABLE threads (
    id              BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    owner_id        BLOB NOT NULL REFERENCES users (id),
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    head_id         BLOB REFERENCES messages (id)
) STRICT;
CREATE INDEX threads_by_conversation ON threads (conversation_id);
CREATE INDEX threads_by_head ON threads (head_id);

-- The ledger outlives the conversation that a call was made for, so it refers to it without a foreign key.
CREATE TABLE calls (
    id                BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    owner_id          BLOB NOT NULL REFERENCES users (id),
    surface           TEXT NOT NULL,
    conversation_id   BLOB,
    message_id        BLOB,
    model             TEXT NOT NULL,
    response_model    TEXT,
    outcome           TEXT NOT NULL,
    error_code        TEXT,
    input             INTEGER NOT NULL,
    cache_read        INTEGER NOT NULL,
    cache_write       INTEGER NOT NULL,
    output            INTEGER NOT NULL,
    reasoning         INTEGER NOT NULL,
    estimated         INTEGER NOT NULL CHECK (estimated IN (0, 1)),
    started_at        INTEGER NOT NULL,
    first_token_ms    REAL,
    total_ms          REAL,
    tokens_per_second REAL,
    chunks            INTEGER NOT NULL,
    retries           INTEGER NOT NULL,
    cost_nano_usd     INTEGER,
    price_id          TEXT
) STRICT;
CREATE INDEX calls_newest ON calls (owner_id, started_at DESC, id DESC);
CREATE INDEX calls_by_message ON calls (owner_id, message_id, started_at, id) WHERE message_id IS NOT NULL;
CREATE INDEX calls_reserved ON calls (outcome) WHERE outcome = 'reserved';

CREATE TABLE settings (
    owner_id BLOB NOT NULL REFERENCES users (id),
    key      TEXT NOT NULL,
    value    TEXT NOT NULL CHECK (json_valid(value)),
    PRIMARY KEY (owner_id, key)
) STRICT, WITHOUT ROWID;

-- Events that others must not miss, written in the transaction that they tell of.
CREATE TABLE outbox (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    id         BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    owner_id   BLOB NOT NULL REFERENCES users (id),
    topic      TEXT NOT NULL,
    payload    TEXT NOT NULL CHECK (json_valid(payload)),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE jobs (
    id            BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    owner_id      BLOB NOT NULL REFERENCES users (id),
    kind          TEXT NOT NULL,
    title         TEXT NOT NULL,
    payload       TEXT NOT NULL CHECK (json_valid(payload)),
    status        TEXT NOT NULL,
    completed     INTEGER NOT NULL,
    total         INTEGER NOT NULL,
    speed         REAL,
    error_code    TEXT,
    error_message TEXT,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_newest ON jobs (owner_id, created_at DESC, id DESC);
CREATE INDEX jobs_by_status ON jobs (owner_id, status);
