-- A source is known by the bytes that were read of it, so that a file that has grown is known again.

-- How many of the source's own bytes source_key is of; null in rows of older versions, whose key is of the whole file.
ALTER TABLE load_checkpoint ADD COLUMN source_bytes INTEGER;
-- A short hash (XXH3, 64 bits) of the first 256 of these bytes, to find the few sources that may be the same.
ALTER TABLE load_checkpoint ADD COLUMN source_head INTEGER;
-- Whether the source may be longer when it is met again.
ALTER TABLE load_checkpoint ADD COLUMN may_grow INTEGER NOT NULL DEFAULT 0;

-- What sources were known by before they grew: a copy of that time is loaded, too.
CREATE TABLE load_outgrown (
    port          TEXT NOT NULL,
    source_key    TEXT NOT NULL,
    snapshot_date TEXT NOT NULL DEFAULT '',
    source_bytes  INTEGER NOT NULL,
    source_head   INTEGER NOT NULL,
    PRIMARY KEY (port, source_key, snapshot_date)
) STRICT, WITHOUT ROWID;

-- Files that commands wrote for somebody: as long as they are as they were written, they are no input.
CREATE TABLE load_output (
    device      INTEGER NOT NULL,
    inode       INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    path        TEXT NOT NULL,
    PRIMARY KEY (device, inode)
) STRICT, WITHOUT ROWID;
