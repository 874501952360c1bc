import Domain

@testable import Files

/// A line that was read, with a copy of its bytes.
struct ReadLine: Equatable, CustomStringConvertible {
    var number: Int64
    var offset: Int64
    var content: [UInt8]
    var note: LineNote?

    init(_ number: Int64, _ offset: Int64, _ content: [UInt8], _ note: LineNote? = nil) {
        self.number = number
        self.offset = offset
        self.content = content
        self.note = note
    }

    init(_ number: Int64, _ offset: Int64, _ content: String) { self.init(number, offset, Array(content.utf8)) }

    var description: String {
        let text = content.count > 40 ? "\(content.count) bytes" : String(decoding: content, as: UTF8.self)
        return "\(number)@\(offset) \"\(text)\"" + (note.map { " \($0)" } ?? "")
    }
}

/// Everything that a reader returned.
struct ReadLines: Equatable {
    var lines: [ReadLine] = []
    var end = FilePosition()
    /// The end of each chunk, with the number of lines up to there.
    var chunkEnds: [(position: FilePosition, lines: Int)] = []
    var sourceBytesRead: Int64 = 0
    var longestBuffer = 0

    /// Reads all chunks.
    init(_ reader: LineReader) throws {
        var isLast = false
        while let chunk = try reader.next() {
            try require(!isLast, "no chunk after the last")
            isLast = chunk.isLast
            for line in chunk.lines {
                let span = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
                try require(Int(line.span.offset) + span.count <= chunk.buffer.count, "a line lies in its buffer")
                let note = line.note < 0 ? nil : chunk.notes[Int(line.note)]
                lines.append(ReadLine(line.number, line.byteOffset, Array(span), note))
            }
            end = FilePosition(chunk.end)
            chunkEnds.append((end, lines.count))
            sourceBytesRead = chunk.sourceBytesRead
            longestBuffer = max(longestBuffer, chunk.buffer.count)
        }
        try require(isLast, "the last chunk says so")
    }

    /// Compares lines and end, but not where the chunks end.
    static func == (left: ReadLines, right: ReadLines) -> Bool { left.lines == right.lines && left.end == right.end }

    /// The message of the damage at the end; nil when there is none.
    var damage: String? {
        guard case .damage(let words) = lines.last?.note else { return nil }
        return words
    }

    /// The lines without the one that stands for damage.
    var wholeLines: [ReadLine] {
        lines.filter { line in
            if case .damage = line.note { false } else { true }
        }
    }
}

struct Unexpected: Error, CustomStringConvertible { var description: String }

func require(_ condition: Bool, _ what: String) throws {
    if !condition { throw Unexpected(description: "expected: " + what) }
}

let testSource = Source(name: "test.ndjson", port: .events, number: 0)

/// A stream of bytes in memory, which come in pieces and may end in damage.
final class MemoryStream: ByteStream {
    private let bytes: [UInt8]
    private let pieceSize: Int
    private let finalDamage: Damage?
    private var place = 0
    private(set) var damage: Damage?

    init(_ bytes: [UInt8], pieceSize: Int = .max, damage: Damage? = nil) {
        self.bytes = bytes
        self.pieceSize = pieceSize
        self.finalDamage = damage
    }

    var sourceBytesRead: Int64 { Int64(place) }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        let count = min(pieceSize, buffer.count, bytes.count - place)
        buffer.copyBytes(from: bytes[place..<place + count])
        place += count
        if count == 0 { damage = finalDamage }
        return count
    }
}

/// A second, simple implementation of the contract's rules for lines, with which the reader is compared.
func plainlySplit(_ bytes: [UInt8], longest: Int = .max) -> (lines: [ReadLine], end: FilePosition) {
    var lines: [ReadLine] = []
    var start = 0
    var number: Int64 = 0
    while start < bytes.count {
        number += 1
        let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
        var content = bytes[start..<end]
        if content.starts(with: [0xef, 0xbb, 0xbf]) { content = content.dropFirst(3) }
        if !content.allSatisfy({ [32, 9, 13].contains($0) }) {
            if content.last == 13 { content = content.dropLast() }
            if content.count > longest { content = content.prefix(longest) }
            lines.append(ReadLine(number, Int64(content.startIndex), Array(content)))
        }
        start = end + 1
    }
    return (lines, FilePosition(line: number, byteOffset: Int64(bytes.count)))
}
