-- What computes: what came of trying each path, and how often it has crashed.

-- The last trial of each path.
CREATE TABLE compute_trials (
    -- As the engine is told at its start.
    path      TEXT    PRIMARY KEY,
    -- JSON: the engine's build, the system's version, the processor, and the devices with their drivers. It is tried
    -- again when one of them is another.
    subject   TEXT    NOT NULL,
    -- JSON: how it went.
    outcome   TEXT    NOT NULL,
    tried_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Engines that ended while they loaded a model or answered, or that took the computer with them.
CREATE TABLE compute_crashes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    path       TEXT    NOT NULL,
    -- What it was tried with, in short: a crash counts as long as that is the same.
    subject    TEXT    NOT NULL,
    crashed_at INTEGER NOT NULL
) STRICT;
