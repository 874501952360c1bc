/// A request that is to be made.
struct TransferRequest: Sendable, Equatable {
    /// The whole URL; it may have a key.
    var url: String
    /// The headers, which may have a token.
    var headers: [String]
    /// The longest body that is taken.
    var mostBytes: Int
    /// Whether no connection that is there may be used.
    var needsNewConnection: Bool
}

/// How a transfer ended. It has no type of libcurl's, so that what it means can be decided and tested without it.
struct TransferResult: Sendable, Equatable {
    /// The kinds of end, as far as a fetch has to tell them apart.
    enum End: Sendable, Equatable {
        /// An answer came whole.
        case answered
        /// A connection could not be made, or the name has no address.
        case notConnected
        /// The certificate or TLS does not fit.
        case notTrusted
        /// The connection was closed.
        case closed
        /// The request was sent, and nothing came for too long.
        case silent
        /// The answer stopped before its end.
        case cutOff
        /// The body is longer than is taken.
        case tooLong
        /// libcurl could not do it, whatever the server does.
        case impossible
    }

    var end: End
    /// libcurl's words for an end that is no answer.
    var words = ""
    /// The status of HTTP; 0 without an answer.
    var status = 0
    /// For how many seconds the server asks to wait (`Retry-After`, as seconds or as a date); nil where it does not.
    var retryAfter: Double?
    var contentType = ""
    var body: [UInt8] = []
    /// Where the server redirects to; nil where it does not.
    var redirect: String?
    /// Whether the connection was made for this request.
    var isOnNewConnection = false
    /// The address that was connected to, such as `127.0.0.1 port 443`; empty where none was.
    var address = ""
}
