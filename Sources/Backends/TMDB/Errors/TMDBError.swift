import Domain

import enum Logging.Redaction

/// An error of TMDB's service, or of the way to it.
public enum TMDBError: ReportedError, Equatable {
    /// Neither a key nor a token is set.
    case noKey
    /// A base URL cannot be used.
    case wrongAddress(option: String, text: String, why: String)
    /// libcurl itself failed.
    case library(String)
    /// There is no connection.
    case notConnected(url: String, address: String, words: String)
    /// The server's certificate does not fit.
    case notTrusted(url: String, address: String, words: String)
    /// The key is not taken (401, 403).
    case refused(url: String, status: Int, words: String)

    /// What failed, and where.
    public var message: String {
        switch self {
        case .noKey: "there is no key for TMDB's API"
        case .wrongAddress(let option, let text, let why): Redaction.text("--\(option) \(text) is no base URL: \(why)")
        case .library(let words): Redaction.text("libcurl failed: \(words)")
        case .notConnected(let url, let address, let words):
            Redaction.text("cannot reach \(url)\(Self.at(address)): \(words)")
        case .notTrusted(let url, let address, let words):
            Redaction.text("cannot trust \(url)\(Self.at(address)): \(words)")
        case .refused(let url, let status, let words):
            Redaction.text("\(url) refuses the request (HTTP \(status)): \(words)")
        }
    }

    private static func at(_ address: String) -> String { address.isEmpty ? "" : " (\(address))" }

    /// What to do next.
    public var hint: String {
        switch self {
        case .noKey:
            "Make one at https://www.themoviedb.org/settings/api, and put it into the environment, or into the file .env "
                + "here: TMDB_ACCESS_TOKEN (the read access token) or TMDB_API_KEY."
        case .wrongAddress: "Name it as https://HOST or https://HOST/PATH."
        case .library: "Run `reelhouse doctor`, and the same command again."
        case .notConnected:
            "Check the network, the proxy (https_proxy, no_proxy) and the address; then run the same command again, which "
                + "goes on where it was."
        case .notTrusted:
            "Check that the name is the right one. Where a proxy or a test server has an authority of its own, name its "
                + "certificate with --ca-file."
        case .refused(_, 401, _):
            "Check TMDB_ACCESS_TOKEN or TMDB_API_KEY: the key may be wrong, suspended or of another kind."
        case .refused:
            "Check the rights of the key (TMDB_ACCESS_TOKEN or TMDB_API_KEY), or that no proxy or firewall is in the way."
        }
    }

    /// A server that cannot be reached is for a later try.
    public var kind: FailureKind {
        switch self {
        case .noKey, .wrongAddress: .usage
        case .notConnected: .unreachable
        case .library, .notTrusted, .refused: .failed
        }
    }
}
