import JSON

@testable import Domain

/// The run's clock in these tests: 2026-11-24T00:00:00Z.
let eventClock = RunClock(now: 1_795_478_400_000)

/// Cleans lines.
func eventBatch(_ lines: [[UInt8]], clock: RunClock = eventClock) throws -> EventBatch {
    try EventDecoder(clock: clock).decode(chunk(of: lines, port: .events))
}

/// Lines as text, cleaned.
func eventBatch(_ lines: [String], clock: RunClock = eventClock) throws -> EventBatch {
    try eventBatch(lines.map { Array($0.utf8) }, clock: clock)
}

/// An event to be written down: a view of movie 603 by user 4711, with some members replaced, added or (nil) left out.
func event(_ members: KeyValuePairs<String, String?>) -> String {
    var all: [(String, String?)] = [
        ("event_type", #""view""#), ("event_time", #""2026-11-20T18:03:22.517Z""#), ("user_id", "4711"),
        ("movie_id", "603"),
    ]
    for (key, value) in members {
        if let index = all.firstIndex(where: { $0.0 == key }) { all[index].1 = value } else { all.append((key, value)) }
    }
    return "{" + all.compactMap { key, value in value.map { "\"\(key)\":\($0)" } }.joined(separator: ",") + "}"
}

/// An event of a type with metadata.
func event(_ type: String, _ metadata: String?, _ members: KeyValuePairs<String, String?> = [:]) -> String {
    let event = event(members)
    let metadata = metadata.map { ",\"metadata\":\($0)" } ?? ""
    return event.dropLast() + ",\"event_type\":\"\(type)\"\(metadata)}"
}

/// What became of one line: the rule that it broke, or `accepted`.
func verdict(_ line: String, clock: RunClock = eventClock) throws -> String {
    let batch = try eventBatch([line], clock: clock)
    return batch.rejections.first?.rule.rawValue ?? "accepted"
}

/// The cleaned fields of one event in words, null as `-`; `field` names them as the contract does.
struct CleanEvent {
    let row: EventRow
    let batch: EventBatch

    init(_ line: String, clock: RunClock = eventClock) throws {
        batch = try eventBatch([line], clock: clock)
        if let rejection = batch.rejections.first {
            throw EventFault(rule: rejection.rule, message: rejection.message)
        }
        row = batch.rows[0]
    }

    var id: String { UUIDText.text(high: row.idHigh, low: row.idLow) }

    subscript(_ field: String) -> String {
        switch field {
        case "event_type": row.type.name
        case "event_time": Timestamp.text(row.time)
        case "user_id": String(row.userID)
        case "movie_id": row.movieID == 0 ? "-" : String(row.movieID)
        case "seconds": row.seconds.isNaN ? "-" : String(row.seconds)
        case "score": row.score.isNaN ? "-" : String(row.score)
        case "vote": String(row.vote)
        case "status": row.status.staticName.description
        case "deleted": String(row.isDeleted)
        case "undo": String(row.isUndone)
        case "session_id": text(row.sessionID)
        case "query": text(row.query)
        case "comment_id": text(row.commentID)
        case "parent_id": text(row.parentID)
        case "body": text(row.body)
        case "device": text(row.device)
        case "browser": text(row.browser)
        case "os": text(row.os)
        case "screen_resolution": text(row.screenResolution)
        default: preconditionFailure("no field \(field)")
        }
    }

    private func text(_ span: ByteRange) -> String {
        if span.isNull { return "-" }
        let buffer = batch.chunk.buffer
        return String(decoding: buffer.bytes(at: Int(span.offset), count: Int(span.length)), as: UTF8.self)
    }
}
