-- Beside each table with times or UUIDs a view of it for people and tools: times as ISO 8601 text in UTC with
-- milliseconds, UUIDs in their 36-character form, and the title of the movie where it is known.

CREATE VIEW users_readable AS
SELECT
    u.user_id,
    strftime('%Y-%m-%dT%H:%M:%fZ', u.first_seen / 1000.0, 'unixepoch') AS first_seen,
    strftime('%Y-%m-%dT%H:%M:%fZ', u.last_seen / 1000.0, 'unixepoch') AS last_seen
FROM users AS u;

CREATE VIEW dim_session_readable AS
SELECT
    s.session_id,
    s.user_id,
    strftime('%Y-%m-%dT%H:%M:%fZ', s.started_at / 1000.0, 'unixepoch') AS started_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', s.ended_at / 1000.0, 'unixepoch') AS ended_at,
    s.device,
    s.browser,
    s.os,
    s.screen_resolution,
    lower(
        substr(hex(s.first_event_id), 1, 8) || '-'
        || substr(hex(s.first_event_id), 9, 4) || '-'
        || substr(hex(s.first_event_id), 13, 4) || '-'
        || substr(hex(s.first_event_id), 17, 4) || '-'
        || substr(hex(s.first_event_id), 21)
    ) AS first_event_id,
    strftime('%Y-%m-%dT%H:%M:%fZ', s.device_event_time / 1000.0, 'unixepoch') AS device_event_time,
    CASE WHEN s.device_event_id IS NOT NULL THEN lower(
        substr(hex(s.device_event_id), 1, 8) || '-'
        || substr(hex(s.device_event_id), 9, 4) || '-'
        || substr(hex(s.device_event_id), 13, 4) || '-'
        || substr(hex(s.device_event_id), 17, 4) || '-'
        || substr(hex(s.device_event_id), 21)
    ) END AS device_event_id
FROM dim_session AS s;

CREATE VIEW fact_user_event_readable AS
SELECT
    strftime('%Y-%m-%dT%H:%M:%fZ', f.event_time / 1000.0, 'unixepoch') AS event_time,
    lower(
        substr(hex(f.event_id), 1, 8) || '-'
        || substr(hex(f.event_id), 9, 4) || '-'
        || substr(hex(f.event_id), 13, 4) || '-'
        || substr(hex(f.event_id), 17, 4) || '-'
        || substr(hex(f.event_id), 21)
    ) AS event_id,
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
    f.movie_known
FROM fact_user_event AS f
LEFT JOIN movies AS m ON m.movie_id = f.movie_id
LEFT JOIN genres AS g ON g.genre_id = f.primary_genre_id;

CREATE VIEW watch_history_readable AS
SELECT
    strftime('%Y-%m-%dT%H:%M:%fZ', w.event_time / 1000.0, 'unixepoch') AS event_time,
    lower(
        substr(hex(w.event_id), 1, 8) || '-'
        || substr(hex(w.event_id), 9, 4) || '-'
        || substr(hex(w.event_id), 13, 4) || '-'
        || substr(hex(w.event_id), 17, 4) || '-'
        || substr(hex(w.event_id), 21)
    ) AS event_id,
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
    strftime('%Y-%m-%dT%H:%M:%fZ', r.event_time / 1000.0, 'unixepoch') AS event_time,
    lower(
        substr(hex(r.event_id), 1, 8) || '-'
        || substr(hex(r.event_id), 9, 4) || '-'
        || substr(hex(r.event_id), 13, 4) || '-'
        || substr(hex(r.event_id), 17, 4) || '-'
        || substr(hex(r.event_id), 21)
    ) AS event_id
FROM ratings AS r
LEFT JOIN movies AS m ON m.movie_id = r.movie_id;

CREATE VIEW reactions_readable AS
SELECT
    r.user_id,
    r.movie_id,
    m.title AS movie_title,
    r.reaction,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.event_time / 1000.0, 'unixepoch') AS event_time,
    lower(
        substr(hex(r.event_id), 1, 8) || '-'
        || substr(hex(r.event_id), 9, 4) || '-'
        || substr(hex(r.event_id), 13, 4) || '-'
        || substr(hex(r.event_id), 17, 4) || '-'
        || substr(hex(r.event_id), 21)
    ) AS event_id
FROM reactions AS r
LEFT JOIN movies AS m ON m.movie_id = r.movie_id;

CREATE VIEW watchlist_readable AS
SELECT
    w.user_id,
    w.movie_id,
    m.title AS movie_title,
    w.status,
    strftime('%Y-%m-%dT%H:%M:%fZ', w.event_time / 1000.0, 'unixepoch') AS event_time,
    lower(
        substr(hex(w.event_id), 1, 8) || '-'
        || substr(hex(w.event_id), 9, 4) || '-'
        || substr(hex(w.event_id), 13, 4) || '-'
        || substr(hex(w.event_id), 17, 4) || '-'
        || substr(hex(w.event_id), 21)
    ) AS event_id
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
    c.deleted,
    strftime('%Y-%m-%dT%H:%M:%fZ', c.event_time / 1000.0, 'unixepoch') AS event_time,
    lower(
        substr(hex(c.event_id), 1, 8) || '-'
        || substr(hex(c.event_id), 9, 4) || '-'
        || substr(hex(c.event_id), 13, 4) || '-'
        || substr(hex(c.event_id), 17, 4) || '-'
        || substr(hex(c.event_id), 21)
    ) AS event_id,
    c.body_reference,
    strftime('%Y-%m-%dT%H:%M:%fZ', c.first_event_time / 1000.0, 'unixepoch') AS first_event_time,
    lower(
        substr(hex(c.first_event_id), 1, 8) || '-'
        || substr(hex(c.first_event_id), 9, 4) || '-'
        || substr(hex(c.first_event_id), 13, 4) || '-'
        || substr(hex(c.first_event_id), 17, 4) || '-'
        || substr(hex(c.first_event_id), 21)
    ) AS first_event_id
FROM comments AS c
LEFT JOIN movies AS m ON m.movie_id = c.movie_id;

CREATE VIEW comment_votes_readable AS
SELECT
    v.user_id,
    v.comment_id,
    v.vote,
    strftime('%Y-%m-%dT%H:%M:%fZ', v.event_time / 1000.0, 'unixepoch') AS event_time,
    lower(
        substr(hex(v.event_id), 1, 8) || '-'
        || substr(hex(v.event_id), 9, 4) || '-'
        || substr(hex(v.event_id), 13, 4) || '-'
        || substr(hex(v.event_id), 17, 4) || '-'
        || substr(hex(v.event_id), 21)
    ) AS event_id
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
    t.official,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.published_at / 1000.0, 'unixepoch') AS published_at,
    t.size,
    t.language_code,
    t.country_code,
    t.position
FROM trailers AS t
LEFT JOIN movies AS m ON m.movie_id = t.movie_id;

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
    r.warnings
FROM load_run AS r;

CREATE VIEW schema_migration_readable AS
SELECT
    s.version,
    s.name,
    strftime('%Y-%m-%dT%H:%M:%fZ', s.applied_at / 1000.0, 'unixepoch') AS applied_at
FROM schema_migration AS s;
