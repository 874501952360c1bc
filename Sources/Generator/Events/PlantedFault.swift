import Domain

/// Ways to break a line: one for each rule of events that a single line can break (contract §3).
enum PlantedFault: Int, CaseIterable, Sendable {
    case json, type, identifier, time, range, user, movie, seconds, score, commentID, emptyComment, vote, status

    /// The rule that the line breaks.
    var rule: CleaningRule {
        switch self {
        case .json: .malformedJSON
        case .type: .unknownEventType
        case .identifier: .invalidEventID
        case .time: .invalidEventTime
        case .range: .eventTimeOutOfRange
        case .user: .invalidUserID
        case .movie: .missingMovieID
        case .seconds: .invalidSeconds
        case .score: .invalidScore
        case .commentID: .invalidCommentID
        case .emptyComment: .emptyComment
        case .vote: .invalidVote
        case .status: .invalidStatus
        }
    }

    /// Draws a type of event that can be broken in this way: any that needs a movie, unless the fault is of certain
    /// types.
    func type(_ random: inout some RandomStream) -> EventType {
        switch self {
        case .seconds: random.pick([.watch, .trailer, .dwell])
        case .score, .user: .rate
        case .commentID: random.pick([.comment, .commentVote])
        case .emptyComment: .comment
        case .vote: .commentVote
        case .status: .watchlist
        default: random.pick([.view, .click, .watch, .rate, .like, .watchlist])
        }
    }

    /// The member that is broken, and the values that break it; nil removes it.
    private var values: (key: String, broken: [String?]) {
        switch self {
        case .json: ("", [])
        case .type: ("event_type", ["\"purchase\"", "\"\"", "null", "7", nil])
        case .identifier:
            (
                "event_id",
                [
                    "\"e-17\"", "12345", "\"{0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11}\"",
                    "\"0b54f0c60d1c4d3b9a571f6b1a3c9e11\"", "\"0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e1g\"",
                ]
            )
        case .time:
            (
                "event_time",
                [
                    "\"2026-02-30T12:00:00Z\"", "\"yesterday\"", "\"2026-11-20 18:03:22Z\"", "\"2026-11-20T18:03:22\"",
                    "\"2026-11-20T24:00:00Z\"", "true", "null", nil,
                ]
            )
        case .range:
            (
                "event_time",
                ["\"1994-12-31T23:59:59.999Z\"", "\"2999-01-01T00:00:00Z\"", "0", "-1", "\"0099-05-05T00:00:00Z\""]
            )
        case .user: ("user_id", ["0", "-5", "\"anonymous\"", "1.5", "true", "null", nil])
        case .movie: ("movie_id", ["0", "-603", "\"tt90000603\"", "603.5", "[603]", "null", nil])
        case .seconds: ("seconds", ["-1", "\"long\"", "true", "{}", "\"\"", "\"0x10\""])
        case .score: ("score", ["11", "0", "0.4", "10.5", "-8", "\"great\"", "true", nil])
        case .commentID: ("comment_id", ["null", "{}", "1.5", "\"  \"", "true", nil])
        case .emptyComment: ("body", ["\"\"", "\" \\t\"", "null", "5", nil])
        case .vote: ("vote", ["2", "-2", "\"up\"", "0.5", "true", "null", nil])
        case .status: ("status", ["\"watched\"", "\"\"", "1", "null", nil])
        }
    }

    /// The broken line, without its LF.
    func line(of event: Event, _ renderer: EventRenderer, _ random: inout some RandomStream) -> [UInt8] {
        var document = EventDocument(event, renderer)
        if self == .json { return Self.malformed(document, &random) }
        let (key, broken) = values
        document.set(self == .seconds && event.type == .watch ? "watched_seconds" : key, random.pick(broken))
        // Two faults, of which the first rule of the contract's table is stored.
        if self == .user, random.percent(30) { document.set("score", "11") }
        return Array(document.text().utf8)
    }

    private static func malformed(_ document: EventDocument, _ random: inout some RandomStream) -> [UInt8] {
        let text = document.text()
        let bytes = Array(text.utf8)
        let unknown: String
        switch random.below(7) {
        case 0, 1: return Array(bytes[..<random.number(1...bytes.count - 1)])
        case 2: return bytes + bytes
        case 3: return Array("[\(text)]".utf8)
        case 4:
            // Invalid UTF-8 in a string that is read: the device.
            guard let at = text.utf8.firstRange(of: Array("\"device\":\"".utf8))?.upperBound else { return [0x7b] }
            let place = text.utf8.distance(from: text.startIndex, to: at)
            return Array(bytes[..<place]) + [0xc3, 0x28, 0xff] + Array(bytes[place...])
        case 5: unknown = "\"note\":\"half a pair: \\ud83c\""
        default: unknown = "\"note\":" + String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
        }
        return Array((text.dropLast() + ",\(unknown)}").utf8)
    }
}
