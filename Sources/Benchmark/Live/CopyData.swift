import Domain
import Foundation

/// Writes the facts of a folder's events into a file, as `COPY … WITH (FORMAT binary)` takes them, so that a load written
/// by hand has nothing left to do but send them.
///
/// The format: https://www.postgresql.org/docs/current/sql-copy.html ("Binary Format").
struct CopyData {
    /// The columns, in the order of the fields, with the types that `fact_user_event` has.
    static let columns = """
        event_time timestamptz NOT NULL, event_id uuid NOT NULL, event_type text COLLATE "C" NOT NULL,
        user_id bigint NOT NULL, session_id text COLLATE "C", movie_id bigint, seconds double precision,
        score double precision, query text, release_year smallint, primary_genre_id bigint,
        days_since_release integer, movie_known boolean NOT NULL, content_hash bigint NOT NULL
        """

    /// 2000-01-01, from which the server counts, in milliseconds since 1970.
    private static let epoch: Int64 = 946_684_800_000
    private static let fieldCount: Int16 = 14

    private let names = EventType.allCases.map(\.staticName)
    private var bytes: [UInt8] = Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0] + [UInt8](repeating: 0, count: 8)

    /// Writes the file.
    ///
    /// - Returns: how many lines were read, and how many rows were written: duplicates are among them.
    static func write(folder: String, to path: String) throws -> PartResult {
        guard let file = fopen(path, "wb") else { throw BenchError("\(path) cannot be written") }
        defer { fclose(file) }
        let decoder = try EventDecoder(clock: RunClock(now: Dataset.now))
        var data = CopyData()
        var result = PartResult()
        try EventFiles(folder: folder).forEachChunk { chunk in
            let batch = try decoder.decode(chunk)
            result.lines += batch.read
            result.rows += batch.rowCount
            for index in 0..<batch.rowCount { data.add(batch.rows[index], UnsafeRawPointer(chunk.buffer.base)) }
            try data.flush(to: file, path)
        }
        data.add(Int16(-1))
        try data.flush(to: file, path)
        guard fflush(file) == 0 else { throw BenchError("\(path) cannot be written") }
        return result
    }

    private mutating func flush(to file: UnsafeMutablePointer<FILE>, _ path: String) throws {
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw BenchError("\(path) cannot be written") }
        bytes.removeAll(keepingCapacity: true)
    }

    private mutating func add(_ row: EventRow, _ text: UnsafeRawPointer) {
        add(Self.fieldCount)
        add(field: (row.time - Self.epoch) * 1000)
        add(Int32(16))
        add(row.idHigh)
        add(row.idLow)
        let name = names[Int(row.type.rawValue)]
        add(field: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        add(field: row.userID)
        add(field: row.sessionID, of: text)
        if row.movieID == 0 { addNull() } else { add(field: row.movieID) }
        add(field: row.seconds)
        add(field: row.score)
        add(field: row.query, of: text)
        // What a movie gives a fact is made up: it costs the server the same.
        add(field: Int16(2010))
        add(field: Int64(11))
        add(field: Int32(12))
        add(field: UInt8(1))
        add(field: row.contentHash)
    }

    private mutating func add(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func addNull() { add(Int32(-1)) }

    private mutating func add<Value: FixedWidthInteger>(field value: Value) {
        add(Int32(Value.bitWidth / 8))
        add(value)
    }

    private mutating func add(field value: Double) {
        if value.isNaN { addNull() } else { add(field: value.bitPattern) }
    }

    private mutating func add(field span: ByteRange, of text: UnsafeRawPointer) {
        if span.isNull { return addNull() }
        add(field: UnsafeRawBufferPointer(start: text + Int(span.offset), count: Int(span.length)))
    }

    private mutating func add(field value: UnsafeRawBufferPointer) {
        add(Int32(value.count))
        bytes.append(contentsOf: value)
    }
}
