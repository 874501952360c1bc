import Domain
import Testing

/// What every raw store promises, to be held against each backend.
///
/// - Parameter open: opens one and the same store anew each time; it is empty the first time.
func expectRawStoreConformance(open: () throws -> any RawStore) throws {
    try expectGreatestRankStays(open)
    try expectVerbatimDocuments(open)
    try expectComments(open)
    try expectAscendingMovies(open)
}

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

/// All orders of some documents, in one put or many, give the same.
private func expectGreatestRankStays(_ open: () throws -> any RawStore) throws {
    // From the least to the greatest.
    let ranks: [(title: Bool, day: Int32, votes: Int64?, hash: UInt8)] = [
        (false, 20_001, 9, 0xff), (true, -719_162, nil, 0), (true, 19_999, nil, 1), (true, 20_000, nil, 0xff),
        (true, 20_000, -7, 0), (true, 20_000, 0, 0x7f), (true, 20_000, 0, 0x80), (true, 20_000, .max, 0),
    ]
    let store = try open()
    for (first, low) in ranks.enumerated() {
        for (second, high) in ranks.enumerated().dropFirst(first + 1) {
            let id = Int64(1000 + first * 100 + second * 2)
            let lesser = {
                rawMovie($0, title: low.title, day: low.day, votes: low.votes, hash: low.hash, "{\"lesser\":1}")
            }
            let greater = {
                rawMovie($0, title: high.title, day: high.day, votes: high.votes, hash: high.hash, "{\"greater\":1}")
            }
            try store.put(movies: [lesser(id), greater(id), lesser(id)])
            #expect(try store.movie(id) == greater(id))
            try store.put(movies: [greater(id + 1)])
            try store.flush()
            try store.put(movies: [lesser(id + 1)])
            #expect(try store.movie(id + 1) == greater(id + 1))
            // Equal rank changes nothing.
            try store.put(movies: [greater(id), greater(id + 1)])
            try store.flush()
            let again = try open()
            #expect(try again.movie(id) == greater(id))
            #expect(try again.movie(id + 1) == greater(id + 1))
            try again.put(movies: [lesser(id)])
            try again.flush()
            #expect(try store.movie(id) == greater(id))
        }
    }
}

private func expectVerbatimDocuments(_ open: () throws -> any RawStore) throws {
    let documents = [
        "{}", "{ \"id\" : 7.0 ,\r\n\"title\":\"\\u0000\\ud83c\\udfac é\u{1F3AC}\"\n}",
        "{\"document\":{\"length\":1}}\n", " {}\t",
        "{\"x\":\"" + String(repeating: "a", count: 3 << 20) + "\"}", "{\"a\":1,\"a\":2}",
    ]
    let store = try open()
    for (place, document) in documents.enumerated() {
        let movie = rawMovie(Int64(3000 + place), document)
        try store.put(movies: [movie])
        try store.flush()
        #expect(try open().movie(movie.movieID) == movie)
    }
    #expect(try store.movie(2_999) == nil)
    #expect(try store.movie(.max) == nil)
}

private func expectComments(_ open: () throws -> any RawStore) throws {
    let store = try open()
    let abc = "comments/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.txt"
    let bodies = ["abc", "", "\n\r\n", String(repeating: "é", count: 5000)].map { Array($0.utf8) }
    #expect(try store.comment(abc) == nil)
    #expect(try store.put(comment: bodies[0]) == abc)
    #expect(try store.comment(abc) == bodies[0], "it is read back before it is durable")
    let references = try bodies.map { try store.put(comment: $0) }
    try store.flush()
    #expect(try bodies.map { try store.put(comment: $0) } == references, "the same body has the same reference")
    try store.flush()
    #expect(try references.map { try open().comment($0) } == bodies)
    #expect(Set(references).count == bodies.count)
    for reference in ["", "comments/ba/../ba.txt", "comments/ab" + abc.dropFirst(11), abc.uppercased(), "/etc/passwd"] {
        #expect(try store.comment(reference) == nil)
    }
}

private func expectAscendingMovies(_ open: () throws -> any RawStore) throws {
    let ids: [Int64] = [.max, 1, 999, 1_000, 1_001, 999_999_999, 1_000_000_000, 4_000, 4_500, 4_999, 5_000]
    let store = try open()
    try store.put(movies: ids.map { rawMovie($0, day: 20_100) })
    try store.flush()
    try store.put(movies: [rawMovie(4_500, day: 20_200, "{\"new\":1}"), rawMovie(2, day: 20_200)])
    var found: [Int64: RawMovie] = [:]
    var last: Int64 = 0
    try store.forEachMovie { movie in
        #expect(movie.movieID > last)
        last = movie.movieID
        found[last] = movie
    }
    #expect(Set(ids + [2]).isSubset(of: found.keys))
    #expect(found[4_500]?.document == Array("{\"new\":1}".utf8))
    #expect(found[999]?.rank.snapshotDay == 20_100)
    let error = #expect(throws: Stop.self) { try store.forEachMovie { _ in throw Stop() } }
    #expect(error != nil, "what the body throws comes through")
}

private struct Stop: Error {}
