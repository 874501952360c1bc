-- Marts: each is a function of the tables before, defined in the data dictionary.

CREATE TABLE movie_daily (
    day               TEXT NOT NULL,
    movie_id          INTEGER NOT NULL,
    events            INTEGER NOT NULL,
    clicks            INTEGER NOT NULL,
    views             INTEGER NOT NULL,
    shares            INTEGER NOT NULL,
    trailers          INTEGER NOT NULL,
    watches           INTEGER NOT NULL,
    rates             INTEGER NOT NULL,
    likes             INTEGER NOT NULL,
    dislikes          INTEGER NOT NULL,
    comments          INTEGER NOT NULL,
    watchlist_changes INTEGER NOT NULL,
    watched_seconds   INTEGER NOT NULL,
    score_thousandths INTEGER NOT NULL,
    scores            INTEGER NOT NULL,
    PRIMARY KEY (day, movie_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE genre_daily (
    day               TEXT NOT NULL,
    genre_id          INTEGER NOT NULL,
    events            INTEGER NOT NULL,
    clicks            INTEGER NOT NULL,
    views             INTEGER NOT NULL,
    shares            INTEGER NOT NULL,
    trailers          INTEGER NOT NULL,
    watches           INTEGER NOT NULL,
    rates             INTEGER NOT NULL,
    likes             INTEGER NOT NULL,
    dislikes          INTEGER NOT NULL,
    comments          INTEGER NOT NULL,
    watchlist_changes INTEGER NOT NULL,
    watched_seconds   INTEGER NOT NULL,
    score_thousandths INTEGER NOT NULL,
    scores            INTEGER NOT NULL,
    PRIMARY KEY (day, genre_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE top_movies (
    position        INTEGER PRIMARY KEY,
    movie_id        INTEGER NOT NULL,
    title           TEXT NOT NULL,
    weighted_rating REAL NOT NULL,
    mean_rating     REAL NOT NULL,
    votes           INTEGER NOT NULL
) STRICT;

CREATE TABLE trending (
    position INTEGER PRIMARY KEY,
    movie_id INTEGER NOT NULL,
    title    TEXT,
    heat     INTEGER NOT NULL,
    events   INTEGER NOT NULL
) STRICT;
