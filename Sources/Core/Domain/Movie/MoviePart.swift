import JSON

/// The parts of a movie document whose fields are read. Warnings name them.
enum MoviePart: CaseIterable {
    case document, collection, genre, company, country, language, keyword, credits, cast, crew, video, releaseCountry
    case release

    /// One entry of the part, in the name of a reason: `genre`. Empty for the document itself.
    var entryName: String {
        switch self {
        case .document: ""
        case .collection: "collection"
        case .genre: "genre"
        case .company: "company"
        case .country: "country"
        case .language: "language"
        case .keyword: "keyword"
        case .credits: "credits"
        case .cast: "cast"
        case .crew: "crew"
        case .video: "video"
        case .releaseCountry: "release_country"
        case .release: "release"
        }
    }

    /// The text before a field's name, in the name of a reason: `genre_`.
    var prefix: String { self == .document ? "" : entryName + "_" }

    /// Where the part is in a document: `genres[]`.
    var path: String {
        switch self {
        case .document: ""
        case .collection: "belongs_to_collection"
        case .genre: "genres[]"
        case .company: "production_companies[]"
        case .country: "production_countries[]"
        case .language: "spoken_languages[]"
        case .keyword: "keywords.keywords[]"
        case .credits: "credits"
        case .cast: "credits.cast[]"
        case .crew: "credits.crew[]"
        case .video: "videos.results[]"
        case .releaseCountry: "release_dates.results[]"
        case .release: "release_dates.results[].release_dates[]"
        }
    }

    /// The keys without which an entry is dropped.
    var requiredKeys: [MovieKey] {
        switch self {
        case .document, .credits: []
        case .collection, .genre, .company, .keyword, .cast, .crew: [.id, .name]
        case .country, .releaseCountry: [.iso3166]
        case .language: [.iso639]
        case .video: [.id]
        case .release: [.releaseDate]
        }
    }

    /// What an entry must have, in words.
    var entryExpectation: String {
        switch self {
        case .document, .credits: "an object"
        case .collection, .genre, .company, .keyword, .cast, .crew: "an id, an integer from 1, and a name"
        case .country, .releaseCountry: "a two-letter country code"
        case .language: "a two-letter language code"
        case .video: "an id that is text"
        case .release: "a date that exists, YYYY-MM-DD"
        }
    }

    /// The form that a field of this part should have, in words.
    func expectation(of key: MovieKey) -> String {
        switch key {
        case .adult, .video, .official: "true or false"
        case .budget, .revenue, .runtime: "an integer from 0"
        case .voteCount, .gender, .order, .castID, .size: "an integer"
        case .type where self == .release: "an integer"
        case .popularity, .voteAverage: "a number"
        case .releaseDate: "a date that exists, YYYY-MM-DD"
        case .publishedAt: "an RFC 3339 date and time"
        case .credits: "an object"
        case .keywords, .videos: "an object that contains a list"
        case .releaseDates where self == .document: "an object that contains a list"
        case .genres, .productionCompanies, .productionCountries, .spokenLanguages, .cast, .crew, .releaseDates:
            "a list"
        default: "text"
        }
    }

    /// What happens to a field of this part that has the wrong form, in words.
    func consequence(of key: MovieKey) -> String {
        switch key {
        case .title: "taken from original_title"
        case .genres, .productionCompanies, .productionCountries, .spokenLanguages, .keywords, .videos, .credits,
            .cast, .crew, .releaseDates:
            "left out"
        default: "made null"
        }
    }

    /// What a field of this part has, in words: `release_date is "1999-02-30"`.
    func words(for value: JSONValue?, of key: MovieKey) -> String {
        "\(path)\(self == .document ? "" : ".")\(MovieKey.names[key.rawValue]) is \(FoundValue.words(for: value))"
    }

    /// What a dropped entry has, in words: `genres[].id is 0, genres[].name is absent`.
    func words(forEntry value: JSONValue) -> String {
        guard value.kind == .object else { return "\(path) is \(FoundValue.words(for: value))" }
        return requiredKeys.map { words(for: value[$0], of: $0) }.joined(separator: ", ")
    }
}
