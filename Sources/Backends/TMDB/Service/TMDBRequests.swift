import Domain

/// Makes the URLs and headers of TMDB's API (https://developer.themoviedb.org/reference). The key goes to the API alone.
struct TMDBRequests: Sendable {
    private let settings: TMDBSettings
    private let credential: TMDBSettings.Credential
    /// What stands before and after the id in the URL of a movie.
    private let (moviePath, movieQuery): (String, String)

    /// The longest document, and the longest file of all ids.
    private static let longestDocument = maximumLineLength
    private static let longestFile = 256 << 20

    /// - Throws: `TMDBError` for a base URL that cannot be used, and where there is no key.
    init(_ settings: TMDBSettings) throws(TMDBError) {
        guard let credential = settings.credential else { throw .noKey }
        var settings = settings
        settings.apiURL = try Self.base(settings.apiURL, option: "base-url")
        settings.filesURL = try Self.base(settings.filesURL, option: "files-url")
        settings.imagesURL = try Self.base(settings.imagesURL, option: "images-url")
        self.settings = settings
        self.credential = credential
        moviePath = settings.apiURL + "/3/movie/"
        movieQuery = Self.movieQuery(settings)
    }

    /// The API's base URL.
    var location: String { settings.apiURL }

    private static func base(_ text: String, option: String) throws(TMDBError) -> String {
        var rest = text[...]
        while rest.last == "/" { rest.removeLast() }
        let scheme = ["https://", "http://"].first { rest.lowercased().hasPrefix($0) }
        guard let scheme, rest.utf8.count > scheme.utf8.count else {
            throw .wrongAddress(option: option, text: text, why: "it begins with neither https:// nor http://")
        }
        if rest.contains(where: { $0 == "?" || $0 == "#" || $0.isWhitespace }) {
            throw .wrongAddress(option: option, text: text, why: "it has a query")
        }
        let host = rest.dropFirst(scheme.count).prefix { $0 != "/" }
        if host.contains("@") {
            throw .wrongAddress(option: option, text: text, why: "it has a user; a key stands in a variable")
        }
        return String(rest)
    }

    /// The request of a question.
    func request(_ question: MovieQuestion, needsNewConnection: Bool) -> TransferRequest {
        var url = shown(question)
        var headers = ["Accept: application/json"]
        if case .key(let key) = credential, isOfAPI(question) {
            url += (url.contains("?") ? "&" : "?") + "api_key=" + PercentEncoding.escaped(key)
        }
        if case .token(let token) = credential, isOfAPI(question) { headers.append("Authorization: Bearer \(token)") }
        let isFile = if case .allIDs = question { true } else { false }
        return TransferRequest(
            url: url, headers: isOfAPI(question) ? headers : [],
            mostBytes: isFile ? Self.longestFile : Self.longestDocument, needsNewConnection: needsNewConnection)
    }

    private func isOfAPI(_ question: MovieQuestion) -> Bool {
        switch question {
        case .movie, .page: true
        case .allIDs, .image: false
        }
    }

    /// The URL of a question without the key.
    func shown(_ question: MovieQuestion) -> String {
        switch question {
        case .movie(let id): return "\(moviePath)\(id)\(movieQuery)"
        case .page(let list, let number): return api(list, number)
        case .allIDs(let day, let isAdult):
            let date = CivilDate.date(ofDay: day)
            let name =
                "\(isAdult ? "adult_movie" : "movie")_ids_\(Self.two(date.month))_\(Self.two(date.day))_\(date.year)"
            return "\(settings.filesURL)/p/exports/\(name).json.gz"
        case .image(let path, let size):
            let escaped = PercentEncoding.escaped(path, keeping: "/.")
            return "\(settings.imagesURL)/t/p/\(size)\(path.hasPrefix("/") ? "" : "/")\(escaped)"
        }
    }

    private static func movieQuery(_ settings: TMDBSettings) -> String {
        var query: [(String, String)] = []
        if !settings.append.isEmpty { query.append(("append_to_response", settings.append.joined(separator: ","))) }
        guard let language = settings.language else { return text(query) }
        query.append(("language", language))
        // Without these, videos and images of other languages are left out.
        let short = language.prefix { $0 != "-" }
        for name in ["include_video_language", "include_image_language"] { query.append((name, "\(short),null")) }
        return text(query)
    }

    private func api(_ list: MovieList, _ page: Int) -> String {
        var query: [(String, String)] = []
        if let language = settings.language { query.append(("language", language)) }
        let path: String
        switch list {
        case .popular:
            path = "movie/popular"
            if let region = settings.region { query.append(("region", region)) }
        case .released(let first, let last):
            path = "discover/movie"
            query += [
                ("sort_by", "primary_release_date.asc"), ("include_adult", "false"), ("include_video", "true"),
                ("primary_release_date.gte", CivilDate.text(ofDay: first)),
                ("primary_release_date.lte", CivilDate.text(ofDay: last)),
            ]
            if let region = settings.region { query.append(("region", region)) }
        case .changed(let first, let last):
            path = "movie/changes"
            query = [
                ("start_date", CivilDate.text(ofDay: first)), ("end_date", CivilDate.text(ofDay: last)),
            ]
        }
        return api(path, query + [("page", "\(page)")])
    }

    private func api(_ path: String, _ query: [(String, String)]) -> String {
        "\(settings.apiURL)/3/\(path)\(Self.text(query))"
    }

    /// `?name=value&name=value`; empty without parameters.
    private static func text(_ query: [(String, String)]) -> String {
        let parameters = query.map { "\($0.0)=\(PercentEncoding.escaped($0.1, keeping: ".,"))" }
        return parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&")
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
