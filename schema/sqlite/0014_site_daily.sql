-- Events, users and sessions by UTC day. The program fills it from the tables that it is computed from, in the same
-- transaction, where a warehouse has events already.

CREATE TABLE site_daily (
    day                  TEXT PRIMARY KEY NOT NULL,
    events               INTEGER NOT NULL,
    clicks               INTEGER NOT NULL,
    views                INTEGER NOT NULL,
    shares               INTEGER NOT NULL,
    trailers             INTEGER NOT NULL,
    watches              INTEGER NOT NULL,
    rates                INTEGER NOT NULL,
    likes                INTEGER NOT NULL,
    dislikes             INTEGER NOT NULL,
    comments             INTEGER NOT NULL,
    watchlist_changes    INTEGER NOT NULL,
    active_users         INTEGER,
    new_users            INTEGER NOT NULL,
    sessions             INTEGER NOT NULL,
    session_milliseconds INTEGER NOT NULL,
    scores               INTEGER NOT NULL,
    score_thousandths    INTEGER NOT NULL,
    mean_session_seconds REAL,
    mean_score           REAL
) STRICT, WITHOUT ROWID;
