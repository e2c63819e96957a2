-- Models: on their way here, on this computer, and chosen for conversations.
--
-- Paths are texts: one that is not Unicode cannot be sent to the engine, so none is ever kept.

-- A model on its way here, with all its files one item.
CREATE TABLE downloads (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    -- owner/name on the Hub.
    repo       TEXT    NOT NULL,
    -- The branch that was at this commit when it was asked for. NULL if it was somewhere else already: then it is not
    -- made to point here when the files get their names.
    revision   TEXT,
    -- What is fetched never changes under a download, so the state is named by its commit alone.
    commit_id  TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    label      TEXT    NOT NULL,
    -- In the queue, from the first on. Whole numbers, written anew for all when one is moved.
    position   INTEGER NOT NULL,
    -- One that was running is queued: it goes on by itself after a kill.
    state      TEXT    NOT NULL CHECK (state IN ('queued', 'paused', 'failed', 'done')),
    -- JSON: code, message, details.
    error      TEXT,
    -- The path of the damaged model that it is to replace.
    replaces   TEXT,
    created_at INTEGER NOT NULL,
    CHECK ((error IS NOT NULL) = (state = 'failed'))
) STRICT;

CREATE TABLE download_files (
    download   INTEGER NOT NULL REFERENCES downloads (id) ON DELETE CASCADE,
    -- The order in which the engine wants them; a projector comes last.
    number     INTEGER NOT NULL,
    -- In the repository.
    path       TEXT    NOT NULL,
    size_bytes INTEGER NOT NULL,
    sha256     TEXT    NOT NULL,
    role       TEXT    NOT NULL CHECK (role IN ('model', 'projector')),
    -- Whole, verified and on the disk. It gets its name when all the others are so too.
    is_whole   INTEGER NOT NULL CHECK (is_whole IN (0, 1)),
    PRIMARY KEY (download, number)
) STRICT, WITHOUT ROWID;

-- What is on the disk of a file that is not whole yet. By its content, not by its download: two downloads may need the
-- same projector, and there is one partial file for both.
CREATE TABLE segments (
    repo    TEXT    NOT NULL,
    sha256  TEXT    NOT NULL,
    segment INTEGER NOT NULL,
    -- CRC-32 (ISO 3309) of its bytes as they came.
    crc32   INTEGER NOT NULL,
    PRIMARY KEY (repo, sha256, segment)
) STRICT, WITHOUT ROWID;

-- The first file of the model that was chosen for a conversation; NULL as long as none was.
ALTER TABLE conversations ADD COLUMN model TEXT;

-- When a model last answered, by its first file.
CREATE TABLE models_used (
    path         TEXT    PRIMARY KEY,
    last_used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Files outside of all programs' folders that a person has opened: found again from then on.
CREATE TABLE added_models (
    path TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
