import Domain
import JSON

/// Reads ids from lines: one number a line, or one JSON object with `id`, as in TMDB's daily ID export.
final class IDLines {
    private let parser: JSONParser
    private let leastPopularity: Double?

    /// - Parameter leastPopularity: objects of less popularity are left out; nil takes all.
    init(leastPopularity: Double?) throws(OutOfMemory) {
        self.leastPopularity = leastPopularity
        parser = try JSONParser(keys: ["id", "popularity"], keepsUnknown: false)
    }

    /// Reads all lines of a set of sources, and adds their ids.
    ///
    /// - Returns: how many lines there are.
    /// - Throws: `FetchError.noID` for a line that has none; the errors of the sources.
    func read(_ set: any SourceSet, into ids: inout Set<Int64>) throws -> Int {
        let source = try set.open(SourceRequest(clockDay: 0)) { _ in }
        defer { source.close() }
        var lines = 0
        while let chunk = try source.next() {
            if case .unreadable(let why) = chunk.notice {
                throw FetchError.unreadableList(source: chunk.source.name, why: why)
            }
            for line in chunk.lines { try read(line, of: chunk, into: &ids) }
            lines += chunk.lines.count
        }
        return lines
    }

    private func read(_ line: Line, of chunk: LineChunk, into ids: inout Set<Int64>) throws {
        let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
        if line.note >= 0 {
            throw FetchError.unreadableList(
                source: chunk.source.name, why: chunk.rejectionByNote(of: line)?.message ?? "it is damaged")
        }
        if bytes.first == UInt8(ascii: "#") { return }
        if bytes.first == UInt8(ascii: "{") {
            guard let object = try? parser.parse(bytes), let id = ScalarRules.id(object.member(0)) else {
                throw FetchError.noID(source: chunk.source.name, line: line.number)
            }
            if let leastPopularity {
                let popularity = ScalarRules.number(object.member(1)) ?? 0
                if popularity < leastPopularity { return }
            }
            ids.insert(id)
            return
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let listed = Self.ids(in: text) else {
            throw FetchError.noID(source: chunk.source.name, line: line.number)
        }
        ids.formUnion(listed)
    }

    /// The ids in a text, with commas or white space between them; nil where something else is in it.
    static func ids(in text: String) -> [Int64]? {
        var ids: [Int64] = []
        for word in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            guard let id = Int64(word), id > 0, word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            ids.append(id)
        }
        return ids.isEmpty ? nil : ids
    }
}
