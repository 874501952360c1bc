import Testing

@testable import Domain

/// What a rejected line says that it is about.
@Suite struct RejectedIdentityTests {
    private static let id = #""0B54F0C6-0d1c-4d3b-9a57-1f6b1a3c9e11""#
    private static let words: (high: UInt64, low: UInt64) = (0x0b54_f0c6_0d1c_4d3b, 0x9a57_1f6b_1a3c_9e11)
    private static let time: Int64 = 1_795_197_802_517

    @Test(arguments: [
        event("rate", #"{"score":11}"#, ["event_id": id]),
        event("rate", nil, ["event_id": " " + id]),
        event(["event_id": id, "event_type": #""none""#]),
        event(["event_id": id, "user_id": "0"]),
        event(["event_id": id, "event_time": "null", "timestamp": "\(time)", "movie_id": nil]),
        event(["event_id": id, "event_time": #""2026-11-20T19:03:22.5179+01:00""#, "user_id": nil]),
    ])
    func ofAnEventItIsTimeAndId(line: String) throws {
        let rejection = try #require(try eventBatch([line]).rejections.first, "\(line)")
        #expect(
            rejection.identity == .event(time: Self.time, idHigh: Self.words.high, idLow: Self.words.low), "\(line)")
    }

    @Test func anEventOutOfRangeHasOneToo() throws {
        let rejection = try #require(
            try eventBatch([event(["event_id": Self.id])], clock: RunClock(now: EventRules.earliestTime)).rejections
                .first)
        #expect(rejection.rule == .eventTimeOutOfRange && rejection.identity != nil)
    }

    @Test(arguments: [
        // No id, a blank one, one that is none; no time, one that is none; no JSON.
        event("rate", #"{"score":11}"#), event("rate", nil, ["event_id": #"" ""#]), event(["event_id": #""x""#]),
        event(["event_id": id, "event_time": nil]), event(["event_id": id, "event_time": #""2026-02-30T00:00:00Z""#]),
        String(event("rate", #"{"score":11}"#, ["event_id": id]).dropLast()),
    ])
    func whereALineDoesNotSayBothThereIsNone(line: String) throws {
        let rejection = try #require(try eventBatch([line]).rejections.first, "\(line)")
        #expect(rejection.identity == nil, "\(line)")
    }

    /// Of several lines of a chunk each has its own.
    @Test func itIsThatOfTheLineItself() throws {
        let other = #""00000000-0000-4000-8000-000000000001""#
        let lines = [
            event(["event_id": Self.id, "user_id": "0"]), event(["event_id": other]), event(["user_id": "0"]),
            event(["event_id": other, "user_id": "0"]),
        ]
        #expect(
            try eventBatch(lines).rejections.map(\.identity) == [
                .event(time: Self.time, idHigh: Self.words.high, idLow: Self.words.low), nil,
                .event(time: Self.time, idHigh: 0x4000, idLow: 0x8000_0000_0000_0001),
            ])
    }

    @Test func ofAMovieItIsTheMovie() throws {
        let batch = try movieBatch([#"{"id":603}"#, #"{"id":"604","title":" "}"#, #"{"id":0,"title":"x"}"#, "{"])
        #expect(batch.rejections.map(\.identity) == [.movie(id: 603), .movie(id: 604), nil, nil])
    }
}
