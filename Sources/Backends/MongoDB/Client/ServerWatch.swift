import CMongo
import Synchronization

/// What libmongoc's threads that watch the servers have found out. A failed search for a server only says in words why
/// the servers are no good; here the codes are kept.
final class ServerWatch: Sendable {
    private struct State {
        var lastFailure: MongoError?
        var hasAnswered = false
    }

    private let state = Mutex(State())

    /// Why the last attempt to reach a server failed; nil when none failed, or a server has answered since.
    var lastFailure: MongoError? { state.withLock(\.lastFailure) }

    /// A server has answered.
    func succeeded() {
        state.withLock { $0 = State(lastFailure: nil, hasAnswered: true) }
    }

    /// An attempt to reach a server has failed.
    ///
    /// - Parameter isEncrypted: whether the connections are to be encrypted.
    func failed(_ error: bson_error_t, isEncrypted: Bool) {
        // libmongoc ends a look at a server when another connection to it is lost, and reports that as a failure without a
        // domain. It says nothing of the server.
        guard error.domain != 0 else { return }
        // A connection that was made and then failed.
        let isSocket =
            mongoc_error_domain_t(error.domain) == MONGOC_ERROR_STREAM
            && mongoc_error_code_t(error.code) == MONGOC_ERROR_STREAM_SOCKET
        var failure = MongoError(error)
        state.withLock { state in
            // As long as no server has ever answered, encryption itself may be what does not work.
            if isEncrypted, isSocket, !state.hasAnswered { failure.problem = .encryption }
            state.lastFailure = failure
        }
    }
}
