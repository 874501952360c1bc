-- What became of the tasks of nightly batches, one row a task.
CREATE TABLE load_task (
    nightly_id  INTEGER NOT NULL,
    task        TEXT NOT NULL,
    day         TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    started_at  INTEGER,
    finished_at INTEGER,
    rows        INTEGER,
    bytes       INTEGER,
    tries       INTEGER NOT NULL,
    error       TEXT,
    PRIMARY KEY (nightly_id, task)
) STRICT, WITHOUT ROWID;

CREATE VIEW load_task_readable AS
SELECT
    t.nightly_id,
    t.task,
    t.day,
    t.outcome,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.started_at / 1000.0, 'unixepoch') AS started_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.finished_at / 1000.0, 'unixepoch') AS finished_at,
    t.rows,
    t.bytes,
    t.tries,
    t.error
FROM load_task AS t;
