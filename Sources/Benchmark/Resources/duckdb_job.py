"""Loads event lines into a DuckDB file, in much the same tables as reelhouse does: the peer of `make bench-peers`.

    python duckdb_job.py FOLDER DATABASE MILLISECONDS

FOLDER has *.ndjson.zst files, DATABASE is made anew, MILLISECONDS is the run's clock. It uses DuckDB as it comes: all
cores, its own reader of compressed JSON, one CREATE TABLE AS a table. Broken lines are left out by the rules of
reelhouse as far as the generator breaks them; there is no quarantine, no checkpoint, no enrichment and no key, and
copies of an event that are spelled with a key twice are left out with the broken lines. Prints one JSON object with
the rows of each table.
"""

import json
import sys

import duckdb

COLUMNS = """{
    event_id: 'VARCHAR', event_type: 'VARCHAR', event_time: 'VARCHAR', user_id: 'VARCHAR', session_id: 'VARCHAR',
    movie_id: 'VARCHAR', note: 'VARCHAR', action_type: 'VARCHAR', timestamp: 'VARCHAR', rating: 'VARCHAR',
    query: 'VARCHAR', trailer_time: 'VARCHAR', dwell_time: 'VARCHAR', user_agent: 'VARCHAR',
    session: 'STRUCT(device VARCHAR, browser VARCHAR, os VARCHAR, screen_resolution VARCHAR)',
    metadata: 'STRUCT(seconds VARCHAR, watched_seconds VARCHAR, score VARCHAR, query VARCHAR, comment_id JSON,
        parent_id VARCHAR, body JSON, deleted VARCHAR, vote VARCHAR, status VARCHAR, undo VARCHAR)'
}"""

# DuckDB reads 1.5 as the integer 2 and 24:00 as the next day, so these are told apart here.
MACROS = r"""
CREATE TEMP MACRO whole(t) AS CASE WHEN contains(t, '.') AND NOT ends_with(t, '.0') THEN NULL
    ELSE TRY_CAST(t AS BIGINT) END;
CREATE TEMP MACRO moment(t) AS CASE
    WHEN ends_with(t, 'Z') AND contains(t, 'T') AND NOT contains(t, 'T24') THEN TRY_CAST(t AS TIMESTAMP)
    WHEN regexp_full_match(t, '-?\d+') THEN make_timestamp(TRY_CAST(t AS BIGINT) * 1000)
    WHEN regexp_full_match(t, '\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)')
    THEN make_timestamp(epoch_us(TRY_CAST(upper(t) AS TIMESTAMPTZ)) // 1000 * 1000) END;
CREATE TEMP TYPE kind AS ENUM ('click', 'view', 'share', 'trailer', 'dwell', 'search', 'watch', 'rate', 'like',
    'dislike', 'comment', 'comment_vote', 'watchlist');
"""

# What is broken is marked here and deleted after: a WHERE would be pushed down, and half of this be worked out twice.
READ = f"""
CREATE TEMP TABLE event AS
WITH line AS (
    SELECT event_id AS id_text, TRY_CAST(event_id AS UUID) AS event_id,
        CASE coalesce(event_type, action_type) WHEN 'rating' THEN 'rate' WHEN 'dwelltime' THEN 'dwell'
            ELSE coalesce(event_type, action_type) END AS event_type,
        moment(coalesce(event_time, timestamp)) AS event_time, whole(user_id) AS user_id,
        trim(session_id) AS session_id, whole(movie_id) AS movie_id, note,
        coalesce(metadata.watched_seconds, metadata.seconds, trailer_time, dwell_time) AS seconds_text,
        coalesce(metadata.score, rating) AS score_text, rating IS NULL AND metadata IS NULL AS is_score_absent,
        coalesce(metadata.query, query) AS query, metadata.comment_id AS comment_text,
        trim(metadata.parent_id) AS parent_id, metadata.body AS body_text, metadata.deleted = 'true' AS is_deleted,
        TRY_CAST(metadata.vote AS DOUBLE) AS vote, metadata.status AS status, metadata.undo = 'true' AS is_undone,
        session.device AS device, session.browser AS browser, session.os AS os,
        session.screen_resolution AS screen_resolution, user_agent
    FROM read_json($folder || '/*.ndjson.zst', format = 'newline_delimited', ignore_errors = true, columns = {COLUMNS})
), typed AS (
    SELECT * EXCLUDE (event_type, comment_text, body_text),
        TRY_CAST(event_type AS kind) AS event_type,
        CASE WHEN event_type IN ('trailer', 'dwell', 'watch') THEN TRY_CAST(seconds_text AS DOUBLE) END AS seconds,
        CASE WHEN event_type = 'rate' THEN TRY_CAST(score_text AS DOUBLE) END AS score,
        CASE WHEN comment_text LIKE '"%' OR whole(comment_text::VARCHAR) IS NOT NULL
            THEN nullif(trim(comment_text ->> '$'), '') END AS comment_id,
        CASE WHEN body_text LIKE '"%' THEN nullif(trim(body_text ->> '$', E' \\t\\r\\n'), '') END AS body
    FROM line
)
SELECT * EXCLUDE (id_text, event_id, note, seconds_text, score_text, is_score_absent),
    coalesce(event_id, CAST(md5(concat_ws('|', event_time, event_type, user_id, session_id, movie_id,
        seconds, score, query, comment_id, parent_id, body, is_deleted, vote, status, is_undone, device, browser, os,
        screen_resolution, user_agent)) AS UUID)) AS event_id,
    event_type IS NULL OR event_time IS NULL OR user_id IS NULL OR user_id < 1
        OR id_text IS NOT NULL AND (event_id IS NULL OR strlen(id_text) <> 36)
        OR event_time < TIMESTAMP '1995-01-01' OR event_time > make_timestamp($now) + INTERVAL 1 DAY
        OR coalesce(movie_id, 0) < 1 AND event_type NOT IN ('search', 'comment_vote')
        OR event_type IN ('trailer', 'dwell', 'watch') AND seconds_text IS NOT NULL AND NOT coalesce(seconds >= 0, false)
        OR event_type = 'rate'
            AND (is_score_absent OR score_text IS NOT NULL AND NOT coalesce(score BETWEEN 0.5 AND 10, false))
        OR event_type IN ('comment', 'comment_vote') AND comment_id IS NULL
        OR event_type = 'comment' AND body IS NULL AND NOT coalesce(is_deleted, false)
        OR event_type = 'comment_vote' AND NOT coalesce(vote IN (-1, 0, 1), false)
        OR event_type = 'watchlist'
            AND NOT coalesce(status IN ('watching', 'completed', 'planned', 'dropped', 'removed'), false)
        OR note IS NOT NULL AND starts_with(note, repeat('[', 64)) AS is_broken
FROM typed
"""

# Of several events of one identity one stays. Only the keys are grouped, and only what comes twice is taken out.
DISTINCT = """
DELETE FROM event WHERE is_broken;
DELETE FROM event WHERE rowid IN (
    WITH repeated AS (
        SELECT event_time, event_id, min(rowid) AS first FROM event GROUP BY event_time, event_id HAVING count(*) > 1
    )
    SELECT event.rowid FROM event JOIN repeated USING (event_time, event_id) WHERE event.rowid > repeated.first
)
"""

TABLES = {
    "fact_user_event": """
        SELECT event_time, event_id, event_type, user_id, session_id, movie_id, seconds, score, query
        FROM event""",
    "users": "SELECT user_id, min(event_time) AS first_seen, max(event_time) AS last_seen FROM event GROUP BY user_id",
    "dim_session": """
        SELECT session_id, arg_min(user_id, event_time) AS user_id, min(event_time) AS started_at,
            max(event_time) AS ended_at, arg_min(device, event_time) AS device, arg_min(browser, event_time) AS browser,
            arg_min(os, event_time) AS os, arg_min(screen_resolution, event_time) AS screen_resolution
        FROM event WHERE session_id IS NOT NULL GROUP BY session_id""",
    "watch_history": """
        SELECT event_time, event_id, user_id, movie_id, seconds AS watched_seconds
        FROM event WHERE event_type = 'watch'""",
    "ratings": """
        SELECT user_id, movie_id, unnest(arg_max({score: score, event_time: event_time, event_id: event_id}, (event_time, event_id)))
        FROM event WHERE event_type = 'rate' GROUP BY user_id, movie_id
        HAVING arg_max_null(score, (event_time, event_id)) IS NOT NULL""",
    "reactions": """
        SELECT user_id, movie_id, unnest(arg_max({reaction: event_type, event_time: event_time, event_id: event_id}, (event_time, event_id)))
        FROM event WHERE event_type IN ('like', 'dislike') GROUP BY user_id, movie_id
        HAVING NOT coalesce(arg_max_null(is_undone, (event_time, event_id)), false)""",
    "watchlist": """
        SELECT user_id, movie_id, unnest(arg_max({status: status, event_time: event_time, event_id: event_id}, (event_time, event_id)))
        FROM event WHERE event_type = 'watchlist' GROUP BY user_id, movie_id
        HAVING arg_max(status, (event_time, event_id)) <> 'removed'""",
    "comments": """
        SELECT comment_id, unnest(arg_max({body: body, is_deleted: is_deleted, event_time: event_time, event_id: event_id}, (event_time, event_id))),
            unnest(arg_min({parent_id: parent_id, user_id: user_id, movie_id: movie_id}, (event_time, event_id)))
        FROM event WHERE event_type = 'comment' GROUP BY comment_id""",
    "comment_votes": """
        SELECT user_id, comment_id, unnest(arg_max({vote: vote, event_time: event_time, event_id: event_id}, (event_time, event_id)))
        FROM event WHERE event_type = 'comment_vote' GROUP BY user_id, comment_id
        HAVING arg_max(vote, (event_time, event_id)) <> 0""",
    "movie_daily": """
        SELECT event_time::DATE AS day, movie_id, count(*) AS events,
            count(*) FILTER (event_type = 'click') AS clicks, count(*) FILTER (event_type = 'view') AS views,
            count(*) FILTER (event_type = 'share') AS shares, count(*) FILTER (event_type = 'trailer') AS trailers,
            count(*) FILTER (event_type = 'watch') AS watches, count(*) FILTER (event_type = 'rate') AS rates,
            count(*) FILTER (event_type = 'like') AS likes, count(*) FILTER (event_type = 'dislike') AS dislikes,
            count(*) FILTER (event_type = 'comment') AS comments,
            count(*) FILTER (event_type = 'watchlist') AS watchlist_changes,
            sum(seconds) FILTER (event_type = 'watch') AS watched_seconds, sum(score) AS score_total,
            count(score) AS scores
        FROM event WHERE movie_id IS NOT NULL GROUP BY ALL""",
}


def main():
    folder, database, now = sys.argv[1:]
    with duckdb.connect(database) as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET enable_progress_bar = false")
        connection.execute(MACROS)
        connection.execute(READ, {"folder": folder, "now": int(now) * 1000})
        connection.execute(DISTINCT)
        rows = {}
        for name, query in TABLES.items():
            rows[name] = connection.execute(f"CREATE TABLE {name} AS {query}").fetchone()[0]
        connection.execute("CHECKPOINT")
    print(json.dumps({"version": duckdb.__version__, "rows": rows}))


if __name__ == "__main__":
    main()
