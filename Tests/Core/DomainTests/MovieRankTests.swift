import Hashing
import Testing

@testable import Domain

@Suite("Movie rank")
struct MovieRankTests {
    /// Ascending.
    static let ascending: [MovieRank] = {
        var ranks: [MovieRank] = []
        for hasTitle in [false, true] {
            for day in [Int32.min, -1, 0, 20_000] {
                for votes in [nil, Int64.min, -1, 0, 1, Int64.max] {
                    for hash in [[0, 0], [0, 0x80], [0x7f, 0xff], [0x80, 0], [0xff, 0xff]] as [[UInt8]] {
                        ranks.append(
                            MovieRank(hasTitle: hasTitle, snapshotDay: day, voteCount: votes, contentHash: hash)
                        )
                    }
                }
            }
        }
        return ranks
    }()

    @Test("it is a total order: title, snapshot date, votes with unknown the least, hash as bytes")
    func order() {
        for (left, leftRank) in Self.ascending.enumerated() {
            for (right, rightRank) in Self.ascending.enumerated() {
                #expect((leftRank < rightRank) == (left < right))
                #expect((leftRank == rightRank) == (left == right))
            }
        }
    }

    @Test(
        "the greater of two documents",
        arguments: [
            (#"{"id":1,"original_title":"A","vote_count":9}"#, #"{"id":1,"title":"A"}"#),
            (#"{"id":1,"original_title":"A","vote_count":9}"#, #"{"id":1,"original_title":"A","title":null}"#),
            (#"{"id":1,"original_title":"A","vote_count":9}"#, #"{"id":1,"original_title":"A","title":5}"#),
            (#"{"id":1,"title":"A"}"#, #"{"id":1,"title":"A","vote_count":-5}"#),
            (#"{"id":1,"title":"A","vote_count":"many"}"#, #"{"id":1,"title":"A","vote_count":0}"#),
            (#"{"id":1,"title":"A","vote_count":10}"#, #"{"id":1,"title":"A","vote_count":"11.0"}"#),
            (#"{"id":1,"title":"A","vote_count":11,"vote_count":10}"#, #"{"id":1,"title":"A","vote_count":11}"#),
        ]
    )
    func greater(less: String, greater: String) throws {
        let ranks = try movieBatch([less, greater]).documents.map(\.rank)
        #expect(ranks.count == 2)
        #expect(ranks[0] < ranks[1])
    }

    @Test("the snapshot date is the source's")
    func snapshot() throws {
        let line = #"{"id":1,"title":"A"}"#
        let early = try #require(try movieBatch([line], snapshot: "2026-10-31").documents.first?.rank)
        let late = try #require(try movieBatch([line], snapshot: "2026-11-01").documents.first?.rank)
        #expect(early < late)
        #expect(early.contentHash == late.contentHash)
    }

    @Test(
        "white space, key order, the spelling of a number and what a doubled key hides make no other content",
        arguments: [
            (#"{"id":1,"title":"A","vote_average":5.30}"#, #" { "vote_average" : 53e-1, "title":"\u0041","id":1.0 } "#),
            (#"{"id":603,"title":"A"}"#, #"{"id":6.03e2,"title":"A"}"#),
            (#"{"id":1,"title":"A","x":-0.0}"#, #"{"id":1,"title":"A","x":0}"#),
            (#"{"id":1,"title":"A"}"#, #"{"id":9,"title":"A","id":1}"#),
            (#"{"id":1,"title":"A","x":{"b":1,"a":2}}"#, #"{"id":1,"title":"A","x":{"a":2,"b":1}}"#),
        ]
    )
    func sameContent(left: String, right: String) throws {
        let ranks = try movieBatch([left, right]).documents.map(\.rank)
        #expect(ranks.count == 2)
        #expect(ranks[0].contentHash == ranks[1].contentHash)
    }

    @Test(
        "anything else does, also in a key that nobody reads",
        arguments: [
            (#"{"id":1,"title":"A"}"#, #"{"id":"1","title":"A"}"#),
            (#"{"id":1,"title":"A"}"#, #"{"id":1,"title":" A"}"#),
            (#"{"id":1,"title":"A"}"#, #"{"id":1,"title":"A","unread":null}"#),
            (#"{"id":1,"title":"A","x":[1,2]}"#, #"{"id":1,"title":"A","x":[2,1]}"#),
            (#"{"id":1,"title":"A","x":12345678901234567890}"#, #"{"id":1,"title":"A","x":12345678901234567891}"#),
        ]
    )
    func otherContent(left: String, right: String) throws {
        let ranks = try movieBatch([left, right]).documents.map(\.rank)
        #expect(ranks.count == 2)
        #expect(ranks[0].contentHash != ranks[1].contentHash)
    }

    @Test("the content hash is the SHA-256 of the content's form")
    func knownHash() throws {
        // printf '%s' '{"id":603e0,"title":"A","x":[53e-1,0,true,null]}' | sha256sum
        let batch = try movieBatch([#"{"x":[5.30,-0,true,null],"title":"A","id":603}"#])
        let rank = try #require(batch.documents.first?.rank)
        #expect(rank.contentHash.count == 32)
        #expect(rank.contentHash.hexadecimal == "1d358500ffb02c7957ab65c3650a2e62e84ab207412e4ed0f6d612e2dbcf7339")
        #expect(
            rank.contentHash.map { String($0, radix: 16) }.joined(separator: " ")
                == value(batch.popularity, 0, "content_hash")
        )
    }
}
