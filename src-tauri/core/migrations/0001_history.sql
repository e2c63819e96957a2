-- The history. Append-only from here on: a later change is a later file.
--
-- Messages form a tree. Whoever edits a question or has it answered again makes a sibling; nothing is overwritten.
-- `id` is also the order: AUTOINCREMENT never gives a number twice and never a smaller one, whatever the clock does.
-- Times are seconds since 1970 (UTC).

CREATE TABLE conversations (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    title       TEXT,
    -- A title that a person gave is never replaced by one that was made.
    titled_by   TEXT CHECK (titled_by IN ('exchange', 'person')),
    -- The end of the path that is shown.
    active_leaf INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    -- Of the last message.
    updated_at  INTEGER NOT NULL,
    -- Deleted ones can be restored for a while.
    deleted_at  INTEGER,
    CHECK ((title IS NULL) = (titled_by IS NULL))
) STRICT;

CREATE TABLE messages (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation      INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    parent            INTEGER REFERENCES messages (id) ON DELETE CASCADE,
    role              TEXT    NOT NULL CHECK (role IN ('user', 'assistant')),
    text              TEXT    NOT NULL,
    created_at        INTEGER NOT NULL,

    -- From here on: answers only.
    state             TEXT CHECK (state IN ('writing', 'complete', 'cut', 'stopped', 'interrupted', 'failed')),
    interrupted_by    TEXT CHECK (interrupted_by IN ('engine', 'app')),
    -- JSON: code, message, details.
    error             TEXT,
    -- Name of the model that wrote it.
    model             TEXT,
    -- The oldest message the model remembered; NULL when it remembered all.
    remembered_from   INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    -- NULL until it is known what the answer took.
    prompt_tokens     INTEGER,
    reused_tokens     INTEGER,
    answer_tokens     INTEGER,
    first_token_ms    REAL,
    tokens_per_second REAL,

    CHECK ((role = 'assistant') = (state IS NOT NULL)),
    CHECK ((role = 'assistant') = (model IS NOT NULL)),
    CHECK ((interrupted_by IS NOT NULL) = (state IS 'interrupted')),
    CHECK ((error IS NOT NULL) = (state IS 'failed'))
) STRICT;

CREATE INDEX messages_by_conversation ON messages (conversation);
CREATE INDEX messages_by_parent ON messages (parent);
-- What SQLite looks for when a message goes.
CREATE INDEX messages_by_remembered_from ON messages (remembered_from) WHERE remembered_from IS NOT NULL;
CREATE INDEX conversations_by_active_leaf ON conversations (active_leaf);
-- What is looked for at every start: answers that a dead app left unfinished.
CREATE INDEX messages_being_written ON messages (id) WHERE state = 'writing';

-- Typed, but not sent. The row without a conversation is that of the chat not yet begun.
CREATE TABLE drafts (
    conversation INTEGER REFERENCES conversations (id) ON DELETE CASCADE,
    text         TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX one_draft_each ON drafts (coalesce(conversation, 0));

CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
