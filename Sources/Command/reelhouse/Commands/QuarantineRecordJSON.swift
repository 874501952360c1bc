import Domain
import Files
import Hashing
import JSON
import Pipeline

/// The JSON object of a line in quarantine, which `export` writes and `retry --from` reads. It is an interface,
/// documented in the README.
enum QuarantineRecordJSON {
    static func object(_ record: RejectedRecord) -> JSONText {
        let rejection = record.rejection
        let raw: (String, JSONText) =
            if let text = String(validating: rejection.raw, as: UTF8.self) {
                ("raw", .string(text))
            } else {
                ("raw_base64", .string(Base64.encode(rejection.raw)))
            }
        return .object([
            ("rejected_id", .integer(record.id)), ("source", .string(rejection.source)),
            ("port", .string(rejection.port.rawValue)), ("line", .integer(rejection.line)),
            ("byte_offset", .integer(rejection.byteOffset)), ("rule", .string(rejection.rule.rawValue)),
            ("message", .string(rejection.message)),
            ("snapshot_date", rejection.snapshotDay.map { .string(CivilDate.text(ofDay: $0)) } ?? .null),
            ("run_id", .integer(record.run)), ("last_run_id", .integer(record.lastRun)),
            ("cured_run_id", record.curedRun.map { .integer($0) } ?? .null), raw,
        ])
    }
}

/// Reads the lines of an edited export, one after the other.
final class MendedLineReader {
    private enum Key: Int, CaseIterable {
        case id, raw, base64, source, line

        var name: StaticString {
            switch self {
            case .id: "rejected_id"
            case .raw: "raw"
            case .base64: "raw_base64"
            case .source: "source"
            case .line: "line"
            }
        }
    }

    private let path: String
    private let source: any LineSource
    private let parser: JSONParser
    private var chunk: LineChunk?
    private var index = 0

    /// Opens an edited export: a path, or `-`.
    ///
    /// - Throws: `FileError`, `JSONError`.
    init(path: String) throws {
        self.path = path
        parser = try JSONParser(keys: Key.allCases.map(\.name), keepsUnknown: false)
        source = FileSource(
            try FileDiscovery.find([path]).files.enumerated().map { number, file in
                PlannedFile(
                    location: file.location,
                    source: Source(name: file.name, port: .events, number: number))
            })
    }

    /// The next line, or nil at the end.
    ///
    /// - Throws: `CommandError` when a line is not one of an export; `FileError`.
    func next() throws -> MendedLine? {
        while chunk.map({ index >= $0.lines.count }) ?? true {
            guard let next = try source.next() else { return nil }
            chunk = next
            index = 0
        }
        guard let chunk else { return nil }
        let line = chunk.lines[index]
        index += 1
        guard line.note < 0 else {
            throw fault(chunk, line, chunk.rejectionByNote(of: line)?.message ?? "it cannot be read")
        }
        do {
            return try read(
                parser.parse(chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))), chunk, line)
        } catch let error as JSONError {
            throw fault(chunk, line, "it is not one JSON object: \(error.explanation)")
        }
    }

    private func read(_ object: JSONValue, _ chunk: LineChunk, _ line: Line) throws -> MendedLine {
        guard let id = ScalarRules.id(object.member(Key.id.rawValue)) else {
            throw fault(chunk, line, "it has no rejected_id")
        }
        var mended = MendedLine(id: id, raw: [])
        if let raw = text(object, .raw) {
            mended.raw = [UInt8](raw)
        } else if let raw = text(object, .base64).flatMap(Base64.decode) {
            mended.raw = raw
        } else {
            throw fault(chunk, line, "it has neither raw, which is a text, nor raw_base64")
        }
        mended.source = text(object, .source).map { String(decoding: $0, as: UTF8.self) }
        mended.line = ScalarRules.integer(object.member(Key.line.rawValue))
        return mended
    }

    private func text(_ object: JSONValue, _ key: Key) -> UnsafeRawBufferPointer? {
        object.member(key.rawValue).flatMap { $0.kind == .string ? $0.bytes : nil }
    }

    private func fault(_ chunk: LineChunk, _ line: Line, _ why: String) -> CommandError {
        CommandError(
            message: "line \(line.number) of \(chunk.source.name) is not a line of an export: \(why)",
            hint: "Start from `reelhouse quarantine export`, and change only the value of raw.")
    }
}
