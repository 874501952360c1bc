import Domain

/// Rejected lines of the open transaction that are not stored yet. They are stored many at a time, because a few lines
/// come with each batch, and each statement costs a round trip to a server.
struct PendingRejections {
    /// So many lines are kept at most, and so many bytes of them.
    static let mostLines = 4096
    static let mostBytes = 1 << 20

    private(set) var lines: [Rejection] = []
    private var bytes = 0

    /// Adds lines, with copies of their bytes.
    ///
    /// - Returns: false when there is no room for them; then none is added.
    mutating func add(_ rejections: [Rejection]) -> Bool {
        let added = rejections.reduce(0) { $0 + $1.rawLength }
        guard lines.count + rejections.count <= Self.mostLines, bytes + added <= Self.mostBytes else { return false }
        lines += rejections.map(\.withOwnBytes)
        bytes += added
        return true
    }

    mutating func removeAll() { self = PendingRejections() }
}
