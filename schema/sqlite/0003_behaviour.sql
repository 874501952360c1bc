-- Users, sessions, facts and what is derived from them. No foreign key leads from here to movies, nor from a comment
-- or vote to a comment: either may arrive first.

CREATE TABLE users (
    user_id    INTEGER PRIMARY KEY,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL
) STRICT;

-- A rowid table: its rows are long and its keys come in any order.
CREATE TABLE dim_session (
    session_id        TEXT PRIMARY KEY NOT NULL,
    user_id           INTEGER NOT NULL REFERENCES users,
    started_at        INTEGER NOT NULL,
    ended_at          INTEGER NOT NULL,
    device            TEXT,
    browser           TEXT,
    os                TEXT,
    screen_resolution TEXT,
    first_event_id    BLOB NOT NULL,
    device_event_time INTEGER,
    device_event_id   BLOB
) STRICT;

-- Clustered by its identity, so that rows that come nearly in the order of time go to the end.
CREATE TABLE fact_user_event (
    event_time         INTEGER NOT NULL,
    event_id           BLOB NOT NULL,
    event_type         TEXT NOT NULL,
    user_id            INTEGER NOT NULL REFERENCES users,
    session_id         TEXT REFERENCES dim_session,
    movie_id           INTEGER,
    seconds            REAL,
    score              REAL,
    query              TEXT,
    release_year       INTEGER,
    primary_genre_id   INTEGER,
    days_since_release INTEGER,
    movie_known        INTEGER NOT NULL,
    content_hash       INTEGER NOT NULL,
    PRIMARY KEY (event_time, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE watch_history (
    event_time      INTEGER NOT NULL,
    event_id        BLOB NOT NULL,
    user_id         INTEGER NOT NULL REFERENCES users,
    movie_id        INTEGER NOT NULL,
    watched_seconds REAL,
    PRIMARY KEY (event_time, event_id),
    FOREIGN KEY (event_time, event_id) REFERENCES fact_user_event
) STRICT, WITHOUT ROWID;

CREATE TABLE ratings (
    user_id    INTEGER NOT NULL REFERENCES users,
    movie_id   INTEGER NOT NULL,
    score      REAL NOT NULL,
    event_time INTEGER NOT NULL,
    event_id   BLOB NOT NULL,
    PRIMARY KEY (user_id, movie_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE withdrawn_ratings (
    user_id    INTEGER NOT NULL REFERENCES users,
    movie_id   INTEGER NOT NULL,
    event_time INTEGER NOT NULL,
    event_id   BLOB NOT NULL,
    PRIMARY KEY (user_id, movie_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE reactions (
    user_id    INTEGER NOT NULL REFERENCES users,
    movie_id   INTEGER NOT NULL,
    reaction   TEXT NOT NULL,
    event_time INTEGER NOT NULL,
    event_id   BLOB NOT NULL,
    PRIMARY KEY (user_id, movie_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE withdrawn_reactions (
    user_id    INTEGER NOT NULL REFERENCES users,
    movie_id   INTEGER NOT NULL,
    event_time INTEGER NOT NULL,
    event_id   BLOB NOT NULL,
    PRIMARY KEY (user_id, movie_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE watchlist (
    user_id    INTEGER NOT NULL REFERENCES users,
    movie_id   INTEGER NOT NULL,
    status     TEXT NOT NULL,
    event_time INTEGER NOT NULL,
    event_id   BLOB NOT NULL,
    PRIMARY KEY (user_id, movie_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE withdrawn_watchlist (
    user_id    INTEGER NOT NULL REFERENCES users,
    movie_id   INTEGER NOT NULL,
    event_time INTEGER NOT NULL,
    event_id   BLOB NOT NULL,
    PRIMARY KEY (user_id, movie_id)
) STRICT, WITHOUT ROWID;

-- A rowid table: bodies are long.
CREATE TABLE comments (
    comment_id       TEXT PRIMARY KEY NOT NULL,
    parent_id        TEXT,
    user_id          INTEGER NOT NULL REFERENCES users,
    movie_id         INTEGER NOT NULL,
    body             TEXT,
    deleted          INTEGER NOT NULL,
    event_time       INTEGER NOT NULL,
    event_id         BLOB NOT NULL,
    body_reference   TEXT,
    first_event_time INTEGER NOT NULL,
    first_event_id   BLOB NOT NULL
) STRICT;

CREATE TABLE comment_votes (
    user_id    INTEGER NOT NULL REFERENCES users,
    comment_id TEXT NOT NULL,
    vote       INTEGER NOT NULL,
    event_time INTEGER NOT NULL,
    event_id   BLOB NOT NULL,
    PRIMARY KEY (user_id, comment_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE withdrawn_comment_votes (
    user_id    INTEGER NOT NULL REFERENCES users,
    comment_id TEXT NOT NULL,
    event_time INTEGER NOT NULL,
    event_id   BLOB NOT NULL,
    PRIMARY KEY (user_id, comment_id)
) STRICT, WITHOUT ROWID;
