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
    /// - Parameter isHandshake: whether the connection was made, and failed when it was to be encrypted.
    func failed(_ failure: MongoError, isHandshake: Bool) {
        state.withLock { state in
            var failure = failure
            // As long as no server has ever answered, encryption itself may be what does not work.
            if isHandshake, !state.hasAnswered { failure.problem = .encryption }
            state.lastFailure = failure
        }
    }
}
