import JSON

/// The keys of a movie document that are read, at any level. The raw value is the key's index in the parser's list.
enum MovieKey: Int, CaseIterable {
    case adult, backdropPath, belongsToCollection, budget, cast, castID, certification, character, credits
    case creditID, crew, department, englishName, gender, genres, homepage, id, imdbID, iso3166, iso639, job
    case key, keywords, knownForDepartment, logoPath, name, note, official, order, originCountry
    case originalLanguage, originalName, originalTitle, overview, popularity, posterPath, productionCompanies
    case productionCountries, profilePath, publishedAt, releaseDate, releaseDates, results, revenue, runtime
    case site, size, spokenLanguages, status, tagline, title, type, video, videos, voteAverage, voteCount

    /// The keys as they are in a document, in the order of the cases.
    static let names: [StaticString] = [
        "adult", "backdrop_path", "belongs_to_collection", "budget", "cast", "cast_id", "certification", "character",
        "credits", "credit_id", "crew", "department", "english_name", "gender", "genres", "homepage", "id", "imdb_id",
        "iso_3166_1", "iso_639_1", "job", "key", "keywords", "known_for_department", "logo_path", "name", "note",
        "official", "order", "origin_country", "original_language", "original_name", "original_title", "overview",
        "popularity", "poster_path", "production_companies", "production_countries", "profile_path", "published_at",
        "release_date", "release_dates", "results", "revenue", "runtime", "site", "size", "spoken_languages", "status",
        "tagline", "title", "type", "video", "videos", "vote_average", "vote_count",
    ]
}

extension JSONValue {
    /// The value of a key of an object; nil if there is none, or if this is no object.
    subscript(_ key: MovieKey) -> JSONValue? { member(key.rawValue) }
}
