import Domain
import JSON

/// The text of a file of positions; see `SentPositionFolder`.
enum SentPositionText {
    private enum Key: Int, CaseIterable {
        case format, ahead, key, bytes, head, grows, day, name, position, complete, refused, ends
    }

    private static let names: [StaticString] = [
        "format", "lines_ahead", "key", "bytes", "head", "grows", "day", "name", "position", "complete", "refused",
        "ends",
    ]

    /// The text of some positions.
    static func bytes(of positions: SentPositions) -> [UInt8] {
        let first: JSONText = [
            "format": 1, "lines_ahead": .integer(positions.linesAhead), "ends": .string(text(of: positions.ends)),
        ]
        var text = first.compact + "\n"
        for source in positions.sources {
            let mark = source.mark
            let line: JSONText = [
                "key": .string(mark.identity.key), "bytes": mark.bytes.map { .integer($0) } ?? .null,
                "head": mark.head.map { .integer($0) } ?? .null, "grows": .boolean(mark.mayGrow),
                "day": mark.identity.snapshotDay.map { .integer(Int64($0)) } ?? .null, "name": .string(source.name),
                "position": .string(source.position.text), "complete": .boolean(source.isComplete),
                "refused": .integer(source.refused),
            ]
            text += line.compact + "\n"
        }
        return Array(text.utf8)
    }

    /// The positions of a text.
    ///
    /// - Throws: `SentPositionError.damaged`, `OutOfMemory`.
    static func parse(_ bytes: [UInt8], port: SourcePort, path: String) throws -> SentPositions {
        let parser = try JSONParser(keys: names, keepsUnknown: false)
        var positions: SentPositions?
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            number += 1
            let padded = ByteBuffer(capacity: line.count)
            Array(line).withUnsafeBytes { _ = padded.append($0) }
            do {
                let value = try parser.parse(padded.bytes)
                if positions == nil {
                    guard integer(value, .format) == 1, let ahead = integer(value, .ahead) else {
                        throw SentPositionError.damaged(path: path, line: number)
                    }
                    positions = SentPositions(linesAhead: ahead, ends: ends(text(value, .ends) ?? ""))
                } else {
                    guard let source = source(value, port) else {
                        throw SentPositionError.damaged(path: path, line: number)
                    }
                    positions?.sources.append(source)
                }
            } catch is JSONError {
                throw SentPositionError.damaged(path: path, line: number)
            }
        }
        guard let positions else { throw SentPositionError.damaged(path: path, line: 1) }
        return positions
    }

    /// Ends as `0:1200,1:980`.
    private static func text(of ends: TopicEnds) -> String {
        ends.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",")
    }

    private static func ends(_ text: String) -> TopicEnds {
        var ends = TopicEnds()
        for part in text.split(separator: ",") {
            let numbers = part.split(separator: ":")
            guard numbers.count == 2, let partition = Int32(numbers[0]), let end = Int64(numbers[1]) else { continue }
            ends[partition] = end
        }
        return ends
    }

    private static func source(_ value: JSONValue, _ port: SourcePort) -> SentSource? {
        guard let key = text(value, .key), let name = text(value, .name),
            let position = text(value, .position).flatMap({ SourcePosition(text: $0) }),
            let refused = integer(value, .refused)
        else { return nil }
        let identity = SourceIdentity(
            port: port, key: key, snapshotDay: integer(value, .day).flatMap { Int32(exactly: $0) })
        return SentSource(
            mark: SourceMark(
                identity: identity, bytes: integer(value, .bytes), head: integer(value, .head),
                mayGrow: value.member(Key.grows.rawValue)?.isTrue == true),
            name: name, position: position, isComplete: value.member(Key.complete.rawValue)?.isTrue == true,
            refused: refused)
    }

    private static func integer(_ value: JSONValue, _ key: Key) -> Int64? {
        guard let member = value.member(key.rawValue), member.kind == .number else { return nil }
        return JSONNumber.integer(member.bytes)
    }

    private static func text(_ value: JSONValue, _ key: Key) -> String? {
        guard let member = value.member(key.rawValue), member.kind == .string else { return nil }
        return String(decoding: member.bytes, as: UTF8.self)
    }
}
