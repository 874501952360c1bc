-- Why a run failed, or that it was killed.

ALTER TABLE load_run ADD COLUMN error TEXT;

UPDATE load_run SET error = 'the run was killed before its end; what it had committed stays' WHERE outcome = 'interrupted';

DROP VIEW load_run_readable;

CREATE VIEW load_run_readable AS
SELECT
    r.run_id,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.started_at / 1000.0, 'unixepoch') AS started_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1000.0, 'unixepoch') AS ended_at,
    r.outcome,
    r.read,
    r.accepted,
    r.duplicates,
    r.rejected,
    r.warnings,
    r.error
FROM load_run AS r;
