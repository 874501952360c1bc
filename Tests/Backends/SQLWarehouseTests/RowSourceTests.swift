import Domain
import Testing

@testable import SQLWarehouse
@testable import SQLite

/// The cells of each kind of row source.
@Suite struct RowSourceTests {
    /// Copies all rows.
    private func rows(_ source: RowSource) -> [[RowValue]] {
        (0..<source.count).map { index in
            source.move(to: index)
            return source.columns.indices.map { RowValue(source.cell($0)) }
        }
    }

    private static let everyType = Table(
        "every_type", .operations, "A column of each type.", key: ["integer"],
        columns: [
            .required("integer", .integer, "."), .optional("real", .real, "."), .optional("text", .text, "."),
            .optional("boolean", .boolean, "."), .optional("date", .date, "."),
            .optional("timestamp", .timestamp, "."), .optional("uuid", .uuid, "."), .optional("blob", .blob, "."),
        ])

    @Test func packedRowsComeInTheirOrder() {
        let set = RowSet(Self.everyType)
        let full: [RowValue] = [
            .integer(-7), .real(0.5), .text("é"), .boolean(true), .date(-1), .timestamp(5), .uuid(high: 1, low: .max),
            .blob([0, 255]),
        ]
        let nulls: [RowValue] = [.integer(.max)] + Array(repeating: .null, count: 7)
        let empty: [RowValue] = [.integer(0), .null, .text(""), .boolean(false), .null, .null, .null, .blob([])]
        for row in [full, nulls, empty] { set.append(row) }
        // A cell has timestamps and booleans as integers.
        var cells = full
        (cells[3], cells[5]) = (.integer(1), .integer(5))
        var emptyCells = empty
        emptyCells[3] = .integer(0)
        #expect(rows(PackedRows(set)) == [cells, nulls, emptyCells])
        #expect(rows(PackedRows(set, order: [2, 0, 0])) == [emptyCells, cells, cells])
        #expect(rows(PackedRows(RowSet(Self.everyType))) == [])
        #expect(PackedRows(set).columns.map(\.name) == Self.everyType.columns.map(\.name))
    }

    private static let minute: Int64 = 1_795_000_000_000

    private func group(_ lines: [String]) throws -> EventGroup {
        let source = Source(name: "lines", port: .events, number: 0)
        let chunk = LineChunk(source: source, capacity: 1 << 10, start: SourcePosition())
        for (index, line) in lines.enumerated() {
            let start = Array(line.utf8).withUnsafeBytes { chunk.buffer.append($0) }
            chunk.lines.append(
                Line(
                    span: ByteRange(offset: start, length: line.utf8.count), number: Int64(index) + 1, byteOffset: 0,
                    snapshotDay: 0))
        }
        let batch = try EventDecoder(clock: RunClock(now: Self.minute + 1000)).decode(chunk)
        try #require(batch.rejections.isEmpty)
        for index in 0..<batch.rowCount where (batch.rows + index).pointee.movieID == 603 {
            let row = batch.rows + index
            (row.pointee.isMovieKnown, row.pointee.releaseYear, row.pointee.genreID) = (true, 1999, 28)
            row.pointee.releaseDay = 10_681
        }
        return EventGroup([batch])
    }

    private func line(_ number: Int, _ rest: String) -> String {
        "{\"event_id\":\"00000000-0000-4000-8000-00000000000\(number)\",\"event_time\":\(Self.minute + Int64(number)),"
            + "\"user_id\":7,\(rest)}"
    }

    @Test func eventsAreFactsWithAReleaseDay() throws {
        let group = try group([
            line(2, #""event_type":"search","session_id":"s","metadata":{"query":"q"}"#),
            line(1, #""event_type":"rate","movie_id":603,"metadata":{"score":8.5}"#),
        ])
        let rows = rows(EventRows(group, order: [1, 0]))
        let id = { (low: UInt64) in RowValue.uuid(high: 0x4000, low: 0x8000_0000_0000_0000 | low) }
        #expect(
            rows[0].dropLast() == [
                .integer(1), .integer(Self.minute + 2), id(2), .text("search"), .integer(7), .text("s"), .null, .null,
                .null, .text("q"), .null, .null, .null, .integer(0),
            ])
        #expect(
            rows[1].dropLast() == [
                .integer(0), .integer(Self.minute + 1), id(1), .text("rate"), .integer(7), .null, .integer(603), .null,
                .real(8.5), .null, .integer(1999), .integer(28), .integer(10_681), .integer(1),
            ])
        #expect(rows[0].last != rows[1].last, "the content hashes")
        #expect(EventRows.columns.count == rows[0].count)
        #expect(EventRows.columns.map(\.name).contains("release_day"))
    }

    private func rejection(
        _ line: Int64, _ raw: [UInt8], rule: CleaningRule = .invalidScore, message: String = "m",
        identity: Rejection.Identity? = nil
    ) -> Rejection {
        Rejection(
            source: "s", port: .events, line: line, byteOffset: line * 10, rule: rule, message: message, raw: raw,
            snapshotDay: nil, identity: identity)
    }

    @Test func rejectedLinesComeOnce() {
        let lines = [
            rejection(1, [1], identity: .event(time: 5, idHigh: 6, idLow: 7)), rejection(2, []),
            rejection(1, [1], message: "later", identity: .movie(id: 9)), rejection(1, [1], rule: .invalidVote),
            rejection(1, [2]),
        ]
        let rows = rows(RejectionRows(lines))
        // The columns ordinal, line, rule, message and raw.
        let columns = [0, 2, 4, 5, 6]
        #expect(
            rows.map { row in columns.map { row[$0] } } == [
                [.integer(0), .integer(1), .text("invalid_score"), .text("later"), .blob([1])],
                [.integer(1), .integer(2), .text("invalid_score"), .text("m"), .blob([])],
                [.integer(2), .integer(1), .text("invalid_vote"), .text("m"), .blob([1])],
                [.integer(3), .integer(1), .text("invalid_score"), .text("m"), .blob([2])],
            ])
        #expect(rows.map { Array($0.suffix(3)) }.first == [.null, .null, .integer(9)])
        #expect(rows.allSatisfy { row in if case .blob(let hash) = row[9] { hash.count == 32 } else { false } })
    }
}
