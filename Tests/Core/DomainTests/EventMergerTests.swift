import TableTesting
import Testing

@testable import Domain

/// What accepted events say of users, sessions, ratings and so on.
@Suite struct EventMergerTests {
    /// The rows of a table after some lines, as some columns in words.
    private func rows(_ lines: [String], _ table: Table, _ columns: String...) throws -> [[String]] {
        let batch = try eventBatch(lines)
        #expect(batch.rejections.isEmpty)
        let merger = EventMerger()
        for row in 0..<batch.rowCount { merger.add(batch.rows + row, of: batch) }
        let merged = try #require(merger.tables.first { $0.table.name == table.name })
        return values(merged.rows, columns)
    }

    private func at(_ time: Int, _ type: String, _ metadata: String?, _ session: String? = nil) -> String {
        event(type, metadata, ["event_time": String(1_763_661_800_000 + time), "session_id": session])
    }

    @Test func theOrderOfEventsMakesNoDifference() throws {
        var lines: [String] = []
        for number in 0..<120 {
            let session = number % 3 == 0 ? nil : "\(number % 4)"
            let metadata = [
                #"{"score":\#(number % 10 + 1)}"#, #"{"score":null}"#, #"{"undo":\#(number % 4 == 0)}"#,
                #"{"status":"\#(["planned", "removed", "dropped"][number % 3])"}"#,
                #"{"comment_id":\#(number % 3),"body":"b\#(number)","deleted":\#(number % 5 == 0)}"#,
                #"{"comment_id":\#(number % 3),"vote":\#(number % 3 - 1)}"#, #"{"watched_seconds":\#(number).9}"#,
            ][number % 7]
            let type = ["rate", "rate", "like", "watchlist", "comment", "comment_vote", "watch"][number % 7]
            lines.append(
                event(
                    type, metadata,
                    [
                        "event_time": String(1_763_661_800_000 + number / 2 * 7919 % 100 * 86_400_00),
                        "user_id": "\(number % 3 + 1)",
                        "movie_id": "\(number % 2 + 1)", "session_id": session,
                        "session": number % 5 == 0 ? #"{"device":"d\#(number)"}"# : "null",
                    ]))
        }
        func merged(_ lines: [String]) throws -> [[TestRow]] {
            let batch = try eventBatch(lines)
            #expect(batch.rowCount == lines.count)
            let merger = EventMerger()
            for row in 0..<batch.rowCount { merger.add(batch.rows + row, of: batch) }
            #expect(merger.byteSize > 0)
            return merger.tables.map(\.testRows)
        }
        let expected = try merged(lines)
        #expect(expected.allSatisfy { !$0.isEmpty })
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<10 { #expect(try merged(lines.shuffled(using: &generator)) == expected) }
    }

    @Test func aRatingIsTheLastAndAWithdrawalIsNone() throws {
        let lines = [at(2, "rate", #"{"score":4}"#), at(3, "rate", #"{"score":5}"#), at(1, "rate", #"{"score":9}"#)]
        #expect(
            try rows(lines, BehaviourTables.ratings, "score", "event_time") == [["5.0", "2025-11-20T18:03:20.003Z"]])
        let batch = try eventBatch(lines + [at(4, "rate", #"{"score":null}"#), at(0, "rate", #"{"score":1}"#)])
        let merger = EventMerger()
        for row in 0..<batch.rowCount { merger.add(batch.rows + row, of: batch) }
        let ratings = try #require(merger.tables.first { $0.table.name == "ratings" })
        #expect(ratings.rows[0].isWithdrawn)
        #expect(value(ratings.rows, 0, "event_time") == "2025-11-20T18:03:20.004Z")
    }

    @Test func likeAndDislikeAreOneReaction() throws {
        let lines = [at(1, "like", nil), at(2, "dislike", nil)]
        #expect(try rows(lines, BehaviourTables.reactions, "reaction") == [["dislike"]])
    }

    @Test func aCommentHasTheBodyOfItsLastAndTheParentOfItsFirst() throws {
        let lines = [
            at(2, "comment", #"{"comment_id":"c","body":"second"}"#),
            at(1, "comment", #"{"comment_id":"c","body":"first","parent_id":"p"}"#),
        ]
        #expect(
            try rows(lines, BehaviourTables.comments, "body", "parent_id", "deleted") == [["second", "p", "false"]])
        let deleted = lines + [at(3, "comment", #"{"comment_id":"c","body":"third","deleted":true}"#)]
        #expect(try rows(deleted, BehaviourTables.comments, "body", "parent_id", "deleted") == [["-", "p", "true"]])
    }

    @Test func aSessionHasItsDeviceOfTheFirstThatHasAny() throws {
        func with(_ time: Int, _ session: String, _ user: Int) -> String {
            event([
                "event_time": "\(1_763_661_800_000 + time)", "session_id": "9", "session": session,
                "user_id": "\(user)",
            ])
        }
        let lines = [with(5, "null", 3), with(3, #"{"os":"O"}"#, 2), with(1, "{}", 1), with(2, #"{"device":"D"}"#, 4)]
        let table = BehaviourTables.sessions
        #expect(
            try rows(lines, table, "session_id", "user_id", "started_at", "ended_at", "device", "os") == [
                ["9", "1", "2025-11-20T18:03:20.001Z", "2025-11-20T18:03:20.005Z", "D", "-"]
            ])
    }

    @Test func aDayCountsItsEvents() throws {
        let lines = [
            at(0, "watch", #"{"watched_seconds":1.9}"#), at(1, "watch", #"{"watched_seconds":1e300}"#),
            at(2, "watch", nil), at(3, "rate", #"{"score":8.5}"#), at(4, "rate", #"{"score":null}"#),
            at(5, "rate", #"{"score":0.5009}"#), at(6, "dwell", nil), at(7, "search", nil),
        ]
        let columns = ["day", "events", "watches", "rates", "views", "watched_seconds", "score_thousandths", "scores"]
        let batch = try eventBatch(lines)
        let merger = EventMerger()
        for row in 0..<batch.rowCount { merger.add(batch.rows + row, of: batch) }
        let daily = try #require(merger.tables.first { $0.table.name == "movie_daily" })
        #expect(values(daily.rows, columns) == [["2025-11-20", "8", "3", "3", "0", "1000000001", "9000", "2"]])
    }

    @Test(arguments: [("a", 1), ("é", 2), ("€", 3), ("🎬", 4)])
    func aBodyIsCutAfterItsCodePoints(character: String, width: Int) {
        for (length, kept) in [(1, 1), (1999, 1999), (2000, 2000), (2001, 2000), (5000, 2000)] {
            let buffer = ByteBuffer()
            buffer.append(0x78)
            let body = String(repeating: character, count: length)
            let offset = body.withBytes { buffer.append($0) }
            let span = ByteRange(offset: offset, length: body.utf8.count)
            let excerpt = EventMerger.excerpt(span, in: buffer)
            #expect(excerpt.offset == 1)
            #expect(Int(excerpt.length) == kept * width, "\(length)")
        }
        #expect(EventMerger.excerpt(.null, in: ByteBuffer()).isNull)
    }

    /// A cluster that is one character to a reader is several code points, and is cut between them.
    @Test func codePointsAreCountedAndNoCharacters() {
        let buffer = ByteBuffer()
        let body = String(repeating: "e\u{301}", count: 1500)
        let span = ByteRange(offset: body.withBytes { buffer.append($0) }, length: body.utf8.count)
        let excerpt = EventMerger.excerpt(span, in: buffer)
        let text = String(decoding: buffer.bytes(at: 0, count: Int(excerpt.length)), as: UTF8.self)
        #expect(text.unicodeScalars.count == 2000)
    }
}
