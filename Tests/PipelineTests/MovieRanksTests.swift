import Domain
import Testing

@testable import Pipeline

/// Which movie documents are accepted, and which replace the rows of their movie.
@Suite struct MovieRanksTests {
    /// A document with the stored ranks of its movie and snapshot date, and of its movie.
    struct Line: Sendable {
        var movie: Int64
        var rank: MovieRank
        var stored = StoredRanks()
    }

    struct Case: Sendable {
        var name: String
        var lines: [Line]
        var accepted: [Int]
        var winners: [Int]
    }

    private static func rank(_ day: Int32, _ votes: Int64?) -> MovieRank {
        MovieRank(hasTitle: true, snapshotDay: day, voteCount: votes, contentHash: [])
    }

    private static func line(
        _ movie: Int64, _ day: Int32, _ votes: Int64?, snapshot: Int64? = nil, stored: MovieRank? = nil
    ) -> Line {
        Line(
            movie: movie, rank: rank(day, votes),
            stored: StoredRanks(snapshot: snapshot.map { rank(day, $0) }, movie: stored))
    }

    static let cases: [Case] = [
        Case(name: "none", lines: [], accepted: [], winners: []),
        Case(name: "new", lines: [line(1, 5, nil), line(2, 5, nil)], accepted: [0, 1], winners: [0, 1]),
        Case(name: "the same twice", lines: [line(1, 5, 3), line(1, 5, 3)], accepted: [0], winners: [0]),
        Case(name: "less after more", lines: [line(1, 5, 3), line(1, 5, 2)], accepted: [0], winners: [0]),
        Case(name: "more after less", lines: [line(1, 5, 2), line(1, 5, 3)], accepted: [0, 1], winners: [1]),
        Case(
            name: "another date is another snapshot", lines: [line(1, 6, 1), line(1, 5, 9)], accepted: [0, 1],
            winners: [0]),
        Case(name: "as the warehouse has it", lines: [line(1, 5, 3, snapshot: 3)], accepted: [], winners: []),
        Case(
            name: "more than the warehouse has of its date, and less than the movie's",
            lines: [line(1, 5, 4, snapshot: 3, stored: rank(6, 0))], accepted: [0], winners: []),
        Case(
            name: "more than the warehouse has", lines: [line(1, 5, 4, snapshot: 3, stored: rank(5, 3))], accepted: [0],
            winners: [0]),
    ]

    @Test(arguments: cases)
    func chooses(_ expected: Case) {
        var ranks = MovieRanks()
        let choice = ranks.choose(Self.documents(expected.lines), stored: expected.lines.map(\.stored))
        #expect(choice == MovieRanks.Choice(accepted: expected.accepted, winners: expected.winners), "\(expected.name)")
    }

    private static func documents(_ lines: [Line]) -> [MovieDocument] {
        lines.enumerated().map {
            MovieDocument(line: $0, movieID: $1.movie, rank: $1.rank, owned: [], popularity: $0)
        }
    }

    /// Until the commit, ranks of the current transaction count too.
    @Test func ranksOfTheTransactionCountUntilTheyAreWritten() {
        var ranks = MovieRanks()
        let document = Self.documents([Self.line(1, 5, 3)])
        #expect(ranks.choose(document, stored: [StoredRanks()]).accepted == [0])
        #expect(ranks.byteSize > 0)
        #expect(ranks.choose(document, stored: [StoredRanks()]).accepted == [])
        ranks.removeAll()
        #expect(ranks.byteSize == 0)
        #expect(ranks.choose(document, stored: [StoredRanks()]).accepted == [0])
    }
}
