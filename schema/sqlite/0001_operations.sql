-- What the loader keeps about itself: runs, checkpoints, quarantine, and work that is left to do.
-- Times are milliseconds since 1970 in UTC, dates are YYYY-MM-DD, booleans 0 and 1, UUIDs BLOBs of 16 bytes.

CREATE TABLE schema_migration (
    version    INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    applied_at INTEGER NOT NULL
) STRICT;

CREATE TABLE load_run (
    run_id     INTEGER PRIMARY KEY,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    outcome    TEXT NOT NULL,
    read       INTEGER NOT NULL DEFAULT 0,
    accepted   INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0,
    rejected   INTEGER NOT NULL DEFAULT 0,
    warnings   INTEGER NOT NULL DEFAULT 0,
    CHECK (read = accepted + duplicates + rejected)
) STRICT;

-- How far each source is loaded; written with the rows that it counts, in one transaction.
CREATE TABLE load_checkpoint (
    port          TEXT NOT NULL,
    source_key    TEXT NOT NULL,
    snapshot_date TEXT NOT NULL DEFAULT '',
    source        TEXT NOT NULL,
    line          INTEGER NOT NULL,
    byte_offset   INTEGER NOT NULL,
    is_complete   INTEGER NOT NULL,
    read          INTEGER NOT NULL,
    accepted      INTEGER NOT NULL,
    duplicates    INTEGER NOT NULL,
    rejected      INTEGER NOT NULL,
    warnings      INTEGER NOT NULL,
    run_id        INTEGER NOT NULL REFERENCES load_run,
    PRIMARY KEY (port, source_key, snapshot_date),
    CHECK (read = accepted + duplicates + rejected)
) STRICT, WITHOUT ROWID;

-- Movies whose rows were replaced since the marts were last computed, and whether their facts have to follow.
CREATE TABLE load_pending_movie (
    movie_id      INTEGER PRIMARY KEY,
    changes_facts INTEGER NOT NULL
) STRICT;

-- Days of movie_daily that changed since genre_daily was last computed.
CREATE TABLE load_stale_day (
    day TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- How many rows the largest tables have: counting them would read them from end to end at every run.
CREATE TABLE load_row_count (
    table_name TEXT PRIMARY KEY,
    row_count  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rejected_record (
    rejected_id   INTEGER PRIMARY KEY,
    source        TEXT NOT NULL,
    line          INTEGER NOT NULL,
    byte_offset   INTEGER NOT NULL,
    rule          TEXT NOT NULL,
    message       TEXT NOT NULL,
    raw           BLOB NOT NULL,
    port          TEXT NOT NULL,
    snapshot_date TEXT,
    raw_hash      BLOB NOT NULL,
    run_id        INTEGER NOT NULL REFERENCES load_run,
    UNIQUE (source, line, rule, raw_hash)
) STRICT;
