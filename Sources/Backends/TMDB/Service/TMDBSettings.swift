import Domain

/// How TMDB is reached, and what its documents have.
public struct TMDBSettings: Sendable {
    /// What stands for the user at TMDB.
    public enum Credential: Sendable, Equatable {
        /// The key of the API, which goes into the query (v3).
        case key(String)
        /// The read access token, which goes into a header (v4).
        case token(String)

        /// The secret itself, to be masked.
        var secret: String {
            switch self {
            case .key(let text), .token(let text): text
            }
        }

        /// The credential of the variables TMDB_ACCESS_TOKEN and TMDB_API_KEY; nil where none is set. The token is taken
        /// where both are, and where it stands in the other's place.
        public init?(token: String?, key: String?) {
            func given(_ text: String?) -> String? {
                let trimmed = text.map { $0.filter { !$0.isWhitespace } }
                return trimmed?.isEmpty == false ? trimmed : nil
            }
            if let token = given(token) {
                self = .token(token)
            } else if let key = given(key) {
                // A token is three parts of Base64 that begin with {" .
                self = key.hasPrefix("eyJ") ? .token(key) : .key(key)
            } else {
                return nil
            }
        }
    }

    /// The base URL of the API.
    public var apiURL = "https://api.themoviedb.org"
    /// The base URL of the daily files of ids.
    public var filesURL = "https://files.tmdb.org"
    /// The base URL of the images.
    public var imagesURL = "https://image.tmdb.org"
    /// The blocks that are appended to each document.
    public var append = ["videos", "credits", "keywords", "release_dates"]
    /// The language, such as `de-DE`.
    public var language: String?
    /// The region of lists, such as `DE`.
    public var region: String?
    /// How transfers are made.
    public var transfers = TransferSettings()
    /// The key or token; nil where none is set.
    public var credential: Credential?

    /// The most blocks that TMDB appends.
    public static let mostAppended = 20

    /// The defaults.
    public init() {}
}
