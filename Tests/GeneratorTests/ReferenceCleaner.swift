import Domain
import JSON
import Testing

/// The contract's rules for events (§3), written once more and as plainly as can be, to check what was planted.
final class ReferenceCleaner {
    /// What becomes of a line.
    enum Verdict: Equatable {
        case rejected(String)
        case valid(CleanEvent)
    }

    /// The keys that are read, by their index.
    private enum Key: Int, CaseIterable {
        case event_id, event_type, event_time, user_id, session_id, movie_id, session, metadata, device, browser, os
        case screen_resolution, seconds, watched_seconds, score, query, comment_id, parent_id, body, deleted, vote
        case status, undo, action_type, timestamp, rating, trailer_time, dwell_time, user_agent
    }

    private let parser: JSONParser
    private let buffer = ByteBuffer()
    private static let keys: [StaticString] = [
        "event_id", "event_type", "event_time", "user_id", "session_id", "movie_id", "session", "metadata", "device",
        "browser", "os", "screen_resolution", "seconds", "watched_seconds", "score", "query", "comment_id", "parent_id",
        "body", "deleted", "vote", "status", "undo", "action_type", "timestamp", "rating", "trailer_time", "dwell_time",
        "user_agent",
    ]
    private static let names: [String: String] = [
        "click": "click", "view": "view", "share": "share", "trailer": "trailer", "dwell": "dwell",
        "dwelltime": "dwell", "search": "search", "watch": "watch", "rate": "rate", "rating": "rate", "like": "like",
        "dislike": "dislike", "comment": "comment", "comment_vote": "comment_vote", "watchlist": "watchlist",
    ]

    init() throws { parser = try JSONParser(keys: Self.keys, keepsUnknown: true) }

    func verdict(_ line: some Collection<UInt8>) throws -> Verdict {
        var line = Array(line)
        if line.last == 0x0d { line.removeLast() }
        buffer.truncate(to: 0)
        line.withUnsafeBytes { _ = buffer.append($0) }
        buffer.reserve(JSONParser.padding)
        return withExtendedLifetime(parser) {
            guard let document = try? parser.parse(buffer.bytes) else { return .rejected("malformed_json") }
            return verdict(document)
        }
    }

    private func verdict(_ document: JSONValue) -> Verdict {
        func member(_ value: JSONValue?, _ key: Key) -> JSONValue? {
            guard let found = value?.member(key.rawValue), !found.isNull else { return nil }
            return found
        }
        func top(_ key: Key) -> JSONValue? { member(document, key) }
        func text(_ value: JSONValue?) -> String? {
            ScalarRules.text(value).map { String(decoding: $0, as: UTF8.self) }
        }
        let metadata = top(.metadata)
        func payload(_ key: Key, _ older: Key? = nil) -> JSONValue? {
            member(metadata, key) ?? older.flatMap { top($0) }
        }

        guard let type = text(top(.event_type) ?? top(.action_type)).flatMap({ Self.names[$0] }) else {
            return .rejected("unknown_event_type")
        }
        var event = CleanEvent(type: type)
        if let identifier = top(.event_id), text(identifier) != nil || identifier.kind != .string {
            guard let text = text(identifier), Self.isUUID(text) else { return .rejected("invalid_event_id") }
            event.identifier = text.lowercased()
        }
        let time = top(.event_time) ?? top(.timestamp)
        guard let time, let moment = time.kind == .string ? Timestamp.parse(time.bytes) : ScalarRules.integer(time)
        else { return .rejected("invalid_event_time") }
        let bounds = (CivilDate.days(year: 1995, month: 1, day: 1) ?? 0, endDay + 2)
        guard (bounds.0..<bounds.1).contains(CivilDate.day(ofMilliseconds: moment)) else {
            return .rejected("event_time_out_of_range")
        }
        event.time = moment
        guard let user = ScalarRules.id(top(.user_id)) else { return .rejected("invalid_user_id") }
        event.user = user
        event.session = text(top(.session_id))
        event.movie = ScalarRules.id(top(.movie_id))
        if event.movie == nil, type != "search", type != "comment_vote" { return .rejected("missing_movie_id") }

        func content(_ name: String, _ value: String?) { event.content.append("\(name)=\(value ?? "null")") }
        let seconds: JSONValue?
        switch type {
        case "trailer": seconds = payload(.seconds, .trailer_time)
        case "dwell": seconds = payload(.seconds, .dwell_time)
        case "watch": seconds = payload(.watched_seconds)
        default: seconds = nil
        }
        if seconds != nil, (ScalarRules.number(seconds) ?? -1) < 0 { return .rejected("invalid_seconds") }
        content("seconds", ScalarRules.number(seconds).map { "\($0)" })
        if type == "rate" {
            if metadata?.member(Key.score.rawValue)?.isNull == true, top(.rating) == nil {
                content("score", "withdrawn")
            } else {
                guard let score = ScalarRules.number(payload(.score, .rating)), (0.5...10.0).contains(score) else {
                    return .rejected("invalid_score")
                }
                content("score", "\(score)")
            }
        }
        content("query", type == "search" ? text(payload(.query, .query)) : nil)
        if type == "comment" || type == "comment_vote" {
            guard let comment = key(payload(.comment_id)) else { return .rejected("invalid_comment_id") }
            event.comment = comment
            content("comment", comment)
        }
        if type == "comment" {
            let isDeleted = payload(.deleted)?.isTrue == true
            event.body = text(payload(.body))
            if event.body == nil, !isDeleted { return .rejected("empty_comment") }
            content("comment", "\(key(payload(.parent_id)) ?? "-") \(event.body ?? "-") \(isDeleted)")
        }
        if type == "comment_vote" {
            guard let vote = ScalarRules.number(payload(.vote)), [-1, 0, 1].contains(vote) else {
                return .rejected("invalid_vote")
            }
            content("vote", "\(vote)")
        }
        if type == "watchlist" {
            guard let status = text(payload(.status)),
                ["watching", "completed", "planned", "dropped", "removed"].contains(status)
            else {
                return .rejected("invalid_status")
            }
            content("status", status)
        }
        if type == "like" || type == "dislike" { content("undo", "\(payload(.undo)?.isTrue == true)") }
        if let session = top(.session) {
            event.device = [Key.device, .browser, .os, .screen_resolution].map { text(member(session, $0)) ?? "null" }
            event.isInOlderForm = event.device[1] == "null" && event.device[2] == "null"
            content("device", "\(event.device)")
            content("user_agent", event.isInOlderForm ? text(top(.user_agent)) : nil)
        }
        return .valid(event)
    }

    private func key(_ value: JSONValue?) -> String? {
        switch value?.kind {
        case .string: ScalarRules.text(value).map { String(decoding: $0, as: UTF8.self) }
        case .number: value.flatMap { Int64(String(decoding: $0.bytes, as: UTF8.self)) }.map { "\($0)" }
        default: nil
        }
    }

    private static func isUUID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] && parts.joined().allSatisfy(\.isHexDigit)
    }
}

/// A valid event.
struct CleanEvent: Equatable {
    var type: String
    var identifier: String?
    var time: Int64 = 0
    var user: Int64 = 0
    var session: String?
    var movie: Int64?
    var comment: String?
    var body: String?
    var device: [String] = []
    var isInOlderForm = false
    /// The payload and the device as cleaned.
    var content: [String] = []

    init(type: String) { self.type = type }

    /// What the warehouse tells events apart by.
    var identity: String { "\(time) \(identifier ?? "\(fullContent)")" }

    /// All that must be the same in a duplicate.
    var fullContent: String { "\(type) \(user) \(session ?? "") \(movie ?? 0) \(content)" }
}

/// What a plain count makes of event files, file by file and line by line.
struct ReferenceCount {
    var lines = 0
    var accepted: [CleanEvent] = []
    var duplicates = 0
    var duplicatesInOtherFiles = 0
    var rejected: [String: Int] = [:]
    var late = 0

    init(_ files: [DataFile]) throws {
        let cleaner = try ReferenceCleaner()
        var seen: [String: (content: String, file: String)] = [:]
        for file in files {
            let fileDay = try #require(file.day)
            for line in file.lines {
                lines += 1
                switch try cleaner.verdict(line) {
                case .rejected(let rule): rejected[rule, default: 0] += 1
                case .valid(let event):
                    guard let first = seen[event.identity] else {
                        seen[event.identity] = (event.fullContent, file.name)
                        accepted.append(event)
                        late += CivilDate.day(ofMilliseconds: event.time) < fileDay ? 1 : 0
                        continue
                    }
                    if first.content == event.fullContent {
                        duplicates += 1
                        duplicatesInOtherFiles += first.file == file.name ? 0 : 1
                    } else {
                        rejected["event_id_conflict", default: 0] += 1
                    }
                }
            }
        }
    }
}
