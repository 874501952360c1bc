import Synchronization

/// The request to stop at the next commit, made by a signal. A backend that waits for a server asks it, so that it waits
/// for a shorter time when the server is silent.
public enum StopRequest {
    private static let flag = Atomic(false)

    /// Makes the request.
    public static func make() { flag.store(true, ordering: .relaxed) }

    /// Whether the request was made.
    public static var isMade: Bool { flag.load(ordering: .relaxed) }
}
