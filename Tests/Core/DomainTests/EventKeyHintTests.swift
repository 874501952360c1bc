import Testing

@testable import Domain

/// A key that stands in the wrong place or is misspelled is told, where the event is rejected for lacking it.
@Suite struct EventKeyHintTests {
    private static let start = #""event_time":"2026-11-20T18:03:22Z","user_id":1,"movie_id":603"#
    private static func line(_ type: String, _ rest: String) -> String {
        #"{"event_type":"\#(type)",\#(start),\#(rest)}"#
    }

    @Test(arguments: [
        (line("rate", #""score":8"#), "invalid_score", "Key `score` stands beside metadata; it belongs inside it"),
        (line("rate", #""score":8,"metadata":{"seconds":1}"#), "invalid_score", "Key `score` stands beside metadata"),
        (
            line("comment", #""comment_id":"c","body":"B""#), "invalid_comment_id",
            "Key `comment_id` stands beside metadata"
        ),
        (
            line("comment", #""body":"B","metadata":{"comment_id":"c"}"#), "empty_comment",
            "Key `body` stands beside metadata; it belongs inside it"
        ),
        (
            line("comment_vote", #""vote":1,"metadata":{"comment_id":"c"}"#), "invalid_vote",
            "Key `vote` stands beside metadata"
        ),
        (line("watchlist", #""status":"planned""#), "invalid_status", "Key `status` stands beside metadata"),
        (
            line("comment", #""deleted":true,"metadata":{"comment_id":"c"}"#), "empty_comment",
            "Key `deleted` stands beside metadata; it belongs inside it"
        ),
        (
            line("rate", #""metadata":{"rating":8}"#), "invalid_score",
            "Key `rating` stands inside metadata; name it score"
        ),
        (
            line("rate", #""metadata":{"metadata":{"score":8}}"#), "invalid_score",
            "Key `score` stands inside a second metadata; it belongs inside the first"
        ),
        (
            line("watchlist", #""session":{"status":"planned"}"#), "invalid_status",
            "Key `status` stands inside session; it belongs inside metadata"
        ),
        (
            #"{"event_type":"view","metadata":{"event_time":"2026-11-20T18:03:22Z"},"user_id":1,"movie_id":1}"#,
            "invalid_event_time", "Key `event_time` stands inside metadata; it belongs beside it"
        ),
        (
            #"{"event_type":"view","event_time":"2026-11-20T18:03:22Z","movie_id":1,"metadata":{"user_id":1}}"#,
            "invalid_user_id", "Key `user_id` stands inside metadata; it belongs beside it"
        ),
        (
            #"{"event_type":"view","event_time":"2026-11-20T18:03:22Z","user_id":1,"metadata":{"movie_id":1}}"#,
            "missing_movie_id", "Key `movie_id` stands inside metadata"
        ),
        (
            #"{"event_type":"view","event_time":"2026-11-20T18:03:22Z","userId":1,"movie_id":1}"#, "invalid_user_id",
            #"Is "userId" meant to be user_id?"#
        ),
        (
            #"{"event_type":"view","event_time":"2026-11-20T18:03:22Z","user_id":1,"Movie-ID":1}"#, "missing_movie_id",
            #"Is "Movie-ID" meant to be movie_id?"#
        ),
        (
            #"{"evnet_type":"view","event_time":"2026-11-20T18:03:22Z","user_id":1,"movie_id":1}"#,
            "unknown_event_type", #"Is "evnet_type" meant to be event_type?"#
        ),
        (line("rate", #""metadata":{"scor":8}"#), "invalid_score", #"Is "scor" meant to be score?"#),
        (line("rate", #""metadata":"{\"score\":8}""#), "invalid_score", "it should be an object with score in it"),
        (
            line("watchlist", #""metadata":{"stattus":"planned"}"#), "invalid_status",
            #"Is "stattus" meant to be status?"#
        ),
    ])
    func aRejectionSaysWhereTheKeyStands(line: String, rule: String, hint: String) throws {
        let rejections = try eventBatch([line]).rejections
        #expect(rejections.map(\.rule.rawValue) == [rule])
        #expect(rejections.first?.message.contains(" is absent; expected ") == true, "\(rejections)")
        #expect(rejections.first?.message.contains(hint) == true, "\(rejections)")
    }

    @Test(arguments: [
        line("rate", #""metadata":{"score":11},"score":8"#), line("rate", #""metadata":{"scooore":8}"#),
        line("rate", #""metadata":{"rank":8}"#), line("rate", #""metadata":null"#),
        line("watchlist", #""metadata":{"status":"maybe"},"status":"planned""#),
    ])
    func nothingIsGuessedWhereNothingIsLike(line: String) throws {
        let message = try #require(try eventBatch([line]).rejections.first).message
        #expect(!message.contains("stands") && !message.contains("meant"), "\(message)")
    }

    /// The older form has its payload at the top level, and unknown keys are ignored.
    @Test(arguments: [
        line("rate", #""rating":8"#), line("trailer", #""trailer_time":8"#), line("dwell", #""dwell_time":8"#),
        line("search", #""query":"q""#), line("watch", #""watched_seconds":8"#), line("view", #""seconds":-1"#),
    ])
    func whatIsNotNeededIsNotAskedFor(line: String) throws { #expect(try verdict(line) == "accepted") }

    @Test func aWrongTimeNamesItsKey() throws {
        let messages = try [
            Self.line("watch", #""metadata":{"watched_seconds":-1}"#), Self.line("dwell", #""dwell_time":"x""#),
            Self.line("trailer", #""trailer_time":5,"metadata":{"seconds":true}"#),
        ].map { try eventBatch([$0]).rejections[0].message }
        #expect(
            messages == [
                "watched_seconds is -1; expected a number of seconds from 0",
                "dwell_time is \"x\"; expected a number of seconds from 0",
                "seconds is true; expected a number of seconds from 0",
            ])
    }

    @Test func secondsForMillisecondsAreTold() throws {
        let line = event(["event_time": "1763661802"])
        let message = try eventBatch([line]).rejections[0].message
        #expect(message.hasSuffix("It looks like seconds; use milliseconds"), "\(message)")
        let early = try eventBatch([event(["event_time": "5"])]).rejections[0].message
        #expect(!early.contains("seconds;"))
    }
}
