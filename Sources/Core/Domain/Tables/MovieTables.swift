/// The declarations of the movie tables.
public enum MovieTables {
    /// The tables whose rows belong to one movie. The movie's document of greatest rank replaces all of them. `movies`
    /// comes first, since the others refer to it.
    public static let owned: [Table] = [
        movies, movieGenres, movieProductionCompanies, movieProductionCountries, movieSpokenLanguages, trailers,
        releaseCalendar, movieCast, movieCrew, movieKeywords,
    ]
    /// The tables whose rows several movies may refer to, such as genres. The greatest entry of each key stays, also
    /// when no movie refers to it any more.
    public static let shared: [Table] = [
        collections, genres, productionCompanies, productionCountries, spokenLanguages, people, keywords,
    ]
    /// All movie tables. A table comes after the tables that it refers to.
    public static let all: [Table] = shared + owned + [moviePopularity]

    /// One row a movie.
    public static let movies = Table(
        "movies",
        .movies,
        "One row a movie: its document of greatest rank (has_title, snapshot_date, vote_count, content_hash), cleaned.",
        key: ["movie_id"],
        merge: [
            .greatest(
                rank: ["has_title", "snapshot_date", "vote_count", "content_hash"],
                carried: [
                    "title", "original_title", "original_language", "overview", "tagline", "status", "release_date",
                    "runtime", "budget", "revenue", "popularity", "vote_average", "imdb_id", "collection_id", "adult",
                    "video", "homepage", "poster_path", "backdrop_path",
                ]
            )
        ],
        columns: [
            movieID,
            .required("title", .text, "Title, in English where TMDB has it; the original title where it has none."),
            .optional("original_title", .text, "Title in the original language."),
            .optional(
                "original_language",
                .text,
                "Language it was made in, as TMDB gives it: ISO 639-1, and cn and xx."
            ),
            .optional("overview", .text, "What it is about, in a paragraph."),
            .optional("tagline", .text, "Line of advertisement."),
            .optional("status", .text, "State of production in TMDB's words: Released, Post Production, Rumored …"),
            .optional("release_date", .date, "Day of the first release."),
            .optional("runtime", .integer, "Length in minutes; null when unknown, which TMDB writes as 0."),
            .optional("budget", .integer, "Budget in US dollars; null when unknown, which TMDB writes as 0."),
            .optional("revenue", .integer, "Revenue in US dollars; null when unknown, which TMDB writes as 0."),
            .optional("popularity", .real, "TMDB's popularity at the snapshot date, a score without unit or limit."),
            .optional("vote_average", .real, "Mean of TMDB's votes at the snapshot date, 0 to 10."),
            .optional("vote_count", .integer, "Number of TMDB's votes at the snapshot date."),
            .optional("imdb_id", .text, "The movie's id at IMDb: tt and digits."),
            .optional("collection_id", .integer, "The collection it belongs to."),
            snapshotDate("Day of which TMDB's document is."),
            .optional("adult", .boolean, "Whether it is pornography."),
            .optional("video", .boolean, "Whether TMDB calls it a video: a concert, a compilation, no film proper."),
            .optional("homepage", .text, "Address of its own web site."),
            .optional("poster_path", .text, "Poster: path on TMDB's image server, after a size such as w500."),
            .optional("backdrop_path", .text, "Background image: path on TMDB's image server, after a size."),
            hasTitle,
            contentHash,
        ]
    )

    /// One row a movie and snapshot date.
    public static let moviePopularity = Table(
        "movie_popularity",
        .movies,
        "One row a movie and snapshot date: how popular it was, by the document of greatest rank of that date.",
        key: ["movie_id", "snapshot_date"],
        merge: [
            .greatest(rank: ["has_title", "vote_count", "content_hash"], carried: ["popularity", "vote_average"])
        ],
        columns: [
            movieID,
            snapshotDate("Day of which the numbers are."),
            .optional("popularity", .real, "TMDB's popularity on that day, a score without unit or limit."),
            .optional("vote_average", .real, "Mean of TMDB's votes on that day, 0 to 10."),
            .optional("vote_count", .integer, "Number of TMDB's votes on that day."),
            hasTitle,
            contentHash,
        ]
    )

    // MARK: - Tables that movies share

    /// One row a genre.
    public static let genres = shared(
        "genres",
        "One row a genre, as its greatest entry names it.",
        key: "genre_id",
        [
            .required("genre_id", .integer, "TMDB's number of the genre."),
            .required("name", .text, "Name."),
        ]
    )

    /// One row a collection.
    public static let collections = shared(
        "collections",
        "One row a collection (a series of movies), as its greatest entry names it.",
        key: "collection_id",
        [
            .required("collection_id", .integer, "TMDB's number of the collection."),
            .required("name", .text, "Name."),
            .optional("poster_path", .text, "Poster: path on TMDB's image server, after a size such as w500."),
            .optional("backdrop_path", .text, "Background image: path on TMDB's image server, after a size."),
        ]
    )

    /// One row a company.
    public static let productionCompanies = shared(
        "production_companies",
        "One row a production company, as its greatest entry names it.",
        key: "company_id",
        [
            .required("company_id", .integer, "TMDB's number of the company."),
            .required("name", .text, "Name; several companies may have the same."),
            .optional("origin_country", .text, "Country it comes from, as TMDB gives it: ISO 3166-1 alpha-2."),
            .optional("logo_path", .text, "Logo: path on TMDB's image server, after a size such as w500."),
        ]
    )

    /// One row a country.
    public static let productionCountries = shared(
        "production_countries",
        "One row a country that movies were made in, as its greatest entry names it.",
        key: "country_code",
        [
            .required("country_code", .text, "ISO 3166-1 alpha-2 in upper case."),
            .optional("name", .text, "Name in English."),
        ]
    )

    /// One row a language.
    public static let spokenLanguages = shared(
        "spoken_languages",
        "One row a language that is spoken in movies, as its greatest entry names it.",
        key: "language_code",
        [
            .required("language_code", .text, "ISO 639-1 in lower case, and TMDB's own cn and xx."),
            .optional("name", .text, "Name in the language itself."),
            .optional("english_name", .text, "Name in English."),
        ]
    )

    /// One row a person.
    public static let people = shared(
        "people",
        "One row a person of any cast or crew, as their greatest entry names them.",
        key: "person_id",
        [
            .required("person_id", .integer, "TMDB's number of the person."),
            .required("name", .text, "Name."),
            .optional("original_name", .text, "Name in the original script."),
            .optional("gender", .integer, "TMDB's code: 0 not set, 1 female, 2 male, 3 non-binary."),
            .optional("known_for_department", .text, "Department they are best known for: Acting, Directing …"),
            .optional("popularity", .real, "TMDB's popularity at the snapshot date, a score without unit or limit."),
            .optional("profile_path", .text, "Portrait: path on TMDB's image server, after a size such as w185."),
            .optional("adult", .boolean, "Whether they perform in pornography."),
        ]
    )

    /// One row a keyword.
    public static let keywords = shared(
        "keywords",
        "One row a keyword, as its greatest entry names it.",
        key: "keyword_id",
        [
            .required("keyword_id", .integer, "TMDB's number of the keyword."),
            .required("name", .text, "Name."),
        ]
    )

    // MARK: - Tables whose rows belong to one movie

    /// One row a movie and genre.
    public static let movieGenres = link(
        "movie_genres",
        "One row a movie and genre.",
        to: .required("genre_id", .integer, "The genre; that of position 0 is the movie's primary genre.")
    )

    /// One row a movie and company.
    public static let movieProductionCompanies = link(
        "movie_production_companies",
        "One row a movie and production company.",
        to: .required("company_id", .integer, "The company.")
    )

    /// One row a movie and country.
    public static let movieProductionCountries = link(
        "movie_production_countries",
        "One row a movie and country it was made in.",
        to: .required("country_code", .text, "The country.")
    )

    /// One row a movie and language.
    public static let movieSpokenLanguages = link(
        "movie_spoken_languages",
        "One row a movie and language spoken in it.",
        to: .required("language_code", .text, "The language.")
    )

    /// One row a movie and keyword.
    public static let movieKeywords = link(
        "movie_keywords",
        "One row a movie and keyword.",
        to: .required("keyword_id", .integer, "The keyword.")
    )

    /// One row a video of a movie.
    public static let trailers = Table(
        "trailers",
        .movies,
        "One row a movie and video of it: trailers, and the teasers, clips and featurettes that TMDB lists with them.",
        key: ["movie_id", "video_id"],
        columns: [
            movieID,
            .required("video_id", .text, "TMDB's id of the video."),
            .optional("name", .text, "Name."),
            .optional("site", .text, "Where it is shown: YouTube, Vimeo."),
            .optional("site_key", .text, "The video's id at that site."),
            .optional("type", .text, "What it is: Trailer, Teaser, Clip, Featurette …"),
            .optional("official", .boolean, "Whether the movie's makers published it."),
            .optional("published_at", .timestamp, "When it was published."),
            .optional("size", .integer, "Height of the picture in pixels: 360 to 2160."),
            .optional("language_code", .text, "Language of the video, as TMDB gives it: ISO 639-1."),
            .optional("country_code", .text, "Country it is for, as TMDB gives it: ISO 3166-1 alpha-2."),
            position,
        ]
    )

    /// One row a release of a movie in a country.
    public static let releaseCalendar = Table(
        "release_calendar",
        .movies,
        "One row a release of a movie in a country: a premiere, in cinemas, on disc …",
        key: ["movie_id", "position"],
        columns: [
            movieID,
            position,
            .required("country_code", .text, "The country: ISO 3166-1 alpha-2 in upper case."),
            .required("release_date", .date, "Day of the release; of a moment with a time the day in UTC."),
            .optional(
                "type",
                .integer,
                "TMDB's code: 1 premiere, 2 in few cinemas, 3 in cinemas, 4 digital, 5 physical, 6 television."
            ),
            .optional("certification", .text, "Age rating by the country's own board, such as PG-13."),
            .optional("note", .text, "Remark: a festival, a shop, a channel."),
            .optional("language_code", .text, "Language of the release, as TMDB gives it: ISO 639-1."),
        ]
    )

    /// One row a role.
    public static let movieCast = Table(
        "movie_cast",
        .movies,
        "One row a role of a movie; who plays two has two rows.",
        key: ["movie_id", "position"],
        indexes: [["person_id"]],
        columns: [
            movieID,
            position,
            .required("person_id", .integer, "Who plays it."),
            .optional("character", .text, "Name of the role."),
            .optional("cast_order", .integer, "Place in TMDB's billing, 0 the first."),
            .optional("credit_id", .text, "TMDB's id of the credit."),
            .optional("cast_id", .integer, "TMDB's number of the role within the movie."),
        ]
    )

    /// One row a job.
    public static let movieCrew = Table(
        "movie_crew",
        .movies,
        "One row a job at a movie; who does two has two rows.",
        key: ["movie_id", "position"],
        indexes: [["person_id"]],
        columns: [
            movieID,
            position,
            .required("person_id", .integer, "Who does it."),
            .optional("job", .text, "The job: Director, Screenplay …"),
            .optional("department", .text, "Its department: Directing, Writing …"),
            .optional("credit_id", .text, "TMDB's id of the credit."),
        ]
    )

    // MARK: - Common columns and forms of tables

    private static let movieID = Column.required("movie_id", .integer, "TMDB's number of the movie.")
    private static let position = Column.required(
        "position",
        .integer,
        "Place in the document's list among the entries that survive cleaning, 0 the first."
    )
    private static let hasTitle = Column.required(
        "has_title",
        .boolean,
        "Whether the document has the key title, which a line of TMDB's ID export has not."
    )
    private static let contentHash = Column.required(
        "content_hash",
        .blob,
        "SHA-256 of the document's content, whatever its key order, white space and numerals."
    )

    private static func snapshotDate(_ meaning: String) -> Column { .required("snapshot_date", .date, meaning) }

    /// A table in which the greatest entry of a key stays, by snapshot date and then by its fields in column order.
    private static func shared(_ name: String, _ meaning: String, key: String, _ columns: [Column]) -> Table {
        let fields = columns.map(\.name).filter { $0 != key }
        return Table(
            name,
            .movies,
            meaning,
            key: [key],
            merge: [.greatest(rank: ["snapshot_date"] + fields, carried: [])],
            columns: columns + [snapshotDate("Day of which the entry is.")]
        )
    }

    /// A table that links movies with the rows of a shared table.
    private static func link(_ name: String, _ meaning: String, to column: Column) -> Table {
        Table(
            name, .movies, meaning, key: ["movie_id", column.name], indexes: [[column.name]],
            columns: [movieID, column, position])
    }
}
