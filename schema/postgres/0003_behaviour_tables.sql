-- Users, sessions, facts and what is derived from them. No foreign key leads from here to movies, nor from a comment
-- or vote to a comment: either may arrive first.
--
-- user_id refers to users, a fact's session_id to dim_session, and a row of watch_history to its fact. The loader writes
-- both sides in one transaction, and `reelhouse doctor` checks them. They are no constraints here: PostgreSQL would look
-- up each row by itself, which made a load of facts take five times as long.

CREATE TABLE users (
    user_id    bigint PRIMARY KEY,
    first_seen timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL
);

CREATE TABLE dim_session (
    session_id        text COLLATE "C" PRIMARY KEY,
    user_id           bigint NOT NULL,
    started_at        timestamptz NOT NULL,
    ended_at          timestamptz NOT NULL,
    device            text,
    browser           text,
    os                text,
    screen_resolution text,
    first_event_id    uuid NOT NULL,
    device_event_time timestamptz,
    device_event_id   uuid
);

-- One partition a month of UTC, made when its first event comes. There is no default partition: it would have to be
-- searched each time a month is added.
CREATE TABLE fact_user_event (
    event_time         timestamptz NOT NULL,
    event_id           uuid NOT NULL,
    event_type         text COLLATE "C" NOT NULL,
    user_id            bigint NOT NULL,
    session_id         text COLLATE "C",
    movie_id           bigint,
    seconds            double precision,
    score              double precision,
    query              text,
    release_year       smallint,
    primary_genre_id   bigint,
    days_since_release integer,
    movie_known        boolean NOT NULL,
    content_hash       bigint NOT NULL,
    PRIMARY KEY (event_time, event_id)
) PARTITION BY RANGE (event_time);

CREATE TABLE watch_history (
    event_time      timestamptz NOT NULL,
    event_id        uuid NOT NULL,
    user_id         bigint NOT NULL,
    movie_id        bigint NOT NULL,
    watched_seconds double precision,
    PRIMARY KEY (event_time, event_id)
) PARTITION BY RANGE (event_time);

CREATE TABLE ratings (
    user_id    bigint NOT NULL,
    movie_id   bigint NOT NULL,
    score      double precision NOT NULL,
    event_time timestamptz NOT NULL,
    event_id   uuid NOT NULL,
    PRIMARY KEY (user_id, movie_id)
);

CREATE TABLE withdrawn_ratings (
    user_id    bigint NOT NULL,
    movie_id   bigint NOT NULL,
    event_time timestamptz NOT NULL,
    event_id   uuid NOT NULL,
    PRIMARY KEY (user_id, movie_id)
);

CREATE TABLE reactions (
    user_id    bigint NOT NULL,
    movie_id   bigint NOT NULL,
    reaction   text COLLATE "C" NOT NULL,
    event_time timestamptz NOT NULL,
    event_id   uuid NOT NULL,
    PRIMARY KEY (user_id, movie_id)
);

CREATE TABLE withdrawn_reactions (
    user_id    bigint NOT NULL,
    movie_id   bigint NOT NULL,
    event_time timestamptz NOT NULL,
    event_id   uuid NOT NULL,
    PRIMARY KEY (user_id, movie_id)
);

CREATE TABLE watchlist (
    user_id    bigint NOT NULL,
    movie_id   bigint NOT NULL,
    status     text COLLATE "C" NOT NULL,
    event_time timestamptz NOT NULL,
    event_id   uuid NOT NULL,
    PRIMARY KEY (user_id, movie_id)
);

CREATE TABLE withdrawn_watchlist (
    user_id    bigint NOT NULL,
    movie_id   bigint NOT NULL,
    event_time timestamptz NOT NULL,
    event_id   uuid NOT NULL,
    PRIMARY KEY (user_id, movie_id)
);

CREATE TABLE comments (
    comment_id       text COLLATE "C" PRIMARY KEY,
    parent_id        text COLLATE "C",
    user_id          bigint NOT NULL,
    movie_id         bigint NOT NULL,
    body             text,
    deleted          boolean NOT NULL,
    event_time       timestamptz NOT NULL,
    event_id         uuid NOT NULL,
    body_reference   text,
    first_event_time timestamptz NOT NULL,
    first_event_id   uuid NOT NULL
);

CREATE TABLE comment_votes (
    user_id    bigint NOT NULL,
    comment_id text COLLATE "C" NOT NULL,
    vote       smallint NOT NULL,
    event_time timestamptz NOT NULL,
    event_id   uuid NOT NULL,
    PRIMARY KEY (user_id, comment_id)
);

CREATE TABLE withdrawn_comment_votes (
    user_id    bigint NOT NULL,
    comment_id text COLLATE "C" NOT NULL,
    event_time timestamptz NOT NULL,
    event_id   uuid NOT NULL,
    PRIMARY KEY (user_id, comment_id)
);
