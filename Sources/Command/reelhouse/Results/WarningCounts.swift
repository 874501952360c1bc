import Domain

extension [WarningReason: Int64] {
    /// Reasons and how often they were met: the most frequent first, those of one count by name.
    var mostFrequentFirst: [(reason: WarningReason, count: Int64)] {
        map { ($0.key, $0.value) }.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
    }
}
