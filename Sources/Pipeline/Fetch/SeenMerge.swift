import Domain

/// Compares what a fetch found with what was seen before, and makes what is seen now. It does no I/O. Both come in ascending
/// order of ids.
struct SeenMerge {
    /// How many movies of a fetch are what, compared with the fetch that saw them last.
    struct Counts: Equatable, Sendable {
        /// Documents of movies that were never seen.
        var new: Int64 = 0
        /// Documents that differ, beside popularity and votes.
        var changed: Int64 = 0
        /// Documents that do not.
        var unchanged: Int64 = 0
        /// Movies that are gone.
        var gone: Int64 = 0
        /// The snapshot's documents in all.
        var documents: Int64 { new + changed + unchanged }
    }

    private let day: Int32
    private(set) var counts = Counts()

    init(day: Int32) { self.day = day }

    /// What is known of a movie after this fetch.
    mutating func merge(_ record: FetchRecord, with old: SeenMovie?) -> SeenMovie {
        // A fetch of an earlier date that was resumed later does not move a movie back.
        let asked = max(day, old?.asked ?? day)
        switch record.outcome {
        case .gone:
            counts.gone += 1
            return SeenMovie(
                movieID: record.movieID, asked: asked, seen: old?.seen, gone: old?.gone ?? day,
                fingerprint: old?.fingerprint)
        case .document:
            if old?.seen == nil {
                counts.new += 1
            } else if old?.fingerprint == record.fingerprint {
                counts.unchanged += 1
            } else {
                counts.changed += 1
            }
            return SeenMovie(
                movieID: record.movieID, asked: asked, seen: max(day, old?.seen ?? day), gone: nil,
                fingerprint: record.fingerprint)
        }
    }
}
