import Domain
import Fixtures
import Testing

/// What every raw store promises (see `RawStore`).
enum RawStorePromise: String, CaseIterable, Sendable {
    case keepsTheGreatestRank, keepsDocumentsVerbatim, putsMayBeRepeated, orderDoesNotMatter
    case keepsCommentsAndPosters, readsBackAtOnce, isDurableAfterAFlush, isAsBeforeOrAsPutAfterAKill
    case givesMoviesInAscendingOrder, givesReferencesInAscendingOrder, hasNothingUnderUnknownReferences, tellsDamage
    case goesOnAfterDamagedMovies, givesRanks, tellsWhatIsPresent

    /// Checks that a raw store keeps the promise.
    func check(_ fixture: some RawStoreFixture) throws {
        switch self {
        case .keepsTheGreatestRank: try keepsTheGreatestRank(fixture)
        case .keepsDocumentsVerbatim: try keepsDocumentsVerbatim(fixture)
        case .putsMayBeRepeated: try putsMayBeRepeated(fixture)
        case .orderDoesNotMatter: try orderDoesNotMatter(fixture)
        case .keepsCommentsAndPosters: try keepsCommentsAndPosters(fixture)
        case .readsBackAtOnce: try readsBackAtOnce(fixture)
        case .isDurableAfterAFlush: try isDurableAfterAFlush(fixture)
        case .isAsBeforeOrAsPutAfterAKill: try isAsBeforeOrAsPutAfterAKill(fixture)
        case .givesMoviesInAscendingOrder: try givesMoviesInAscendingOrder(fixture)
        case .givesReferencesInAscendingOrder: try givesReferencesInAscendingOrder(fixture)
        case .hasNothingUnderUnknownReferences: try hasNothingUnderUnknownReferences(fixture)
        case .tellsDamage: try tellsDamage(fixture)
        case .goesOnAfterDamagedMovies: try goesOnAfterDamagedMovies(fixture)
        case .givesRanks: try givesRanks(fixture)
        case .tellsWhatIsPresent: try tellsWhatIsPresent(fixture)
        }
    }

    /// From the least rank to the greatest.
    private static let ranks: [MovieRank] = [
        (false, 20_001, 9, 0xff), (true, -719_162, nil, 0), (true, 19_999, nil, 1), (true, 20_000, nil, 0xff),
        (true, 20_000, -7, 0), (true, 20_000, 0, 0x7f), (true, 20_000, 0, 0x80), (true, 20_000, Int64.max, 0),
    ].map { (hasTitle: Bool, day: Int32, votes: Int64?, hash: UInt8) in
        MovieRank(
            hasTitle: hasTitle, snapshotDay: day, voteCount: votes,
            contentHash: [UInt8](repeating: hash, count: 32))
    }

    private static func movie(_ id: Int64, rank: Int = 3, _ document: String = "{}") -> RawMovie {
        RawMovie(movieID: id, rank: ranks[rank], document: Array(document.utf8))
    }

    private static let comments = ["abc", "", "\n\r\n", String(repeating: "é", count: 5000)].map {
        RawComment(body: Array($0.utf8))
    }

    private static let posters: [RawPoster] = [
        [0xff, 0xd8, 0xff, 0xe0, 0],
        [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + [UInt8](repeating: 7, count: 90_000),
        Array("RIFF\u{4}\0\0\0WEBP".utf8), Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8),
    ].compactMap { RawPoster(image: $0) }

    private func keepsTheGreatestRank(_ fixture: some RawStoreFixture) throws {
        let store = try fixture.open()
        for low in Self.ranks.indices {
            for high in Self.ranks.indices.dropFirst(low + 1) {
                let id = Int64(1000 + low * 100 + high * 2)
                let lesser = { Self.movie($0, rank: low, "{\"lesser\":1}") }
                let greater = { Self.movie($0, rank: high, "{\"greater\":1}") }
                try store.put(movies: [lesser(id), greater(id), lesser(id)])
                #expect(try store.movie(id) == greater(id))
                try store.put(movies: [greater(id + 1)])
                try store.flush()
                try store.put(movies: [lesser(id + 1)])
                #expect(try store.movie(id + 1) == greater(id + 1))
                let again = try fixture.open()
                try again.put(movies: [lesser(id)])
                try again.flush()
                #expect(try again.movie(id) == greater(id))
            }
        }
    }

    private func keepsDocumentsVerbatim(_ fixture: some RawStoreFixture) throws {
        let documents = [
            "{}", "{ \"id\" : 7.0 ,\r\n\"title\":\"\\u0000\\ud83c\\udfac é\u{1F3AC}\"\n}",
            "{\"document\":{\"length\":1}}\n", " {}\t",
            "{\"x\":\"" + String(repeating: "a", count: 3 << 20) + "\"}", "{\"a\":1,\"a\":2}", "{\"$a.b\":1e400}",
        ]
        let movies = documents.enumerated().map { Self.movie(Int64(3000 + $0.offset), $0.element) }
        let store = try fixture.open()
        for movie in movies { try store.put(movies: [movie]) }
        try store.flush()
        let again = try fixture.open()
        for movie in movies { #expect(try again.movie(movie.movieID) == movie) }
        #expect(try again.movie(2_999) == nil)
        #expect(try again.movie(.max) == nil)
    }

    private func putsMayBeRepeated(_ fixture: some RawStoreFixture) throws {
        let store = try fixture.open()
        let movies = (1...5).map { Self.movie($0) }
        for _ in 0..<3 {
            try store.put(movies: movies)
            try store.put(movies: Array(movies.prefix(2)))
            try store.put(comments: Self.comments + Self.comments)
            try store.put(posters: Self.posters + Self.posters)
            try store.flush()
        }
        // Equal rank changes nothing, whatever the document.
        try store.put(movies: [Self.movie(1, "{\"other\":1}")])
        try store.flush()
        #expect(try Self.movies(fixture.open()) == movies)
        #expect(try Self.comments.map { try fixture.open().comment($0.reference) } == Self.comments.map(\.body))
    }

    private func orderDoesNotMatter(_ fixture: some RawStoreFixture) throws {
        let store = try fixture.open()
        let orders = [[0, 3, 7], [7, 3, 0], [3, 7, 0], [7, 0, 3]]
        for (number, order) in orders.enumerated() {
            for (place, rank) in order.enumerated() {
                try store.put(movies: [Self.movie(Int64(number + 1), rank: rank, "{\"rank\":\(rank)}")])
                if (place + number) % 2 == 0 { try store.flush() }
            }
        }
        try store.flush()
        #expect(
            try Self.movies(fixture.open()) == orders.indices.map { Self.movie(Int64($0 + 1), rank: 7, "{\"rank\":7}") }
        )
    }

    private func keepsCommentsAndPosters(_ fixture: some RawStoreFixture) throws {
        #expect(Self.posters.count == PosterFormat.allCases.count)
        let store = try fixture.open()
        try store.put(comments: Self.comments)
        try store.put(posters: Self.posters)
        try store.flush()
        let again = try fixture.open()
        for comment in Self.comments {
            #expect(try again.comment(comment.reference) == comment.body)
            #expect(try again.has(comment.reference))
        }
        for poster in Self.posters {
            #expect(try again.poster(poster.reference) == poster.image)
            #expect(try again.has(poster.reference))
        }
    }

    private func readsBackAtOnce(_ fixture: some RawStoreFixture) throws {
        let store = try fixture.open()
        try store.put(movies: [Self.movie(7)])
        try store.put(comments: Self.comments)
        try store.put(posters: Self.posters)
        #expect(try store.movie(7) == Self.movie(7))
        for comment in Self.comments {
            #expect(try store.has(comment.reference))
            #expect(try store.comment(comment.reference) == comment.body)
        }
        for poster in Self.posters { #expect(try store.poster(poster.reference) == poster.image) }
    }

    private func isDurableAfterAFlush(_ fixture: some RawStoreFixture) throws {
        let store = try fixture.open()
        for round in 1...3 {
            let id = Int64(round)
            try store.put(movies: [Self.movie(id), Self.movie(9, rank: round)])
            try store.put(comments: [Self.comments[round]])
            try store.flush()
            let again = try fixture.open()
            #expect(try again.movie(id) == Self.movie(id))
            #expect(try again.movie(9) == Self.movie(9, rank: round))
            #expect(try again.comment(Self.comments[round].reference) == Self.comments[round].body)
        }
        // A flush without a put changes nothing.
        try store.flush()
    }

    private func isAsBeforeOrAsPutAfterAKill(_ fixture: some RawStoreFixture) throws {
        let before = (1...40).map { Self.movie($0, rank: 2, "{\"before\":1}") }
        let put = (1...40).map { Self.movie($0, rank: 5, "{\"put\":\($0)}") }
        do {
            let store = try fixture.open()
            try store.put(movies: before)
            try store.flush()
            try store.put(movies: put)
            try store.put(comments: Self.comments)
        }
        let again = try fixture.open()
        for (old, new) in zip(before, put) {
            let found = try again.movie(old.movieID)
            #expect(found == old || found == new)
        }
        for comment in Self.comments {
            let found = try again.comment(comment.reference)
            #expect(found == nil || found == comment.body)
            #expect(try again.has(comment.reference) == (found != nil))
        }
        // The same is put again by the next run.
        try again.put(movies: put)
        try again.put(comments: Self.comments)
        try again.flush()
        #expect(try Self.movies(fixture.open()) == put)
        #expect(try fixture.open().comment(Self.comments[0].reference) == Self.comments[0].body)
    }

    private func givesMoviesInAscendingOrder(_ fixture: some RawStoreFixture) throws {
        let ids: [Int64] = [.max, 1, 999, 1_000, 1_001, 999_999_999, 1_000_000_000, 4_000, 4_500, 4_999, 5_000]
        let store = try fixture.open()
        try store.put(movies: ids.map { Self.movie($0) })
        try store.flush()
        try store.put(movies: [Self.movie(4_500, rank: 7, "{\"new\":1}"), Self.movie(2)])
        let found = try Self.movies(store)
        #expect(found.map(\.movieID) == (ids + [2]).sorted())
        #expect(found.first { $0.movieID == 4_500 }?.document == Array("{\"new\":1}".utf8))
        let error = #expect(throws: Stop.self) { try store.forEachMovie { _ in throw Stop() } }
        #expect(error != nil, "what the body throws comes through")
    }

    private func givesReferencesInAscendingOrder(_ fixture: some RawStoreFixture) throws {
        let store = try fixture.open()
        for content in RawContent.allCases { #expect(try Self.references(content, in: store).isEmpty) }
        let bodies = (0..<300).map { RawComment(body: Array("comment \($0)".utf8)) }
        for start in stride(from: 0, to: bodies.count, by: 50) {
            try store.put(comments: Array(bodies[start..<start + 50]))
        }
        try store.put(posters: Self.posters)
        try store.put(movies: [Self.movie(1)])
        let comments = bodies.map(\.reference.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let posters = Self.posters.map(\.reference.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(try Self.references(.comments, in: store) == comments, "what was not flushed is there too")
        try store.flush()
        let again = try fixture.open()
        #expect(try Self.references(.comments, in: again) == comments)
        #expect(try Self.references(.posters, in: again) == posters)
        try again.put(comments: [Self.comments[0]])
        #expect(try Self.references(.comments, in: again).count == comments.count + 1)
        // What is named can be read meanwhile.
        try again.forEachReference(to: .comments) { reference in
            let body = try again.comment(reference)
            #expect(body.map(reference.isOf) == true)
        }
        try again.forEachReference(to: .posters) { reference in
            let image = try again.poster(reference)
            #expect(image.map(reference.isOf) == true)
        }
        let error = #expect(throws: Stop.self) { try again.forEachReference(to: .posters) { _ in throw Stop() } }
        #expect(error != nil, "what the body throws comes through")
    }

    private func hasNothingUnderUnknownReferences(_ fixture: some RawStoreFixture) throws {
        let store = try fixture.open()
        for _ in 0..<2 {
            for comment in Self.comments.dropFirst() {
                #expect(try store.comment(comment.reference) == nil)
                #expect(try !store.has(comment.reference))
            }
            for poster in Self.posters { #expect(try store.poster(poster.reference) == nil) }
            try store.put(comments: [Self.comments[0]])
            try store.flush()
        }
    }

    private func tellsWhatIsPresent(_ fixture: some RawStoreFixture) throws {
        let store = try fixture.open()
        let bodies = (0..<2400).map { RawComment(body: Array("comment \($0)".utf8)) }
        let some = stride(from: 0, to: bodies.count, by: 2).map { bodies[$0] }
        let asked = bodies.map(\.reference) + Self.posters.map(\.reference)
        #expect(try store.present([]).isEmpty)
        #expect(try store.present(asked).isEmpty)
        try store.put(comments: some)
        try store.put(posters: [Self.posters[2]])
        let there = Set(some.map(\.reference) + [Self.posters[2].reference])
        #expect(try store.present(asked) == there, "what was not flushed is there too")
        try store.flush()
        #expect(try fixture.open().present(asked) == there)
        #expect(try store.present([Self.posters[0].reference]).isEmpty)
    }

    private func tellsDamage(_ fixture: some RawStoreFixture) throws {
        let store = try fixture.open()
        try store.put(comments: Self.comments)
        try store.put(posters: Self.posters)
        try store.flush()
        try fixture.damage(Self.comments[0].reference, with: Array("abd".utf8))
        try fixture.damage(Self.posters[0].reference, with: Array(Self.posters[0].image.dropLast()))
        let again = try fixture.open()
        let comment = Self.comments[0].reference
        let poster = Self.posters[0].reference
        for read: () throws -> [UInt8]? in [{ try again.comment(comment) }, { try again.poster(poster) }] {
            do {
                _ = try read()
                Issue.record("damaged bytes were given")
            } catch let error as any ReportedError {
                #expect(error.message.contains("damaged") && !error.hint.isEmpty)
                #expect(error.isDamage)
            }
        }
        #expect(try Self.references(.comments, in: again).contains(comment.text))
        #expect(try Self.references(.posters, in: again).contains(poster.text))
        #expect(try again.comment(Self.comments[3].reference) == Self.comments[3].body)
    }

    private func goesOnAfterDamagedMovies(_ fixture: some RawStoreFixture) throws {
        let movies = [1, 1_005, 2_500, 9_000].map { Self.movie(Int64($0), "{\"id\":\($0)}") }
        let store = try fixture.open()
        try store.put(movies: movies)
        try store.flush()
        try fixture.damage(movie: 1_005)
        let again = try fixture.open()
        var found: [RawMovie] = []
        var damage: [any ReportedError] = []
        try again.forEachMovie({ found.append($0) }, onDamage: { damage.append($0) })
        #expect(found == [movies[0], movies[2], movies[3]])
        #expect(damage.count == 1)
        #expect(damage.allSatisfy { $0.isDamage && $0.message.contains("damaged") && !$0.hint.isEmpty })
        found = []
        let error = #expect(throws: (any Error).self) { try again.forEachMovie { found.append($0) } }
        #expect((error as? any ReportedError)?.isDamage == true)
        #expect(found == [movies[0]], "no bytes of damaged documents are given")
    }

    private func givesRanks(_ fixture: some RawStoreFixture) throws {
        let store = try fixture.open()
        #expect(try store.ranks(ofMovies: [1, 2]).isEmpty)
        let ids: [Int64] = [1, 999, 1_000, 70_000, .max]
        try store.put(movies: ids.enumerated().map { Self.movie($0.element, rank: $0.offset) })
        try store.flush()
        try store.put(movies: [Self.movie(999, rank: 0), Self.movie(1_000, rank: 7), Self.movie(3, rank: 6)])
        let expected: [Int64: MovieRank] = [
            1: Self.ranks[0], 3: Self.ranks[6], 999: Self.ranks[1], 1_000: Self.ranks[7], 70_000: Self.ranks[3],
            .max: Self.ranks[4],
        ]
        #expect(try store.ranks(ofMovies: [.max, 3, 2, 1_000, 999, 70_000, 1, 70_001]) == expected)
        #expect(try store.ranks(ofMovies: [2]).isEmpty)
        #expect(try store.ranks(ofMovies: []).isEmpty)
        try store.flush()
        #expect(try fixture.open().ranks(ofMovies: Array(expected.keys)) == expected)
    }

    private static func references(_ content: RawContent, in store: any RawStore) throws -> [String] {
        var texts: [String] = []
        try store.forEachReference(to: content) { reference in
            #expect(content.includes(reference))
            texts.append(reference.text)
        }
        return texts
    }

    private static func movies(_ store: any RawStore) throws -> [RawMovie] {
        var movies: [RawMovie] = []
        try store.forEachMovie { movies.append($0) }
        return movies
    }

    private struct Stop: Error {}
}
