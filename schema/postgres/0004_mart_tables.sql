-- Marts: each is a function of the tables before, defined in the data dictionary.

CREATE TABLE movie_daily (
    day               date NOT NULL,
    movie_id          bigint NOT NULL,
    events            bigint NOT NULL,
    clicks            bigint NOT NULL,
    views             bigint NOT NULL,
    shares            bigint NOT NULL,
    trailers          bigint NOT NULL,
    watches           bigint NOT NULL,
    rates             bigint NOT NULL,
    likes             bigint NOT NULL,
    dislikes          bigint NOT NULL,
    comments          bigint NOT NULL,
    watchlist_changes bigint NOT NULL,
    watched_seconds   bigint NOT NULL,
    score_thousandths bigint NOT NULL,
    scores            bigint NOT NULL,
    PRIMARY KEY (day, movie_id)
);

CREATE TABLE genre_daily (
    day               date NOT NULL,
    genre_id          bigint NOT NULL,
    events            bigint NOT NULL,
    clicks            bigint NOT NULL,
    views             bigint NOT NULL,
    shares            bigint NOT NULL,
    trailers          bigint NOT NULL,
    watches           bigint NOT NULL,
    rates             bigint NOT NULL,
    likes             bigint NOT NULL,
    dislikes          bigint NOT NULL,
    comments          bigint NOT NULL,
    watchlist_changes bigint NOT NULL,
    watched_seconds   bigint NOT NULL,
    score_thousandths bigint NOT NULL,
    scores            bigint NOT NULL,
    PRIMARY KEY (day, genre_id)
);

CREATE TABLE top_movies (
    position        integer PRIMARY KEY,
    movie_id        bigint NOT NULL,
    title           text NOT NULL,
    weighted_rating double precision NOT NULL,
    mean_rating     double precision NOT NULL,
    votes           bigint NOT NULL
);

CREATE TABLE trending (
    position integer PRIMARY KEY,
    movie_id bigint NOT NULL,
    title    text,
    heat     bigint NOT NULL,
    events   bigint NOT NULL
);
