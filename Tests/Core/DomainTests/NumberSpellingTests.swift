import JSON
import TableTesting
import Testing

@testable import Domain

/// However a number is spelled, a line cleans to the same rows.
@Suite struct NumberSpellingTests {
    /// Spellings of one number each; of some of them a double has lost the digits.
    private static let numbers = [
        ["603", "603.0", "6.03e2", "6030E-1", "0.603e+3", "603.000e0", "603000e-3"],
        ["9007199254740993", "9007199254740993.0", "9007199254740993e0", "90071992547409930e-1"],
        ["9223372036854775807", "9223372036854775807.00", "9.223372036854775807e18"],
        ["1.0000000000000000001", "10000000000000000001e-19", "1.00000000000000000010e0"],
        ["0", "-0", "0.0", "-0e5", "0e999999999", "0e-99999999999999999999"],
        ["1e-400", "10e-401", "0.1e-399"], ["-5", "-5.0", "-50e-1"], ["1e400", "10e399"],
    ]

    @Test(arguments: numbers)
    func aMovieCleansToTheSameRows(spellings: [String]) throws {
        let lines = spellings.map { number in
            #"{"id":7,"title":"T","budget":\#(number),"revenue":\#(number),"runtime":\#(number),"#
                + #""vote_count":\#(number),"popularity":\#(number),"vote_average":\#(number),"#
                + #""genres":[{"id":\#(number),"name":"G"}],"belongs_to_collection":{"id":\#(number),"name":"C"}}"#
        }
        let batches = try lines.map { try movieBatch([$0]) }
        #expect(batches.allSatisfy { $0.documents.count == 1 })
        #expect(Set(batches.map { $0.documents[0].rank.contentHash }).count == 1)
        #expect(Set(batches.map(rows)).count == 1)
        #expect(Set(batches.map(\.warnings)).count == 1)
    }

    @Test(arguments: numbers)
    func anEventCleansToTheSameRow(spellings: [String]) throws {
        for text in [false, true] {
            let events = spellings.map { number in
                let number = text ? "\"\(number)\"" : number
                return event(
                    "dwell", "{\"seconds\":\(number)}",
                    ["user_id": number, "movie_id": number, "session_id": text ? nil : number])
            }
            let outcomes = try events.map { line in
                let batch = try eventBatch([line])
                if let rejection = batch.rejections.first { return rejection.rule.rawValue }
                let row = batch.rows[0]
                return "\(row.userID) \(row.movieID) \(row.seconds) \(row.contentHash) \(row.idHigh) \(row.idLow)"
            }
            #expect(Set(outcomes).count == 1, "\(outcomes)")
        }
    }

    @Test(arguments: [
        ("603", "603"), ("603.0", "603"), ("6.03e2", "603"), ("-0.0", "0"), ("-5e0", "-5"),
        ("9007199254740993.0", "9007199254740993"), ("1.5", "-"), ("1e400", "-"), ("9223372036854775808", "-"),
        ("1.0000000000000000001", "-"), (#""603.0""#, "603.0"),
    ])
    func aKeyIsAnIntegersDigits(json: String, key: String) throws {
        #expect(try CleanEvent(event(["session_id": json]))["session_id"] == key)
        let comment = event("comment", #"{"comment_id":"c","parent_id":\#(json),"body":"B"}"#)
        #expect(try CleanEvent(comment)["parent_id"] == key)
    }

    @Test(arguments: [("1.0", "1"), ("10e-1", "1"), ("-1.0", "-1"), ("0e9", "0"), (#""-1e0""#, "-1")])
    func aVoteIsAnInteger(json: String, vote: String) throws {
        let line = event("comment_vote", #"{"comment_id":"c","vote":\#(json)}"#)
        #expect(try CleanEvent(line)["vote"] == vote)
    }

    @Test(arguments: [
        ("1763661802517.0", "2025-11-20T18:03:22.517Z"), ("1.763661802517e12", "2025-11-20T18:03:22.517Z"),
        (#""1763661802517""#, "2025-11-20T18:03:22.517Z"),
    ])
    func aTimeMayBeEpochMilliseconds(json: String, time: String) throws {
        #expect(try CleanEvent(event(["event_time": json]))["event_time"] == time)
    }

    @Test(arguments: ["1763661802517.5", "1763661802517.0000000000000001", "1e400"])
    func aTimeWithAFractionOfAMillisecondIsNone(json: String) throws {
        #expect(try verdict(event(["event_time": json])) == "invalid_event_time")
    }

    private func rows(_ batch: MovieBatch) -> [[[String]]] {
        (batch.owned + batch.shared + [batch.popularity]).map { rows in
            values(rows, rows.table.columns.map(\.name))
        }
    }
}
