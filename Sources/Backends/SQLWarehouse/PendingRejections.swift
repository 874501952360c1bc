import Domain

/// Rejected lines of the open transaction that are not stored yet. They are stored many at a time, because a few lines
/// come with each batch, and each statement costs a round trip to a server.
struct PendingRejections {
    /// The lines are stored when there are so many of them, or when they have so many bytes.
    static let mostLines = 4096
    static let mostBytes = 1 << 20

    private(set) var lines: [Rejection] = []
    private var bytes = 0

    /// Whether the lines have to be stored now.
    var isFull: Bool { lines.count >= Self.mostLines || bytes >= Self.mostBytes }

    mutating func add(_ rejection: Rejection) {
        lines.append(rejection)
        bytes += rejection.rawLength
    }

    mutating func removeAll() { self = PendingRejections() }
}
