import Domain
import JSON
import Pipeline

/// What the JSON of a command says of how much it did.
struct NightlyTaskCounts: Equatable {
    /// How many rows, documents, lines or snapshots.
    private(set) var rows: Int64?
    /// How many bytes were written.
    private(set) var bytes: Int64?
    /// Why not all was taken.
    private(set) var reasons: String?

    /// The members of a task's result that count rows and bytes. A list counts by its length.
    private static func members(of task: NightlyTask) -> (rows: StaticString, bytes: StaticString) {
        switch task {
        case .fetch: ("documents", "bytes")
        case .movies, .events: ("accepted", "")
        case .enrich: ("facts", "")
        case .marts: ("days", "")
        case .compact: ("written", "bytes_after")
        case .export: ("rows", "bytes")
        case .check: ("", "")
        case .prune: ("removed", "")
        }
    }

    /// Reads what the command of a task has printed; nothing where that is no JSON object.
    init(_ output: [UInt8], of task: NightlyTask) {
        let members = Self.members(of: task)
        let buffer = ByteBuffer(capacity: output.count)
        output.withUnsafeBytes { _ = buffer.append($0) }
        guard let parser = try? JSONParser(keys: [members.rows, members.bytes, "reasons"], keepsUnknown: false),
            let object = try? parser.parse(buffer.bytes)
        else { return }
        withExtendedLifetime((parser, buffer)) {
            rows = Self.count(object.member(0))
            bytes = Self.count(object.member(1))
            let texts = (object.member(2)?.elements.map { $0 } ?? []).filter { $0.kind == .string }
            if !texts.isEmpty {
                reasons = texts.map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: " ")
            }
        }
    }

    private static func count(_ value: JSONValue?) -> Int64? {
        guard let value else { return nil }
        if value.kind == .array { return Int64(value.elements.map { $0 }.count) }
        return value.kind == .number ? JSONNumber.integer(value.bytes) : nil
    }
}
