-- What became of the tasks of nightly batches, one row a task.
CREATE TABLE load_task (
    nightly_id  bigint NOT NULL,
    task        text COLLATE "C" NOT NULL,
    day         date NOT NULL,
    outcome     text COLLATE "C" NOT NULL,
    started_at  timestamptz,
    finished_at timestamptz,
    rows        bigint,
    bytes       bigint,
    tries       bigint NOT NULL,
    error       text,
    PRIMARY KEY (nightly_id, task)
);

CREATE VIEW load_task_readable AS
SELECT
    t.nightly_id,
    t.task,
    to_char(t.day, 'YYYY-MM-DD') AS day,
    t.outcome,
    to_char(t.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS started_at,
    to_char(t.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS finished_at,
    t.rows,
    t.bytes,
    t.tries,
    t.error
FROM load_task AS t;

COMMENT ON TABLE load_task IS 'One row for each task of each nightly batch, written when it begins and when it ends.';
COMMENT ON COLUMN load_task.nightly_id IS 'The number of the nightly batch, from 1.';
COMMENT ON COLUMN load_task.task IS 'fetch, movies, events, enrich, marts, compact, export, check or prune, in this order.';
COMMENT ON COLUMN load_task.day IS 'The date that the batch is for.';
COMMENT ON COLUMN load_task.outcome IS 'waiting; running: it is under way, or was killed; completed; partial: done, but not all was taken; failed; blocked: a task that it needs failed; skipped: it had nothing to do or was left out; stopped: by a signal.';
COMMENT ON COLUMN load_task.started_at IS 'When its last try began, by the system''s clock.';
COMMENT ON COLUMN load_task.finished_at IS 'When its last try ended.';
COMMENT ON COLUMN load_task.rows IS 'How many rows it made; null where it counts none.';
COMMENT ON COLUMN load_task.bytes IS 'How many bytes it wrote; null where it counts none.';
COMMENT ON COLUMN load_task.tries IS 'How often it was tried.';
COMMENT ON COLUMN load_task.error IS 'Why it failed or was left out, without passwords.';

COMMENT ON VIEW load_task_readable IS 'The rows of load_task, with times in UTC and ids as text.';
COMMENT ON COLUMN load_task_readable.nightly_id IS 'The number of the nightly batch, from 1.';
COMMENT ON COLUMN load_task_readable.task IS 'fetch, movies, events, enrich, marts, compact, export, check or prune, in this order.';
COMMENT ON COLUMN load_task_readable.day IS 'The date that the batch is for.';
COMMENT ON COLUMN load_task_readable.outcome IS 'waiting; running: it is under way, or was killed; completed; partial: done, but not all was taken; failed; blocked: a task that it needs failed; skipped: it had nothing to do or was left out; stopped: by a signal.';
COMMENT ON COLUMN load_task_readable.started_at IS 'When its last try began, by the system''s clock.';
COMMENT ON COLUMN load_task_readable.finished_at IS 'When its last try ended.';
COMMENT ON COLUMN load_task_readable.rows IS 'How many rows it made; null where it counts none.';
COMMENT ON COLUMN load_task_readable.bytes IS 'How many bytes it wrote; null where it counts none.';
COMMENT ON COLUMN load_task_readable.tries IS 'How often it was tried.';
COMMENT ON COLUMN load_task_readable.error IS 'Why it failed or was left out, without passwords.';
