import Domain

extension [WarningReason: Int64] {
    /// The reasons with their counts, the most frequent first; equal counts are ordered by name.
    var mostFrequentFirst: [(reason: WarningReason, count: Int64)] {
        map { ($0.key, $0.value) }.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
    }
}
