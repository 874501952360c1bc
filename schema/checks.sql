-- The checks of `reelhouse check`: each is a query that gives the rows that are wrong. One without rows passes.
--
-- A check begins with a line `-- check: name`. Its head goes on with these lines, and then says in sentences what its
-- rows mean and what to do:
--     level: error     (unless given) rows fail the checking; warn: they are shown
--     cost: slow       `--quick` leaves it out
--     needs: a, b.c    the tables and columns without which it is skipped
-- The query runs on SQLite and PostgreSQL. What they spell differently is put in for
--     :name            a parameter: a number (5), a share (60%), a duration (2d), a date (1995-01-01); or :now, the clock of the checking
--     :time(x), :id(x) a time or a UUID as text
--     :day(x)          the UTC day of a time, as a date
-- Durations are added to and taken from times. Where that is not enough, a check has two queries, each after a line
-- `-- on sqlite:` or `-- on postgresql:`. A file of your own (`--checks FILE`) is written likewise; its checks and
-- parameters take the place of those of the same name here.

-- parameter freshness = 2d: The newest event may be this old.
-- parameter movie_freshness = 30d: The newest movie document may be this old.
-- parameter run_freshness = 2d: The last run that was completed may have ended this long ago.
-- parameter drift = 3: The lines that a run accepts may be so many times more or fewer than usual.
-- parameter drift_window = 14: How many runs before the last one say what is usual.
-- parameter drift_least = 5: With fewer runs than these nothing is usual.
-- parameter reject_rate = 10%: This share of the lines of a run may be rejected.
-- parameter reject_least = 100: A run that read fewer lines is not judged by that share.
-- parameter null_title = 5%: Movies may have no original title in this share.
-- parameter null_release_date = 25%: Movies may have no release date in this share.
-- parameter null_runtime = 60%: Movies may have no runtime in this share.
-- parameter null_genre = 40%: Movies may have no genre in this share.
-- parameter null_session = 50%: Events may have no session in this share.
-- parameter null_device = 50%: Sessions may have no device in this share.
-- parameter unknown_movie = 20%: Events of movies may be of ones that the warehouse does not have in this share.
-- parameter earliest = 1995-01-01: No event is older.
-- parameter far_ahead = 10950d: A movie may be released this far ahead.
-- parameter clock_error = 1d: Events may lie this far ahead of the clock.

-- Conservation.

-- check: lines_add_up
-- Lines read are not accepted + duplicates + rejected. Another program has changed these rows: restore the warehouse from a
-- copy, or build it anew with `reelhouse rebuild`.
SELECT 'run ' || CAST(run_id AS TEXT) AS counted_by, read, accepted, duplicates, rejected
FROM load_run
WHERE read <> accepted + duplicates + rejected
UNION ALL
SELECT source, read, accepted, duplicates, rejected
FROM load_checkpoint
WHERE read <> accepted + duplicates + rejected;

-- check: sources_within_runs
-- The sources have more lines than all runs together have read, so rows of load_run are missing or changed. Restore the
-- warehouse from a copy, or build it anew with `reelhouse rebuild`.
SELECT
    source.read AS read_of_sources,
    run.read AS read_by_runs,
    source.accepted AS accepted_of_sources,
    run.accepted AS accepted_by_runs,
    source.rejected AS rejected_of_sources,
    run.rejected AS rejected_by_runs
FROM (
    SELECT
        coalesce(sum(read), 0) AS read,
        coalesce(sum(accepted), 0) AS accepted,
        coalesce(sum(duplicates), 0) AS duplicates,
        coalesce(sum(rejected), 0) AS rejected
    FROM load_checkpoint
) AS source
CROSS JOIN (
    SELECT
        coalesce(sum(read), 0) AS read,
        coalesce(sum(accepted), 0) AS accepted,
        coalesce(sum(duplicates), 0) AS duplicates,
        coalesce(sum(rejected), 0) AS rejected
    FROM load_run
) AS run
WHERE source.read > run.read OR source.accepted > run.accepted OR source.duplicates > run.duplicates
    OR source.rejected > run.rejected;

-- check: accepted_lines_have_rows
-- Fewer events are there than lines of events were accepted, or more events and snapshots of movies than lines were: rows
-- were deleted (or a partition of PostgreSQL detached) or added by another program. Restore the warehouse from a copy, or
-- build it anew with `reelhouse rebuild`.
SELECT counted.*
FROM (
    SELECT
        (SELECT count(*) FROM fact_user_event) AS events,
        (SELECT coalesce(sum(accepted), 0) FROM load_checkpoint WHERE port = 'events') AS accepted_events_of_sources,
        (SELECT count(*) FROM movie_popularity) AS snapshots_of_movies,
        (SELECT coalesce(sum(accepted), 0) FROM load_run) AS accepted_by_runs
) AS counted
WHERE events < accepted_events_of_sources OR events + snapshots_of_movies > accepted_by_runs;

-- check: rejected_lines_kept
-- Lines that broke these rules are neither in quarantine nor were they dropped by `reelhouse quarantine drop`. Load their
-- sources again with `reelhouse run --reload`.
SELECT
    rule,
    sum(rejected) AS rejected,
    sum(kept) AS in_quarantine,
    sum(dropped) AS dropped,
    sum(again) AS rejected_again
FROM (
    SELECT rule, rejected, again, 0 AS kept, 0 AS dropped FROM load_run_rule
    UNION ALL
    SELECT rule, 0, 0, count(*), 0 FROM rejected_record GROUP BY rule
    UNION ALL
    SELECT rule, 0, 0, 0, lines FROM load_dropped
) AS line
GROUP BY rule
HAVING sum(rejected) <> sum(again) + sum(kept) + sum(dropped);

-- check: rejected_lines_by_run
-- The lines that these runs rejected are not those that load_run_rule counts by rule. Another program has changed one of
-- the tables: restore the warehouse from a copy.
SELECT run.run_id, run.rejected, coalesce(rule.rejected, 0) AS rejected_by_rule
FROM load_run AS run
LEFT JOIN (SELECT run_id, sum(rejected) AS rejected FROM load_run_rule GROUP BY run_id) AS rule
    ON rule.run_id = run.run_id
WHERE run.rejected <> coalesce(rule.rejected, 0);

-- check: row_counts
-- These tables have other numbers of rows than were inserted: rows were deleted (or a partition of PostgreSQL detached) or
-- added by another program. Restore the warehouse from a copy, or build it anew with `reelhouse rebuild`.
SELECT counted.*
FROM (
    SELECT
        table_name,
        row_count AS inserted,
        CASE table_name
            WHEN 'fact_user_event' THEN (SELECT count(*) FROM fact_user_event)
            WHEN 'watch_history' THEN (SELECT count(*) FROM watch_history)
        END AS there
    FROM load_row_count
) AS counted
WHERE inserted <> there;

-- References.

-- check: facts_have_users_and_sessions
-- cost: slow
-- Events whose user or session is not there. Rows of users or dim_session were deleted: restore the warehouse from a copy,
-- or build it anew with `reelhouse rebuild`.
SELECT 'users' AS lacking, CAST(fact.user_id AS TEXT) AS id, count(*) AS events
FROM fact_user_event AS fact
WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.user_id = fact.user_id)
GROUP BY fact.user_id
UNION ALL
SELECT 'dim_session', fact.session_id, count(*)
FROM fact_user_event AS fact
WHERE fact.session_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM dim_session WHERE dim_session.session_id = fact.session_id)
GROUP BY fact.session_id;

-- check: watches_are_facts
-- Watch events without their row of watch_history, or the other way round. Rows of one of them were deleted: restore the
-- warehouse from a copy, or build it anew with `reelhouse rebuild`.
SELECT 'fact_user_event' AS lacking, :time(watch.event_time) AS event_time, :id(watch.event_id) AS event_id
FROM watch_history AS watch
WHERE NOT EXISTS (
    SELECT 1 FROM fact_user_event AS fact
    WHERE fact.event_time = watch.event_time AND fact.event_id = watch.event_id AND fact.event_type = 'watch'
)
UNION ALL
SELECT 'watch_history', :time(fact.event_time), :id(fact.event_id)
FROM fact_user_event AS fact
WHERE fact.event_type = 'watch' AND NOT EXISTS (
    SELECT 1 FROM watch_history AS watch
    WHERE watch.event_time = fact.event_time AND watch.event_id = fact.event_id
);

-- check: behaviour_has_users
-- Rows whose user is not there. Rows of users were deleted: restore the warehouse from a copy, or build it anew with
-- `reelhouse rebuild`.
SELECT table_name, user_id, count(*) AS row_count
FROM (
    SELECT 'dim_session' AS table_name, user_id FROM dim_session
    UNION ALL SELECT 'ratings', user_id FROM ratings
    UNION ALL SELECT 'reactions', user_id FROM reactions
    UNION ALL SELECT 'watchlist', user_id FROM watchlist
    UNION ALL SELECT 'comments', user_id FROM comments
    UNION ALL SELECT 'comment_votes', user_id FROM comment_votes
) AS behaviour
WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.user_id = behaviour.user_id)
GROUP BY table_name, user_id;

-- check: opinions_are_there
-- cost: slow
-- Rate, like, dislike and watchlist events whose user and movie have neither their row in ratings, reactions or watchlist nor a
-- withdrawal, of this event or a later one. Rows of that table were deleted: restore the warehouse from a copy, or build it anew
-- with `reelhouse rebuild`.
SELECT lacking, user_id, movie_id, count(*) AS events
FROM (
    SELECT 'ratings' AS lacking, user_id, movie_id
    FROM fact_user_event AS fact
    WHERE event_type = 'rate'
        AND NOT EXISTS (
            SELECT 1 FROM ratings AS kept
            WHERE kept.user_id = fact.user_id AND kept.movie_id = fact.movie_id AND kept.event_time >= fact.event_time
        )
        AND NOT EXISTS (
            SELECT 1 FROM withdrawn_ratings AS kept
            WHERE kept.user_id = fact.user_id AND kept.movie_id = fact.movie_id AND kept.event_time >= fact.event_time
        )
    UNION ALL
    SELECT 'reactions', user_id, movie_id
    FROM fact_user_event AS fact
    WHERE event_type IN ('like', 'dislike')
        AND NOT EXISTS (
            SELECT 1 FROM reactions AS kept
            WHERE kept.user_id = fact.user_id AND kept.movie_id = fact.movie_id AND kept.event_time >= fact.event_time
        )
        AND NOT EXISTS (
            SELECT 1 FROM withdrawn_reactions AS kept
            WHERE kept.user_id = fact.user_id AND kept.movie_id = fact.movie_id AND kept.event_time >= fact.event_time
        )
    UNION ALL
    SELECT 'watchlist', user_id, movie_id
    FROM fact_user_event AS fact
    WHERE event_type = 'watchlist'
        AND NOT EXISTS (
            SELECT 1 FROM watchlist AS kept
            WHERE kept.user_id = fact.user_id AND kept.movie_id = fact.movie_id AND kept.event_time >= fact.event_time
        )
        AND NOT EXISTS (
            SELECT 1 FROM withdrawn_watchlist AS kept
            WHERE kept.user_id = fact.user_id AND kept.movie_id = fact.movie_id AND kept.event_time >= fact.event_time
        )
) AS opinion
GROUP BY lacking, user_id, movie_id;

-- check: movies_have_snapshots
-- Movies without the row of movie_popularity of their own document. Rows of movie_popularity were deleted: restore the warehouse
-- from a copy, or build it anew with `reelhouse rebuild`.
SELECT movie_id, title, snapshot_date
FROM movies
WHERE NOT EXISTS (
    SELECT 1 FROM movie_popularity AS seen
    WHERE seen.movie_id = movies.movie_id AND seen.snapshot_date = movies.snapshot_date
);

-- check: movie_lists_have_movies
-- Rows of a movie that is not there. Rows of movies were deleted: restore the warehouse from a copy, or build it anew with
-- `reelhouse rebuild`.
SELECT table_name, movie_id, count(*) AS row_count
FROM (
    SELECT 'movie_genres' AS table_name, movie_id FROM movie_genres
    UNION ALL SELECT 'movie_production_companies', movie_id FROM movie_production_companies
    UNION ALL SELECT 'movie_production_countries', movie_id FROM movie_production_countries
    UNION ALL SELECT 'movie_spoken_languages', movie_id FROM movie_spoken_languages
    UNION ALL SELECT 'movie_keywords', movie_id FROM movie_keywords
    UNION ALL SELECT 'movie_cast', movie_id FROM movie_cast
    UNION ALL SELECT 'movie_crew', movie_id FROM movie_crew
    UNION ALL SELECT 'trailers', movie_id FROM trailers
    UNION ALL SELECT 'release_calendar', movie_id FROM release_calendar
    UNION ALL SELECT 'movie_popularity', movie_id FROM movie_popularity
    UNION ALL SELECT 'top_movies', movie_id FROM top_movies
) AS list
WHERE NOT EXISTS (SELECT 1 FROM movies WHERE movies.movie_id = list.movie_id)
GROUP BY table_name, movie_id;

-- check: movie_lists_have_entries
-- Rows that name a genre, company, country, language, keyword, person or collection that is not there. Rows of that table
-- were deleted: restore the warehouse from a copy, or build it anew with `reelhouse rebuild`.
SELECT table_name, lacking, id, count(*) AS row_count
FROM (
    SELECT 'movie_genres' AS table_name, 'genres' AS lacking, CAST(genre_id AS TEXT) AS id
    FROM movie_genres AS list
    WHERE NOT EXISTS (SELECT 1 FROM genres WHERE genres.genre_id = list.genre_id)
    UNION ALL
    SELECT 'genre_daily', 'genres', CAST(genre_id AS TEXT)
    FROM genre_daily AS list
    WHERE NOT EXISTS (SELECT 1 FROM genres WHERE genres.genre_id = list.genre_id)
    UNION ALL
    SELECT 'movie_production_companies', 'production_companies', CAST(company_id AS TEXT)
    FROM movie_production_companies AS list
    WHERE NOT EXISTS (SELECT 1 FROM production_companies AS c WHERE c.company_id = list.company_id)
    UNION ALL
    SELECT 'movie_production_countries', 'production_countries', CAST(country_code AS TEXT)
    FROM movie_production_countries AS list
    WHERE NOT EXISTS (SELECT 1 FROM production_countries AS c WHERE c.country_code = list.country_code)
    UNION ALL
    SELECT 'movie_spoken_languages', 'spoken_languages', CAST(language_code AS TEXT)
    FROM movie_spoken_languages AS list
    WHERE NOT EXISTS (SELECT 1 FROM spoken_languages AS l WHERE l.language_code = list.language_code)
    UNION ALL
    SELECT 'movie_keywords', 'keywords', CAST(keyword_id AS TEXT)
    FROM movie_keywords AS list
    WHERE NOT EXISTS (SELECT 1 FROM keywords AS k WHERE k.keyword_id = list.keyword_id)
    UNION ALL
    SELECT 'movie_cast', 'people', CAST(person_id AS TEXT)
    FROM movie_cast AS list
    WHERE NOT EXISTS (SELECT 1 FROM people AS p WHERE p.person_id = list.person_id)
    UNION ALL
    SELECT 'movie_crew', 'people', CAST(person_id AS TEXT)
    FROM movie_crew AS list
    WHERE NOT EXISTS (SELECT 1 FROM people AS p WHERE p.person_id = list.person_id)
    UNION ALL
    SELECT 'movies', 'collections', CAST(collection_id AS TEXT)
    FROM movies AS list
    WHERE collection_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM collections AS c WHERE c.collection_id = list.collection_id)
) AS entry
GROUP BY table_name, lacking, id;

-- Marts.

-- check: movie_daily_matches_facts
-- cost: slow
-- Days on which movie_daily counts other events than the facts have. Another program has changed one of them: restore the
-- warehouse from a copy, or build it anew with `reelhouse rebuild`.
SELECT
    day,
    sum(facts) AS facts,
    sum(events) AS movie_daily,
    sum(watched) AS watch_facts,
    sum(watches) AS movie_daily_watches,
    sum(scored) AS score_facts,
    sum(scores) AS movie_daily_scores
FROM (
    SELECT
        :day(event_time) AS day,
        count(*) AS facts,
        count(*) FILTER (WHERE event_type = 'watch') AS watched,
        count(score) AS scored,
        0 AS events,
        0 AS watches,
        0 AS scores
    FROM fact_user_event
    WHERE movie_id IS NOT NULL
    GROUP BY 1
    UNION ALL
    SELECT day, 0, 0, 0, sum(events), sum(watches), sum(scores)
    FROM movie_daily
    GROUP BY day
) AS counted
GROUP BY day
HAVING sum(facts) <> sum(events) OR sum(watched) <> sum(watches) OR sum(scored) <> sum(scores);

-- check: genre_daily_matches_movie_daily
-- cost: slow
-- Days on which genre_daily is not movie_daily summed by genre. Another program has changed one of them or movie_genres:
-- restore the warehouse from a copy, or build it anew with `reelhouse rebuild`. (While a load goes on, or after one that was
-- stopped, nothing is compared.)
SELECT day, sum(by_movie) AS movie_daily, sum(by_genre) AS genre_daily
FROM (
    SELECT daily.day, sum(daily.events * genre.genres) AS by_movie, 0 AS by_genre
    FROM movie_daily AS daily
    JOIN (SELECT movie_id, count(*) AS genres FROM movie_genres GROUP BY movie_id) AS genre
        ON genre.movie_id = daily.movie_id
    GROUP BY daily.day
    UNION ALL
    SELECT day, 0, sum(events)
    FROM genre_daily
    GROUP BY day
) AS counted
WHERE NOT EXISTS (SELECT 1 FROM load_stale_day) AND NOT EXISTS (SELECT 1 FROM load_pending_movie)
GROUP BY day
HAVING sum(by_movie) <> sum(by_genre);

-- check: site_daily_matches_facts
-- cost: slow
-- needs: site_daily
-- Days on which site_daily counts other events or active users than the facts have, other new users than users has, or other
-- sessions than dim_session has. Another program has changed one of them: restore the warehouse from a copy, or build it anew
-- with `reelhouse rebuild`. (While a load goes on, or after one that was stopped, nothing is compared.)
SELECT
    day,
    sum(facts) AS facts,
    sum(events) AS site_daily,
    sum(visitors) AS users_of_facts,
    sum(active_users) AS active_users,
    sum(arrivals) AS first_seen_of_users,
    sum(new_users) AS new_users,
    sum(visits) AS sessions_begun,
    sum(sessions) AS sessions
FROM (
    SELECT
        :day(event_time) AS day,
        count(*) AS facts,
        count(DISTINCT user_id) AS visitors,
        0 AS arrivals,
        0 AS visits,
        0 AS events,
        0 AS active_users,
        0 AS new_users,
        0 AS sessions
    FROM fact_user_event
    GROUP BY 1
    UNION ALL
    SELECT :day(first_seen), 0, 0, count(*), 0, 0, 0, 0, 0
    FROM users
    GROUP BY 1
    UNION ALL
    SELECT :day(started_at), 0, 0, 0, count(*), 0, 0, 0, 0
    FROM dim_session
    GROUP BY 1
    UNION ALL
    SELECT day, 0, 0, 0, 0, events, active_users, new_users, sessions
    FROM site_daily
) AS counted
WHERE NOT EXISTS (SELECT 1 FROM load_stale_day) AND NOT EXISTS (SELECT 1 FROM load_pending_movie)
    AND NOT EXISTS (SELECT 1 FROM site_daily WHERE active_users IS NULL)
GROUP BY day
HAVING sum(facts) <> sum(events) OR sum(visitors) <> sum(active_users) OR sum(arrivals) <> sum(new_users)
    OR sum(visits) <> sum(sessions);

-- check: top_movies_is_whole
-- top_movies has fewer or more movies than it should, or a gap in its positions. Another program has changed it: the next run
-- that loads anything computes it anew. (While a load goes on, or after one that was stopped, nothing is compared.)
SELECT counted.*
FROM (
    SELECT
        (SELECT count(*) FROM top_movies) AS row_count,
        (SELECT coalesce(max(position), 0) FROM top_movies) AS last_position,
        (
            SELECT count(*)
            FROM movies
            WHERE (vote_count > 0 AND vote_average BETWEEN 0 AND 10) OR movie_id IN (SELECT movie_id FROM ratings)
        ) AS movies_with_votes
) AS counted
WHERE (row_count <> last_position OR row_count <> CASE WHEN movies_with_votes < 250 THEN movies_with_votes ELSE 250 END)
    AND NOT EXISTS (SELECT 1 FROM load_stale_day) AND NOT EXISTS (SELECT 1 FROM load_pending_movie);

-- check: trending_is_whole
-- trending has fewer or more movies than movie_daily has in its last seven days (100 at most), or a gap in its positions.
-- Another program has changed it: the next run that loads anything computes it anew. (While a load goes on, or after one that
-- was stopped, nothing is compared.)
-- on sqlite:
SELECT counted.*
FROM (
    SELECT
        (SELECT count(*) FROM trending) AS row_count,
        (SELECT coalesce(max(position), 0) FROM trending) AS last_position,
        (
            SELECT count(DISTINCT movie_id)
            FROM movie_daily
            WHERE day > date((SELECT max(day) FROM movie_daily), '-7 days')
        ) AS movies_of_the_week
) AS counted
WHERE (row_count <> last_position
        OR row_count <> CASE WHEN movies_of_the_week < 100 THEN movies_of_the_week ELSE 100 END)
    AND NOT EXISTS (SELECT 1 FROM load_stale_day) AND NOT EXISTS (SELECT 1 FROM load_pending_movie);
-- on postgresql:
SELECT counted.*
FROM (
    SELECT
        (SELECT count(*) FROM trending) AS row_count,
        (SELECT coalesce(max(position), 0) FROM trending) AS last_position,
        (
            SELECT count(DISTINCT movie_id)
            FROM movie_daily
            WHERE day > (SELECT max(day) FROM movie_daily) - 7
        ) AS movies_of_the_week
) AS counted
WHERE (row_count <> last_position
        OR row_count <> CASE WHEN movies_of_the_week < 100 THEN movies_of_the_week ELSE 100 END)
    AND NOT EXISTS (SELECT 1 FROM load_stale_day) AND NOT EXISTS (SELECT 1 FROM load_pending_movie);

-- check: marts_are_current
-- level: warn
-- The marts do not have what was loaded last. The next `reelhouse run` brings them up to date, also when there is nothing
-- new to load.
SELECT stale.*
FROM (
    SELECT
        (SELECT count(*) FROM load_stale_day) AS stale_days,
        (SELECT count(*) FROM load_pending_movie) AS pending_movies
) AS stale
WHERE stale_days + pending_movies > 0 AND NOT EXISTS (SELECT 1 FROM load_run WHERE outcome = 'running');

-- check: facts_are_enriched
-- cost: slow
-- Movies whose events are not marked as those of a known movie, or the other way round. Another program has changed one
-- of the tables: restore the warehouse from a copy, or build it anew with `reelhouse rebuild`. (While a load goes on, or
-- after one that was stopped, nothing is compared.)
SELECT fact.movie_id, movies.title, count(*) AS events
FROM fact_user_event AS fact
LEFT JOIN movies ON movies.movie_id = fact.movie_id
WHERE fact.movie_known <> (movies.movie_id IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM load_stale_day) AND NOT EXISTS (SELECT 1 FROM load_pending_movie)
GROUP BY fact.movie_id, movies.title;

-- Freshness and runs.

-- check: events_are_fresh
-- level: warn
-- The newest event is older than the parameter freshness says. Look for what keeps events from coming: the site's export, the
-- folder or topic that is loaded, or the run (`reelhouse status`).
SELECT :time(newest) AS newest_event
FROM (SELECT max(event_time) AS newest FROM fact_user_event) AS event
WHERE newest < :now - :freshness;

-- check: movies_are_fresh
-- level: warn
-- The newest movie document is older than the parameter movie_freshness says. Fetch new ones with `reelhouse fetch`, and
-- load them.
SELECT newest AS newest_snapshot
FROM (SELECT max(snapshot_date) AS newest FROM movies) AS movie
WHERE newest < :day(:now - :movie_freshness);

-- check: runs_are_fresh
-- level: warn
-- No run was completed for longer than the parameter run_freshness says. Look at `reelhouse status` and at what starts the
-- runs. (A run that follows a topic does not end; it counts while it is under way.)
SELECT :time(newest) AS last_completed
FROM (SELECT max(ended_at) AS newest FROM load_run WHERE outcome IN ('completed', 'stopped')) AS run
WHERE newest < :now - :run_freshness AND NOT EXISTS (SELECT 1 FROM load_run WHERE outcome = 'running');

-- check: last_run_ended_well
-- level: warn
-- The last run failed or was killed. Correct what its error says, and run the same command again: it goes on from the last
-- commit.
SELECT run_id, :time(started_at) AS started_at, outcome, error
FROM load_run
WHERE run_id = (SELECT max(run_id) FROM load_run) AND outcome IN ('failed', 'interrupted');

-- check: run_is_as_large_as_usual
-- level: warn
-- The last completed run that read anything accepted far more or fewer lines than the median of the runs before it. Look
-- whether its sources are whole and whether they came twice. Runs that read events, and those that read movies alone, are
-- compared with their own kind.
WITH kinds AS (
    SELECT run_id, read, accepted, rejected,
        CASE WHEN run_id IN (
            SELECT run_id FROM load_checkpoint WHERE port = 'events'
            UNION SELECT first_run_id FROM load_checkpoint WHERE port = 'events'
        ) THEN 1 ELSE 0 END AS has_events
    FROM load_run
    WHERE outcome = 'completed' AND read > 0
),
runs AS (
    SELECT run_id, accepted, has_events, row_number() OVER (PARTITION BY has_events ORDER BY run_id DESC) AS age
    FROM kinds
),
earlier AS (
    SELECT accepted, has_events, row_number() OVER (PARTITION BY has_events ORDER BY accepted) AS place,
        count(*) OVER (PARTITION BY has_events) AS number
    FROM runs
    WHERE age BETWEEN 2 AND :drift_window + 1
),
usual AS (
    SELECT has_events, CAST(avg(accepted) AS BIGINT) AS median, max(number) AS number
    FROM earlier
    WHERE place IN ((number + 1) / 2, (number + 2) / 2)
    GROUP BY has_events
)
SELECT runs.run_id, runs.accepted, usual.median, usual.number AS runs_before
FROM runs
JOIN usual ON usual.has_events = runs.has_events
WHERE runs.age = 1 AND usual.number >= :drift_least
    AND (runs.accepted * :drift < usual.median OR runs.accepted > usual.median * :drift);

-- check: few_lines_are_rejected
-- level: warn
-- A larger share of the last completed run was rejected than the parameter reject_rate says: of that which read events, or
-- of that which read movies alone. `reelhouse quarantine list` shows by which rules, and `reelhouse explain RULE` what they
-- mean.
WITH kinds AS (
    SELECT run_id, read, accepted, rejected,
        CASE WHEN run_id IN (
            SELECT run_id FROM load_checkpoint WHERE port = 'events'
            UNION SELECT first_run_id FROM load_checkpoint WHERE port = 'events'
        ) THEN 1 ELSE 0 END AS has_events
    FROM load_run
    WHERE outcome = 'completed' AND read > 0
),
runs AS (
    SELECT run_id, read, rejected, row_number() OVER (PARTITION BY has_events ORDER BY run_id DESC) AS age
    FROM kinds
)
SELECT run_id, read, rejected, round(100.0 * rejected / read, 1) AS percent
FROM runs
WHERE age = 1
    AND read >= :reject_least AND rejected > read * :reject_rate;

-- Values.

-- check: values_are_there
-- level: warn
-- More values of these columns are null than their parameters say. Look whether the sources still send them, and under
-- the names that schema/EVENTS.md and schema/MOVIES.md give.
SELECT column_name, total AS row_count, nulls, round(100.0 * nulls / total, 1) AS percent
FROM (
    SELECT 'movies.original_title' AS column_name, count(*) AS total, count(*) - count(original_title) AS nulls,
        :null_title AS most
    FROM movies
    UNION ALL
    SELECT 'movies.release_date', count(*), count(*) - count(release_date), :null_release_date FROM movies
    UNION ALL
    SELECT 'movies.runtime', count(*), count(*) - count(runtime), :null_runtime FROM movies
    UNION ALL
    SELECT 'movie_genres.genre_id', count(*),
        count(*) - (SELECT count(DISTINCT movie_id) FROM movie_genres), :null_genre
    FROM movies
    UNION ALL
    SELECT 'fact_user_event.session_id', count(*), count(*) - count(session_id), :null_session FROM fact_user_event
    UNION ALL
    SELECT 'dim_session.device', count(*), count(*) - count(device), :null_device FROM dim_session
    UNION ALL
    SELECT 'fact_user_event.movie_known', count(*), count(*) FILTER (WHERE NOT movie_known), :unknown_movie
    FROM fact_user_event
    WHERE movie_id IS NOT NULL
) AS counted
WHERE total > 0 AND nulls > total * most;

-- check: facts_are_possible
-- Events that no rule lets in: a score outside of 0.5 to 10, negative seconds, a time before 1995, an unknown type, or no
-- movie where one is required. Another program has changed them: restore the warehouse from a copy.
SELECT :time(event_time) AS event_time, :id(event_id) AS event_id, event_type, movie_id, seconds, score
FROM fact_user_event
WHERE score < 0.5 OR score > 10 OR seconds < 0
    OR event_type NOT IN (
        'click', 'view', 'share', 'trailer', 'dwell', 'search', 'watch', 'rate', 'like', 'dislike', 'comment',
        'comment_vote', 'watchlist'
    )
    OR (movie_id IS NULL AND event_type NOT IN ('search', 'comment_vote'))
UNION ALL
SELECT :time(event_time), :id(event_id), event_type, movie_id, seconds, score
FROM fact_user_event
WHERE event_time < :earliest;

-- check: events_are_past
-- Events that lie further ahead of the clock than the parameter clock_error says. Set this machine's clock right (or give
-- the --now of the load); if it is right, the load ran under a wrong one.
SELECT :time(event_time) AS event_time, :id(event_id) AS event_id, event_type, user_id
FROM fact_user_event
WHERE event_time > :now + :clock_error;

-- check: opinions_are_possible
-- Ratings, votes, reactions, watchlist entries and watched seconds that no rule lets in. Another program has changed them:
-- restore the warehouse from a copy.
SELECT 'ratings' AS table_name, user_id, CAST(movie_id AS TEXT) AS about, CAST(score AS TEXT) AS value
FROM ratings
WHERE score < 0.5 OR score > 10
UNION ALL
SELECT 'comment_votes', user_id, comment_id, CAST(vote AS TEXT)
FROM comment_votes
WHERE vote NOT IN (-1, 1)
UNION ALL
SELECT 'reactions', user_id, CAST(movie_id AS TEXT), reaction
FROM reactions
WHERE reaction NOT IN ('like', 'dislike')
UNION ALL
SELECT 'watchlist', user_id, CAST(movie_id AS TEXT), status
FROM watchlist
WHERE status NOT IN ('watching', 'completed', 'planned', 'dropped')
UNION ALL
SELECT 'watch_history', user_id, CAST(movie_id AS TEXT), CAST(watched_seconds AS TEXT)
FROM watch_history
WHERE watched_seconds < 0;

-- check: times_are_in_order
-- Sessions and users that end before they begin. Another program has changed them: restore the warehouse from a copy, or
-- build it anew with `reelhouse rebuild`.
SELECT 'session ' || session_id AS what, :time(started_at) AS begins, :time(ended_at) AS ends
FROM dim_session
WHERE ended_at < started_at
UNION ALL
SELECT 'user ' || CAST(user_id AS TEXT), :time(first_seen), :time(last_seen)
FROM users
WHERE last_seen < first_seen;

-- check: movies_are_plausible
-- level: warn
-- Movies with a release before 1870 or more than 30 years ahead, a snapshot date after tomorrow, a mean of votes outside
-- of 0 to 10, or a length of more than 100 hours. Look at the documents; TMDB corrects what is reported to it.
SELECT movie_id, title, release_date, snapshot_date, vote_average, runtime
FROM movies
WHERE release_date < '1870-01-01' OR release_date > :day(:now + :far_ahead) OR snapshot_date > :day(:now + :clock_error)
    OR vote_average < 0 OR vote_average > 10 OR runtime > 6000;

-- check: event_ids_have_one_time
-- level: warn
-- cost: slow
-- Event ids that came at more than one time: each is a fact of its own. Look whether the site gives an id twice, or sends
-- an event again under another time.
SELECT
    :id(event_id) AS event_id,
    count(*) AS times,
    :time(min(event_time)) AS first_time,
    :time(max(event_time)) AS last_time
FROM fact_user_event
GROUP BY event_id
HAVING count(*) > 1;
