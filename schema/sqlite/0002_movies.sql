-- Movies and what they refer to.

CREATE TABLE collections (
    collection_id INTEGER PRIMARY KEY,
    name          TEXT NOT NULL,
    poster_path   TEXT,
    backdrop_path TEXT,
    snapshot_date TEXT NOT NULL
) STRICT;

CREATE TABLE genres (
    genre_id      INTEGER PRIMARY KEY,
    name          TEXT NOT NULL,
    snapshot_date TEXT NOT NULL
) STRICT;

CREATE TABLE production_companies (
    company_id     INTEGER PRIMARY KEY,
    name           TEXT NOT NULL,
    origin_country TEXT,
    logo_path      TEXT,
    snapshot_date  TEXT NOT NULL
) STRICT;

CREATE TABLE production_countries (
    country_code  TEXT PRIMARY KEY NOT NULL,
    name          TEXT,
    snapshot_date TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE spoken_languages (
    language_code TEXT PRIMARY KEY NOT NULL,
    name          TEXT,
    english_name  TEXT,
    snapshot_date TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
    person_id            INTEGER PRIMARY KEY,
    name                 TEXT NOT NULL,
    original_name        TEXT,
    gender               INTEGER,
    known_for_department TEXT,
    popularity           REAL,
    profile_path         TEXT,
    adult                INTEGER,
    snapshot_date        TEXT NOT NULL
) STRICT;

CREATE TABLE keywords (
    keyword_id    INTEGER PRIMARY KEY,
    name          TEXT NOT NULL,
    snapshot_date TEXT NOT NULL
) STRICT;

CREATE TABLE movies (
    movie_id          INTEGER PRIMARY KEY,
    title             TEXT NOT NULL,
    original_title    TEXT,
    original_language TEXT,
    overview          TEXT,
    tagline           TEXT,
    status            TEXT,
    release_date      TEXT,
    runtime           INTEGER,
    budget            INTEGER,
    revenue           INTEGER,
    popularity        REAL,
    vote_average      REAL,
    vote_count        INTEGER,
    imdb_id           TEXT,
    collection_id     INTEGER REFERENCES collections,
    snapshot_date     TEXT NOT NULL,
    adult             INTEGER,
    video             INTEGER,
    homepage          TEXT,
    poster_path       TEXT,
    backdrop_path     TEXT,
    has_title         INTEGER NOT NULL,
    content_hash      BLOB NOT NULL
) STRICT;

CREATE TABLE movie_genres (
    movie_id INTEGER NOT NULL REFERENCES movies,
    genre_id INTEGER NOT NULL REFERENCES genres,
    position INTEGER NOT NULL,
    PRIMARY KEY (movie_id, genre_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE movie_production_companies (
    movie_id   INTEGER NOT NULL REFERENCES movies,
    company_id INTEGER NOT NULL REFERENCES production_companies,
    position   INTEGER NOT NULL,
    PRIMARY KEY (movie_id, company_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE movie_production_countries (
    movie_id     INTEGER NOT NULL REFERENCES movies,
    country_code TEXT NOT NULL REFERENCES production_countries,
    position     INTEGER NOT NULL,
    PRIMARY KEY (movie_id, country_code)
) STRICT, WITHOUT ROWID;

CREATE TABLE movie_spoken_languages (
    movie_id      INTEGER NOT NULL REFERENCES movies,
    language_code TEXT NOT NULL REFERENCES spoken_languages,
    position      INTEGER NOT NULL,
    PRIMARY KEY (movie_id, language_code)
) STRICT, WITHOUT ROWID;

CREATE TABLE movie_keywords (
    movie_id   INTEGER NOT NULL REFERENCES movies,
    keyword_id INTEGER NOT NULL REFERENCES keywords,
    position   INTEGER NOT NULL,
    PRIMARY KEY (movie_id, keyword_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE trailers (
    movie_id      INTEGER NOT NULL REFERENCES movies,
    video_id      TEXT NOT NULL,
    name          TEXT,
    site          TEXT,
    site_key      TEXT,
    type          TEXT,
    official      INTEGER,
    published_at  INTEGER,
    size          INTEGER,
    language_code TEXT,
    country_code  TEXT,
    position      INTEGER NOT NULL,
    PRIMARY KEY (movie_id, video_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE release_calendar (
    movie_id      INTEGER NOT NULL REFERENCES movies,
    position      INTEGER NOT NULL,
    country_code  TEXT NOT NULL,
    release_date  TEXT NOT NULL,
    type          INTEGER,
    certification TEXT,
    note          TEXT,
    language_code TEXT,
    PRIMARY KEY (movie_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE movie_cast (
    movie_id   INTEGER NOT NULL REFERENCES movies,
    position   INTEGER NOT NULL,
    person_id  INTEGER NOT NULL REFERENCES people,
    character  TEXT,
    cast_order INTEGER,
    credit_id  TEXT,
    cast_id    INTEGER,
    PRIMARY KEY (movie_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE movie_crew (
    movie_id   INTEGER NOT NULL REFERENCES movies,
    position   INTEGER NOT NULL,
    person_id  INTEGER NOT NULL REFERENCES people,
    job        TEXT,
    department TEXT,
    credit_id  TEXT,
    PRIMARY KEY (movie_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE movie_popularity (
    movie_id      INTEGER NOT NULL REFERENCES movies,
    snapshot_date TEXT NOT NULL,
    popularity    REAL,
    vote_average  REAL,
    vote_count    INTEGER,
    has_title     INTEGER NOT NULL,
    content_hash  BLOB NOT NULL,
    PRIMARY KEY (movie_id, snapshot_date)
) STRICT, WITHOUT ROWID;
