import Synchronization

/// The request to end the program at once, made by a signal. It lets a backend cancel the statement that a server is
/// running for it: a server goes on with a statement whose client has vanished until it has rows to send.
///
/// A backend calls `begin` and `finish` around its statements, and asks `isMade` several times a second while it waits.
/// When it has seen the request it cancels its statement, and then waits for the end of the program.
public enum ExitRequest {
    private struct State {
        var isMade = false
        var isSeen = false
        var statements = 0
    }

    private static let state = Mutex(State())

    /// A statement begins.
    public static func begin() { state.withLock { $0.statements += 1 } }

    /// A statement has ended.
    ///
    /// - Returns: whether the program is about to end: then the caller must neither return nor report an error.
    public static func finish() -> Bool {
        state.withLock { state in
            state.statements -= 1
            return state.isMade
        }
    }

    /// Whether the request was made. Called by a backend that waits for a server.
    public static var isMade: Bool {
        state.withLock { state in
            if state.isMade { state.isSeen = true }
            return state.isMade
        }
    }

    /// Makes the request.
    public static func make() { state.withLock { $0.isMade = true } }

    /// Whether a statement is still to be cancelled: one is running, and its backend has seen the request.
    public static var isBeingHandled: Bool { state.withLock { $0.statements > 0 && $0.isSeen } }

    /// Whether a statement is running.
    public static var hasStatements: Bool { state.withLock { $0.statements > 0 } }
}
