import Hashing
import JSON

/// Cleans the events of a chunk one after another: it makes a packed row of a parsed line, or throws the first rule
/// that the line breaks.
struct EventCleaner {
    let clock: RunClock
    /// The keys of the current event that were too long, and where their texts are.
    private(set) var longKeys: [(key: EventKey, text: ByteRange)] = []
    /// The keys of the current event's payload that stand in the wrong place, where the right place has no value.
    private(set) var misplaced: [MisplacedKey] = []
    /// The values of the event's own keys, by `EventKey`.
    private var values: [JSONValue?] = Array(repeating: nil, count: EventKey.allCases.count)
    private var metadata: JSONValue?
    private var canonical = EventCanonicalForm()

    init(clock: RunClock) { self.clock = clock }

    /// Makes the row of an event.
    ///
    /// - Parameters:
    ///   - event: a document in the chunk's buffer, which is valid during the call: see `ByteBuffer.reading`.
    ///   - buffer: the chunk's buffer. Texts that had escapes, or are derived, are added to it.
    /// - Throws: the first rule that the event breaks.
    mutating func clean(_ event: JSONValue, in buffer: ByteBuffer) throws(EventFault) -> EventRow {
        do throws(EventFault) {
            return try row(of: event, in: buffer)
        } catch {
            var fault = error
            fault.identity = identity
            throw fault
        }
    }

    private mutating func row(of event: JSONValue, in buffer: ByteBuffer) throws(EventFault) -> EventRow {
        if !longKeys.isEmpty { longKeys.removeAll(keepingCapacity: true) }
        if !misplaced.isEmpty { misplaced.removeAll(keepingCapacity: true) }
        for index in values.indices { values[index] = nil }
        for member in event.members where member.key >= 0 { values[member.key] = member.value }
        metadata = value(.metadata).flatMap { $0.kind == .object ? $0 : nil }
        var row = EventRow()
        let id = try identify(&row)
        try payload(&row, in: buffer)
        findMisplaced(row)
        row.sessionID = key(.sessionID, value(.sessionID), in: buffer)
        let userAgent = session(&row, in: buffer)
        row.contentHash = EventIdentity.contentHash(row, userAgent: userAgent, in: buffer)
        if case .id(let high, let low) = id {
            row.idHigh = high
            row.idLow = low
        } else {
            (row.idHigh, row.idLow) = canonical.derivedID(row, userAgent: userAgent, in: buffer)
        }
        if !userAgent.isNull { UserAgent.describe(&row, userAgent, in: buffer) }
        return row
    }

    /// The time and id of the current event, if it has both.
    private var identity: Rejection.Identity? {
        let time = EventRules.newer(value(.eventTime), orOlder: value(.timestamp))
        guard case .id(let high, let low) = EventRules.eventID(value(.eventID)), let time = EventRules.eventTime(time)
        else { return nil }
        return .event(time: time, idHigh: high, idLow: low)
    }

    @inline(__always)
    private func value(_ key: EventKey) -> JSONValue? { values[key.rawValue] }

    @inline(__always)
    private func payload(_ key: EventKey) -> JSONValue? { metadata?.member(key.rawValue) }

    /// Type, id, time, user and movie.
    private mutating func identify(_ row: inout EventRow) throws(EventFault) -> EventRules.EventID {
        let typeValue = EventRules.newer(value(.eventType), orOlder: value(.actionType))
        guard let type = EventRules.eventType(typeValue) else {
            throw fault(
                .unknownEventType, .eventType, typeValue,
                "one of the types that `reelhouse explain unknown_event_type` lists")
        }
        row.type = type
        let id = EventRules.eventID(value(.eventID))
        if id == .invalid {
            throw fault(.invalidEventID, .eventID, value(.eventID), "a 36-character UUID, or no event_id")
        }
        let timeValue = EventRules.newer(value(.eventTime), orOlder: value(.timestamp))
        guard let time = EventRules.eventTime(timeValue) else {
            throw fault(
                .invalidEventTime, .eventTime, timeValue,
                "an RFC 3339 date and time such as 2026-11-20T18:03:22Z, or integer milliseconds since 1970")
        }
        guard EventRules.isInRange(time, clock: clock) else {
            throw fault(
                .eventTimeOutOfRange, .eventTime, timeValue,
                "a time from 1995-01-01 to one day after the run's clock (\(Timestamp.text(clock.now)))"
                    + (EventRules.isSeconds(time, clock: clock) ? ". It looks like seconds; use milliseconds" : ""))
        }
        row.time = time
        guard let user = ScalarRules.id(value(.userID)) else {
            throw fault(.invalidUserID, .userID, value(.userID), "an integer from 1")
        }
        row.userID = user
        row.movieID = ScalarRules.id(value(.movieID)) ?? 0
        if row.movieID == 0, type.requiresMovie {
            throw fault(
                .missingMovieID, .movieID, value(.movieID), "an integer from 1, since the event_type is \(type.name)")
        }
        return id
    }

    /// Reads the fields that belong to the event's type.
    private mutating func payload(_ row: inout EventRow, in buffer: ByteBuffer) throws(EventFault) {
        switch row.type {
        case .click, .view, .share: break
        case .trailer:
            row.seconds = try seconds(.seconds, orOlder: .trailerTime)
        case .dwell: row.seconds = try seconds(.seconds, orOlder: .dwellTime)
        case .watch: row.seconds = try seconds(.watchedSeconds, orOlder: nil)
        case .search:
            row.query = text(EventRules.newer(payload(.query), orOlder: value(.query)), in: buffer)
        case .rate: row.score = try score(EventRules.newer(payload(.score), orOlder: value(.rating)))
        case .like, .dislike: row.isUndone = payload(.undo)?.isTrue ?? false
        case .comment: try comment(&row, in: buffer)
        case .commentVote:
            row.commentID = try commentID(in: buffer)
            guard let vote = EventRules.vote(payload(.vote)) else {
                throw fault(.invalidVote, .vote, payload(.vote), "-1, 0 or 1")
            }
            row.vote = vote
        case .watchlist:
            guard let status = EventRules.status(payload(.status)) else {
                throw fault(
                    .invalidStatus, .status, payload(.status), "watching, completed, planned, dropped or removed")
            }
            row.status = status
        }
    }

    /// Looks in the wrong places for a value that the payload lacks.
    @inline(__always)
    private mutating func findMisplaced(_ row: EventRow) {
        switch row.type {
        case .click, .view, .share, .search, .commentVote, .watchlist: break
        case .watch, .trailer, .dwell:
            guard row.seconds.isNaN else { return }
            let wanted: EventKey = row.type == .watch ? .watchedSeconds : .seconds
            let other: EventKey = row.type == .watch ? .seconds : .watchedSeconds
            findBeside(wanted, for: wanted)
            findBeside(other, for: wanted)
            if let value = payload(other), !value.isNull {
                misplaced.append(MisplacedKey(found: other, isInside: true, wanted: wanted))
            }
        case .rate: if row.score.isNaN { findBeside(.score, for: .score) }
        case .like, .dislike: findBeside(.undo, for: .undo)
        case .comment:
            findBeside(.deleted, for: .deleted)
            findBeside(.parentID, for: .parentID)
            findBeside(.body, for: .body)
        }
    }

    /// Notes a key that stands beside the metadata, unless the payload has the wanted key.
    @inline(__always)
    private mutating func findBeside(_ key: EventKey, for wanted: EventKey) {
        guard let value = value(key), !value.isNull, payload(wanted)?.isNull ?? true else { return }
        misplaced.append(MisplacedKey(found: key, isInside: false, wanted: wanted))
    }

    private mutating func comment(_ row: inout EventRow, in buffer: ByteBuffer) throws(EventFault) {
        row.commentID = try commentID(in: buffer)
        row.isDeleted = payload(.deleted)?.isTrue ?? false
        row.body = text(payload(.body), in: buffer)
        if row.body.isNull, !row.isDeleted {
            throw fault(.emptyComment, .body, payload(.body), "text that is not blank, or \"deleted\": true")
        }
        row.parentID = key(.parentID, payload(.parentID), in: buffer)
    }

    private mutating func commentID(in buffer: ByteBuffer) throws(EventFault) -> ByteRange {
        let key = key(.commentID, payload(.commentID), in: buffer)
        if key.isNull {
            throw fault(.invalidCommentID, .commentID, payload(.commentID), "text or an integer, of at most 512 bytes")
        }
        return key
    }

    @inline(__always)
    private func seconds(_ key: EventKey, orOlder older: EventKey?) throws(EventFault) -> Double {
        let newer = payload(key)
        let value = older.map { EventRules.newer(newer, orOlder: self.value($0)) } ?? newer
        switch EventRules.seconds(value) {
        case .absent, .null: return .nan
        case .value(let seconds): return seconds
        case .invalid:
            let isNewer = older == nil || newer.map { !$0.isNull } ?? false
            throw fault(.invalidSeconds, isNewer ? key : older ?? key, value, "a number of seconds from 0")
        }
    }

    private func score(_ value: JSONValue?) throws(EventFault) -> Double {
        switch EventRules.score(value) {
        case .null: return .nan
        case .value(let score): return score
        case .absent, .invalid:
            throw fault(.invalidScore, .score, value, "a number from 0.5 to 10, or null to withdraw the rating")
        }
    }

    /// Reads the session's fields. Gives the text of the user agent if browser and OS come from it, else null.
    private mutating func session(_ row: inout EventRow, in buffer: ByteBuffer) -> ByteRange {
        guard !row.sessionID.isNull else { return .null }
        if let session = value(.session), session.kind == .object {
            for member in session.members where member.key >= 0 {
                switch EventKey(rawValue: member.key) {
                case .device: row.device = text(member.value, in: buffer)
                case .browser: row.browser = text(member.value, in: buffer)
                case .os: row.os = text(member.value, in: buffer)
                case .screenResolution: row.screenResolution = text(member.value, in: buffer)
                default: break
                }
            }
        }
        guard row.browser.isNull, row.os.isNull, let agent = value(.userAgent) else { return .null }
        return text(agent, in: buffer)
    }

    /// Where the text of a value is, or null. The text is copied only if the line has it with escapes.
    @inline(__always)
    private func text(_ value: JSONValue?, in buffer: ByteBuffer) -> ByteRange {
        guard let bytes = ScalarRules.text(value), let start = bytes.baseAddress else { return .null }
        let offset = start - UnsafeRawPointer(buffer.base)
        if offset >= 0, offset < buffer.count { return ByteRange(offset: offset, length: bytes.count) }
        return ScalarRules.append(bytes, to: buffer)
    }

    /// A key: text, or the digits of an integer; null if it is neither. One over 512 bytes is null too, with a warning.
    @inline(__always)
    private mutating func key(_ key: EventKey, _ value: JSONValue?, in buffer: ByteBuffer) -> ByteRange {
        guard let value else { return .null }
        if value.kind == .number {
            guard let integer = ScalarRules.integer(value) else { return .null }
            var digits = String(integer)
            return digits.withUTF8 { bytes in
                ByteRange(offset: buffer.append(UnsafeRawBufferPointer(bytes)), length: bytes.count)
            }
        }
        let span = text(value, in: buffer)
        if !span.isNull, span.length > ScalarRules.maximumKeyLength {
            longKeys.append((key, span))
            return .null
        }
        return span
    }

    private func fault(_ rule: CleaningRule, _ key: EventKey, _ value: JSONValue?, _ expected: String) -> EventFault {
        EventFault(
            rule: rule, message: "\(key.name) is \(FoundValue.words(for: value)); expected \(expected)",
            absentKey: value == nil ? key : nil)
    }
}
