import Domain
import Testing

/// Chunks and batches of lines, for suites that test a warehouse without a source.
enum ConformanceLines {
    static func chunk(
        _ lines: [String], port: SourcePort = .events, name: String = "lines", day: Int32 = LawClock.day - 1
    ) -> LineChunk {
        let source = Source(name: name, port: port, number: 0)
        let chunk = LineChunk(source: source, capacity: 1 << 12, start: SourcePosition())
        var offset: Int64 = 0
        for (index, line) in lines.enumerated() {
            let bytes = Array(line.utf8)
            let start = bytes.withUnsafeBytes { chunk.buffer.append($0) }
            chunk.lines.append(
                Line(
                    span: ByteRange(offset: start, length: bytes.count), number: Int64(index) + 1, byteOffset: offset,
                    snapshotDay: day))
            offset += Int64(bytes.count) + 1
        }
        chunk.end = SourcePosition(order: Int64(lines.count))
        chunk.isLast = true
        return chunk
    }

    static func events(_ lines: [String]) throws -> EventGroup {
        let batch = try EventDecoder(clock: LawClock.clock).decode(chunk(lines))
        try #require(batch.rejections.isEmpty, "\(batch.rejections.map(\.message))")
        return EventGroup([batch])
    }

    static func movies(_ lines: [String], day: Int32 = LawClock.day - 1) throws -> MovieBatch {
        let batch = try MovieDecoder().decode(chunk(lines, port: .movies, day: day))
        try #require(batch.rejections.isEmpty, "\(batch.rejections.map(\.message))")
        return batch
    }

    /// The number of events of a group by outcome.
    static func outcomes(_ group: EventGroup) -> [EventGroup.Outcome: Int] {
        var counts: [EventGroup.Outcome: Int] = [:]
        group.forEachOutcome { _, _, outcome in counts[outcome, default: 0] += 1 }
        return counts
    }

    /// An event whose identity is its number.
    static func event(_ number: Int, _ rest: String = "\"event_type\":\"click\"", movie: Int = 1) -> String {
        let digits = String(number)
        let id = "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
        return
            "{\"event_id\":\"\(id)\",\"event_time\":\(1_795_000_000_000 + number),\"user_id\":7,\"movie_id\":\(movie),\(rest)}"
    }
}
