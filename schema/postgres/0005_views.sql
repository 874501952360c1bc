-- Beside each table with times or UUIDs a view of it for people and tools: times as ISO 8601 text in UTC with
-- milliseconds, UUIDs in their 36-character form, and the title of the movie where it is known.

CREATE VIEW users_readable AS
SELECT
    u.user_id,
    to_char(u.first_seen AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS first_seen,
    to_char(u.last_seen AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS last_seen
FROM users AS u;

CREATE VIEW dim_session_readable AS
SELECT
    s.session_id,
    s.user_id,
    to_char(s.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS started_at,
    to_char(s.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ended_at,
    s.device,
    s.browser,
    s.os,
    s.screen_resolution,
    s.first_event_id::text AS first_event_id,
    to_char(s.device_event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS device_event_time,
    s.device_event_id::text AS device_event_id
FROM dim_session AS s;

CREATE VIEW fact_user_event_readable AS
SELECT
    to_char(f.event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS event_time,
    f.event_id::text AS event_id,
    f.event_type,
    f.user_id,
    f.session_id,
    f.movie_id,
    m.title AS movie_title,
    f.seconds,
    f.score,
    f.query,
    f.release_year,
    f.primary_genre_id,
    g.name AS primary_genre,
    f.days_since_release,
    f.movie_known::int AS movie_known
FROM fact_user_event AS f
LEFT JOIN movies AS m ON m.movie_id = f.movie_id
LEFT JOIN genres AS g ON g.genre_id = f.primary_genre_id;

CREATE VIEW watch_history_readable AS
SELECT
    to_char(w.event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS event_time,
    w.event_id::text AS event_id,
    w.user_id,
    w.movie_id,
    m.title AS movie_title,
    w.watched_seconds
FROM watch_history AS w
LEFT JOIN movies AS m ON m.movie_id = w.movie_id;

CREATE VIEW ratings_readable AS
SELECT
    r.user_id,
    r.movie_id,
    m.title AS movie_title,
    r.score,
    to_char(r.event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS event_time,
    r.event_id::text AS event_id
FROM ratings AS r
LEFT JOIN movies AS m ON m.movie_id = r.movie_id;

CREATE VIEW reactions_readable AS
SELECT
    r.user_id,
    r.movie_id,
    m.title AS movie_title,
    r.reaction,
    to_char(r.event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS event_time,
    r.event_id::text AS event_id
FROM reactions AS r
LEFT JOIN movies AS m ON m.movie_id = r.movie_id;

CREATE VIEW watchlist_readable AS
SELECT
    w.user_id,
    w.movie_id,
    m.title AS movie_title,
    w.status,
    to_char(w.event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS event_time,
    w.event_id::text AS event_id
FROM watchlist AS w
LEFT JOIN movies AS m ON m.movie_id = w.movie_id;

CREATE VIEW comments_readable AS
SELECT
    c.comment_id,
    c.parent_id,
    c.user_id,
    c.movie_id,
    m.title AS movie_title,
    c.body,
    c.deleted::int AS deleted,
    to_char(c.event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS event_time,
    c.event_id::text AS event_id,
    c.body_reference,
    to_char(c.first_event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS first_event_time,
    c.first_event_id::text AS first_event_id
FROM comments AS c
LEFT JOIN movies AS m ON m.movie_id = c.movie_id;

CREATE VIEW comment_votes_readable AS
SELECT
    v.user_id,
    v.comment_id,
    v.vote,
    to_char(v.event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS event_time,
    v.event_id::text AS event_id
FROM comment_votes AS v;

CREATE VIEW trailers_readable AS
SELECT
    t.movie_id,
    m.title AS movie_title,
    t.video_id,
    t.name,
    t.site,
    t.site_key,
    t.type,
    t.official::int AS official,
    to_char(t.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS published_at,
    t.size,
    t.language_code,
    t.country_code,
    t.position
FROM trailers AS t
LEFT JOIN movies AS m ON m.movie_id = t.movie_id;

CREATE VIEW load_run_readable AS
SELECT
    r.run_id,
    to_char(r.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS started_at,
    to_char(r.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ended_at,
    r.outcome,
    r.read,
    r.accepted,
    r.duplicates,
    r.rejected,
    r.warnings,
    r.error
FROM load_run AS r;

CREATE VIEW schema_migration_readable AS
SELECT
    s.version,
    s.name,
    to_char(s.applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS applied_at
FROM schema_migration AS s;

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
    to_char(r.event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS event_time,
    r.event_id::text AS event_id,
    r.movie_id
FROM rejected_record AS r;

CREATE VIEW load_dropped_readable AS
SELECT
    d.drop_id,
    d.run_id,
    d.source,
    d.rule,
    d.was_cured::int AS was_cured,
    to_char(d.dropped_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS dropped_at,
    d.lines,
    d.bytes
FROM load_dropped AS d;
