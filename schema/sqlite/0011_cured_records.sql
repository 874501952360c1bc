-- Lines in quarantine that are cured, the counts of those that were dropped, and rejected lines by run and rule.

-- An older version did not note who found a line again.
ALTER TABLE rejected_record ADD COLUMN last_run_id INTEGER NOT NULL DEFAULT 1 REFERENCES load_run;
UPDATE rejected_record SET last_run_id = run_id WHERE run_id <> 1;

ALTER TABLE rejected_record ADD COLUMN cured_run_id INTEGER REFERENCES load_run;
ALTER TABLE rejected_record ADD COLUMN event_time INTEGER;
ALTER TABLE rejected_record ADD COLUMN event_id BLOB;
ALTER TABLE rejected_record ADD COLUMN movie_id INTEGER;

-- With the rule, so that counting the open lines reads nothing else.
CREATE INDEX rejected_record_open ON rejected_record (port, source, last_run_id, rule, cured_run_id)
WHERE cured_run_id IS NULL;
CREATE INDEX rejected_record_cured ON rejected_record (source, rule, cured_run_id) WHERE cured_run_id IS NOT NULL;
CREATE INDEX rejected_record_event ON rejected_record (event_time, event_id)
WHERE cured_run_id IS NULL AND event_id IS NOT NULL;
CREATE INDEX rejected_record_movie ON rejected_record (movie_id, snapshot_date)
WHERE cured_run_id IS NULL AND movie_id IS NOT NULL;

-- A reading that an older version began may have found any line: it cures none.
ALTER TABLE load_checkpoint ADD COLUMN first_run_id INTEGER NOT NULL DEFAULT 1 REFERENCES load_run;

CREATE TABLE load_run_rule (
    run_id   INTEGER NOT NULL REFERENCES load_run,
    rule     TEXT NOT NULL,
    rejected INTEGER NOT NULL,
    again    INTEGER NOT NULL,
    PRIMARY KEY (run_id, rule)
) STRICT, WITHOUT ROWID;

INSERT INTO load_run_rule (run_id, rule, rejected, again)
SELECT run_id, rule, count(*), 0 FROM rejected_record GROUP BY run_id, rule;

-- Lines that were in quarantine already, or have left it since: their rule is not known.
INSERT INTO load_run_rule (run_id, rule, rejected, again)
SELECT run_id, '', rejected - known, rejected - known FROM (
    SELECT
        run_id,
        rejected,
        coalesce((SELECT sum(rejected) FROM load_run_rule AS rule WHERE rule.run_id = load_run.run_id), 0) AS known
    FROM load_run
) WHERE rejected <> known;

CREATE TABLE load_dropped (
    drop_id    INTEGER NOT NULL,
    run_id     INTEGER NOT NULL REFERENCES load_run,
    source     TEXT NOT NULL,
    rule       TEXT NOT NULL,
    was_cured  INTEGER NOT NULL,
    dropped_at INTEGER NOT NULL,
    lines      INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    PRIMARY KEY (drop_id, run_id, source, rule, was_cured)
) STRICT, WITHOUT ROWID;

-- The view of event lines says which of them are cured.
DROP VIEW rejected_event_readable;

-- What could be parsed of the event lines in quarantine, in the columns of a fact; null where nothing could. It reads the
-- newer form of a key, or the older one where the newer is absent or null; of a doubled key it sees the first. A line
-- that is no JSON has nothing but nulls, and of one that may not be UTF-8 only plain ASCII is shown, so that reading the
-- view never fails.

CREATE VIEW rejected_event_readable AS
WITH line AS (
    SELECT
        rejected_id,
        source,
        line,
        rule,
        message,
        cured_run_id,
        CASE WHEN json_valid(CAST(raw AS TEXT)) THEN CAST(raw AS TEXT) ELSE '{}' END AS document,
        -- All other rules are looked at only once the line is known to be UTF-8.
        rule NOT IN ('malformed_json', 'damaged_file') AS is_utf8
    FROM rejected_record
    WHERE port = 'events'
), path AS (
    SELECT
        *,
        CASE WHEN coalesce(json_type(document, '$.event_type'), 'null') = 'null'
            THEN '$.action_type' ELSE '$.event_type' END AS type_path,
        CASE WHEN coalesce(json_type(document, '$.event_time'), 'null') = 'null'
            THEN '$.timestamp' ELSE '$.event_time' END AS time_path,
        CASE WHEN coalesce(json_type(document, '$.metadata.score'), 'null') = 'null'
            THEN '$.rating' ELSE '$.metadata.score' END AS score_path,
        CASE WHEN coalesce(json_type(document, '$.metadata.query'), 'null') = 'null'
            THEN '$.query' ELSE '$.metadata.query' END AS query_path,
        CASE
            WHEN coalesce(json_type(document, '$.metadata.watched_seconds'), 'null') <> 'null'
                THEN '$.metadata.watched_seconds'
            WHEN coalesce(json_type(document, '$.metadata.seconds'), 'null') <> 'null' THEN '$.metadata.seconds'
            WHEN coalesce(json_type(document, '$.trailer_time'), 'null') <> 'null' THEN '$.trailer_time'
            ELSE '$.dwell_time'
        END AS seconds_path
    FROM line
), token AS (
    -- A text without its quotes, anything else as JSON writes it.
    SELECT
        *,
        CASE WHEN json_type(document, type_path) = 'text' THEN trim(json_extract(document, type_path)) END AS event_type,
        CASE WHEN json_type(document, '$.event_id') = 'text'
            THEN trim(json_extract(document, '$.event_id')) END AS event_id,
        CASE json_type(document, time_path) WHEN 'text' THEN upper(trim(json_extract(document, time_path)))
            ELSE document -> time_path END AS event_time,
        CASE json_type(document, '$.user_id') WHEN 'text' THEN json_extract(document, '$.user_id')
            ELSE document -> '$.user_id' END AS user_id,
        CASE WHEN json_type(document, '$.session_id') IN ('text', 'integer')
            THEN trim(json_extract(document, '$.session_id')) END AS session_id,
        CASE json_type(document, '$.movie_id') WHEN 'text' THEN json_extract(document, '$.movie_id')
            ELSE document -> '$.movie_id' END AS movie_id,
        CASE json_type(document, seconds_path) WHEN 'text' THEN json_extract(document, seconds_path)
            ELSE document -> seconds_path END AS seconds,
        CASE json_type(document, score_path) WHEN 'text' THEN json_extract(document, score_path)
            ELSE document -> score_path END AS score,
        CASE WHEN json_type(document, query_path) = 'text' THEN trim(json_extract(document, query_path)) END AS query
    FROM path
), number AS (
    -- Numbers in JSON's grammar, also those that were text.
    SELECT
        *,
        CASE WHEN json_valid(event_time) THEN
            CASE WHEN json_type(event_time) = 'integer' THEN json_extract(event_time, '$') END END AS time_number,
        CASE WHEN json_valid(user_id) THEN
            CASE WHEN json_type(user_id) IN ('integer', 'real') THEN json_extract(user_id, '$') END END AS user_number,
        CASE WHEN json_valid(movie_id) THEN
            CASE WHEN json_type(movie_id) IN ('integer', 'real') THEN json_extract(movie_id, '$') END END
            AS movie_number,
        CASE WHEN json_valid(seconds) THEN
            CASE WHEN json_type(seconds) IN ('integer', 'real') THEN json_extract(seconds, '$') END END
            AS seconds_number,
        CASE WHEN json_valid(score) THEN
            CASE WHEN json_type(score) IN ('integer', 'real') THEN json_extract(score, '$') END END AS score_number
    FROM token
)
SELECT
    rejected_id,
    source,
    line,
    rule,
    message,
    CASE
        WHEN typeof(time_number) = 'integer'
            THEN strftime('%Y-%m-%dT%H:%M:%fZ', time_number / 1000.0, 'unixepoch')
        WHEN event_time GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9]*'
            AND (event_time GLOB '*Z' OR event_time GLOB '*[-+][0-9][0-9]:[0-9][0-9]')
            -- The calculation is what turns February 30 into March 2.
            AND date(substr(event_time, 1, 10), '+0 days') = substr(event_time, 1, 10)
            AND substr(event_time, 12, 2) < '24'
            THEN strftime('%Y-%m-%dT%H:%M:%fZ', event_time)
    END AS event_time,
    CASE WHEN event_id GLOB '????????-????-????-????-????????????'
        AND length(replace(event_id, '-', '')) = 32 AND event_id NOT GLOB '*[^-0-9a-fA-F]*'
        THEN lower(event_id) END AS event_id,
    CASE
        WHEN event_type = 'dwelltime' THEN 'dwell'
        WHEN event_type = 'rating' THEN 'rate'
        WHEN is_utf8 OR event_type NOT GLOB '*[^ -~]*' THEN nullif(event_type, '')
    END AS event_type,
    CASE WHEN user_number = CAST(user_number AS INTEGER) THEN CAST(user_number AS INTEGER) END AS user_id,
    CASE WHEN is_utf8 OR session_id NOT GLOB '*[^ -~]*' THEN nullif(session_id, '') END AS session_id,
    CASE WHEN movie_number = CAST(movie_number AS INTEGER) THEN CAST(movie_number AS INTEGER) END AS movie_id,
    CAST(seconds_number AS REAL) AS seconds,
    CAST(score_number AS REAL) AS score,
    CASE WHEN is_utf8 OR query NOT GLOB '*[^ -~]*' THEN nullif(query, '') END AS query,
    cured_run_id
FROM number;

CREATE VIEW rejected_record_readable AS
SELECT
    r.rejected_id,
    r.source,
    r.line,
    r.byte_offset,
    r.rule,
    r.message,
    r.raw,
    r.port,
    r.snapshot_date,
    r.raw_hash,
    r.run_id,
    r.last_run_id,
    r.cured_run_id,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.event_time / 1000.0, 'unixepoch') AS event_time,
    CASE WHEN r.event_id IS NOT NULL THEN lower(
        substr(hex(r.event_id), 1, 8) || '-'
        || substr(hex(r.event_id), 9, 4) || '-'
        || substr(hex(r.event_id), 13, 4) || '-'
        || substr(hex(r.event_id), 17, 4) || '-'
        || substr(hex(r.event_id), 21)
    ) END AS event_id,
    r.movie_id
FROM rejected_record AS r;

CREATE VIEW load_dropped_readable AS
SELECT
    d.drop_id,
    d.run_id,
    d.source,
    d.rule,
    d.was_cured,
    strftime('%Y-%m-%dT%H:%M:%fZ', d.dropped_at / 1000.0, 'unixepoch') AS dropped_at,
    d.lines,
    d.bytes
FROM load_dropped AS d;
