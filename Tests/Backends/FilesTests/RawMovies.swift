import Domain

/// Creates a raw movie whose rank has the given values.
func rawMovie(
    _ id: Int64,
    title: Bool = true,
    day: Int32 = 20_000,
    votes: Int64? = 5,
    hash: UInt8 = 0,
    _ document: String = "{}"
) -> RawMovie {
    let hash = [UInt8](repeating: hash, count: 32)
    let rank = MovieRank(hasTitle: title, snapshotDay: day, voteCount: votes, contentHash: hash)
    return RawMovie(movieID: id, rank: rank, document: Array(document.utf8))
}
