-- Movies and what they refer to.
--
-- What stands in a key or decides which of two entries stays is COLLATE "C"; other text has the order of the database.

CREATE TABLE collections (
    collection_id bigint PRIMARY KEY,
    name          text COLLATE "C" NOT NULL,
    poster_path   text COLLATE "C",
    backdrop_path text COLLATE "C",
    snapshot_date date NOT NULL
);

CREATE TABLE genres (
    genre_id      bigint PRIMARY KEY,
    name          text COLLATE "C" NOT NULL,
    snapshot_date date NOT NULL
);

CREATE TABLE production_companies (
    company_id     bigint PRIMARY KEY,
    name           text COLLATE "C" NOT NULL,
    origin_country text COLLATE "C",
    logo_path      text COLLATE "C",
    snapshot_date  date NOT NULL
);

CREATE TABLE production_countries (
    country_code  text COLLATE "C" PRIMARY KEY,
    name          text COLLATE "C",
    snapshot_date date NOT NULL
);

CREATE TABLE spoken_languages (
    language_code text COLLATE "C" PRIMARY KEY,
    name          text COLLATE "C",
    english_name  text COLLATE "C",
    snapshot_date date NOT NULL
);

CREATE TABLE people (
    person_id            bigint PRIMARY KEY,
    name                 text COLLATE "C" NOT NULL,
    original_name        text COLLATE "C",
    gender               bigint,
    known_for_department text COLLATE "C",
    popularity           double precision,
    profile_path         text COLLATE "C",
    adult                boolean,
    snapshot_date        date NOT NULL
);

CREATE TABLE keywords (
    keyword_id    bigint PRIMARY KEY,
    name          text COLLATE "C" NOT NULL,
    snapshot_date date NOT NULL
);

CREATE TABLE movies (
    movie_id          bigint PRIMARY KEY,
    title             text NOT NULL,
    original_title    text,
    original_language text,
    overview          text,
    tagline           text,
    status            text,
    release_date      date,
    runtime           bigint,
    budget            numeric(19),
    revenue           numeric(19),
    popularity        double precision,
    vote_average      double precision,
    vote_count        bigint,
    imdb_id           text,
    collection_id     bigint REFERENCES collections DEFERRABLE INITIALLY DEFERRED,
    snapshot_date     date NOT NULL,
    adult             boolean,
    video             boolean,
    homepage          text,
    poster_path       text,
    backdrop_path     text,
    has_title         boolean NOT NULL,
    content_hash      bytea NOT NULL
);

CREATE TABLE movie_genres (
    movie_id bigint NOT NULL REFERENCES movies DEFERRABLE INITIALLY DEFERRED,
    genre_id bigint NOT NULL REFERENCES genres DEFERRABLE INITIALLY DEFERRED,
    position integer NOT NULL,
    PRIMARY KEY (movie_id, genre_id)
);

CREATE TABLE movie_production_companies (
    movie_id   bigint NOT NULL REFERENCES movies DEFERRABLE INITIALLY DEFERRED,
    company_id bigint NOT NULL REFERENCES production_companies DEFERRABLE INITIALLY DEFERRED,
    position   integer NOT NULL,
    PRIMARY KEY (movie_id, company_id)
);

CREATE TABLE movie_production_countries (
    movie_id     bigint NOT NULL REFERENCES movies DEFERRABLE INITIALLY DEFERRED,
    country_code text COLLATE "C" NOT NULL REFERENCES production_countries DEFERRABLE INITIALLY DEFERRED,
    position     integer NOT NULL,
    PRIMARY KEY (movie_id, country_code)
);

CREATE TABLE movie_spoken_languages (
    movie_id      bigint NOT NULL REFERENCES movies DEFERRABLE INITIALLY DEFERRED,
    language_code text COLLATE "C" NOT NULL REFERENCES spoken_languages DEFERRABLE INITIALLY DEFERRED,
    position      integer NOT NULL,
    PRIMARY KEY (movie_id, language_code)
);

CREATE TABLE movie_keywords (
    movie_id   bigint NOT NULL REFERENCES movies DEFERRABLE INITIALLY DEFERRED,
    keyword_id bigint NOT NULL REFERENCES keywords DEFERRABLE INITIALLY DEFERRED,
    position   integer NOT NULL,
    PRIMARY KEY (movie_id, keyword_id)
);

CREATE TABLE trailers (
    movie_id      bigint NOT NULL REFERENCES movies DEFERRABLE INITIALLY DEFERRED,
    video_id      text COLLATE "C" NOT NULL,
    name          text,
    site          text,
    site_key      text,
    type          text,
    official      boolean,
    published_at  timestamptz,
    size          bigint,
    language_code text COLLATE "C",
    country_code  text COLLATE "C",
    position      integer NOT NULL,
    PRIMARY KEY (movie_id, position)
);

-- TMDB's ids have 24 characters, but any text is taken, and an index row has room for some 2,700 bytes: so by SHA-256.
CREATE UNIQUE INDEX trailers_video ON trailers (movie_id, sha256(decode(replace(video_id, E'\\', E'\\\\'), 'escape')));

CREATE TABLE release_calendar (
    movie_id      bigint NOT NULL REFERENCES movies DEFERRABLE INITIALLY DEFERRED,
    position      integer NOT NULL,
    country_code  text COLLATE "C" NOT NULL,
    release_date  date NOT NULL,
    type          bigint,
    certification text,
    note          text,
    language_code text COLLATE "C",
    PRIMARY KEY (movie_id, position)
);

CREATE TABLE movie_cast (
    movie_id   bigint NOT NULL REFERENCES movies DEFERRABLE INITIALLY DEFERRED,
    position   integer NOT NULL,
    person_id  bigint NOT NULL REFERENCES people DEFERRABLE INITIALLY DEFERRED,
    character  text,
    cast_order bigint,
    credit_id  text,
    cast_id    bigint,
    PRIMARY KEY (movie_id, position)
);

CREATE TABLE movie_crew (
    movie_id   bigint NOT NULL REFERENCES movies DEFERRABLE INITIALLY DEFERRED,
    position   integer NOT NULL,
    person_id  bigint NOT NULL REFERENCES people DEFERRABLE INITIALLY DEFERRED,
    job        text,
    department text,
    credit_id  text,
    PRIMARY KEY (movie_id, position)
);

CREATE TABLE movie_popularity (
    movie_id      bigint NOT NULL REFERENCES movies DEFERRABLE INITIALLY DEFERRED,
    snapshot_date date NOT NULL,
    popularity    double precision,
    vote_average  double precision,
    vote_count    bigint,
    has_title     boolean NOT NULL,
    content_hash  bytea NOT NULL,
    PRIMARY KEY (movie_id, snapshot_date)
);
