-- Events, users and sessions by UTC day. The program fills it from the tables that it is computed from, in the same
-- transaction, where a warehouse has events already.

CREATE TABLE site_daily (
    day                  date NOT NULL PRIMARY KEY,
    events               bigint NOT NULL,
    clicks               bigint NOT NULL,
    views                bigint NOT NULL,
    shares               bigint NOT NULL,
    trailers             bigint NOT NULL,
    watches              bigint NOT NULL,
    rates                bigint NOT NULL,
    likes                bigint NOT NULL,
    dislikes             bigint NOT NULL,
    comments             bigint NOT NULL,
    watchlist_changes    bigint NOT NULL,
    active_users         bigint,
    new_users            bigint NOT NULL,
    sessions             bigint NOT NULL,
    session_milliseconds bigint NOT NULL,
    scores               bigint NOT NULL,
    score_thousandths    bigint NOT NULL,
    mean_session_seconds double precision,
    mean_score           double precision
);

COMMENT ON TABLE site_daily IS 'The site by UTC day: accepted events of fact_user_event, and users and sessions. One row for each day with events.';
COMMENT ON COLUMN site_daily.day IS 'The UTC day.';
COMMENT ON COLUMN site_daily.events IS 'Accepted events of any type, with a movie or without.';
COMMENT ON COLUMN site_daily.clicks IS 'Accepted events of type click.';
COMMENT ON COLUMN site_daily.views IS 'Accepted events of type view.';
COMMENT ON COLUMN site_daily.shares IS 'Accepted events of type share.';
COMMENT ON COLUMN site_daily.trailers IS 'Accepted events of type trailer.';
COMMENT ON COLUMN site_daily.watches IS 'Accepted events of type watch.';
COMMENT ON COLUMN site_daily.rates IS 'Accepted events of type rate.';
COMMENT ON COLUMN site_daily.likes IS 'Accepted events of type like.';
COMMENT ON COLUMN site_daily.dislikes IS 'Accepted events of type dislike.';
COMMENT ON COLUMN site_daily.comments IS 'Accepted events of type comment.';
COMMENT ON COLUMN site_daily.watchlist_changes IS 'Accepted events of type watchlist.';
COMMENT ON COLUMN site_daily.active_users IS 'How many users have an event on the day; null until the run that loads its late events has ended.';
COMMENT ON COLUMN site_daily.new_users IS 'How many users have their first event on the day (users.first_seen).';
COMMENT ON COLUMN site_daily.sessions IS 'How many sessions began on the day (dim_session.started_at).';
COMMENT ON COLUMN site_daily.session_milliseconds IS 'How long these sessions lasted: the sum of ended_at − started_at, in milliseconds.';
COMMENT ON COLUMN site_daily.scores IS 'How many scores rate events of the day have.';
COMMENT ON COLUMN site_daily.score_thousandths IS 'The sum of these scores times 1,000, each cut to an integer.';
COMMENT ON COLUMN site_daily.mean_session_seconds IS 'How long the sessions lasted on average; null without any.';
COMMENT ON COLUMN site_daily.mean_score IS 'The mean of the scores, in whole thousandths each; null without any.';
