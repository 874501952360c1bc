import CSQLite
import Domain

/// Measures plain SQLite for comparison: inserts the same facts row by row with a prepared INSERT into one table of a
/// new file, in one transaction, and copies the write-ahead log into the file. There are no other tables and no merges.
final class BareInserts {
    private let database: OpaquePointer
    private let statement: OpaquePointer
    private let names = EventType.allCases.map(\.staticName)

    private static let setup = """
        PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -65536;
        CREATE TABLE fact (
            event_time INTEGER NOT NULL, event_id BLOB NOT NULL, event_type TEXT NOT NULL, user_id INTEGER NOT NULL,
            session_id TEXT, movie_id INTEGER, seconds REAL, score REAL, query TEXT, release_year INTEGER,
            primary_genre_id INTEGER, days_since_release INTEGER, movie_known INTEGER NOT NULL,
            content_hash INTEGER NOT NULL, PRIMARY KEY (event_time, event_id)
        ) STRICT, WITHOUT ROWID;
        """
    private static let insert = "INSERT OR IGNORE INTO fact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

    private init(path: String) throws {
        var database: OpaquePointer?
        var statement: OpaquePointer?
        guard sqlite3_open(path, &database) == SQLITE_OK, let database,
            sqlite3_exec(database, Self.setup, nil, nil, nil) == SQLITE_OK,
            sqlite3_prepare_v2(database, Self.insert, -1, &statement, nil) == SQLITE_OK, let statement
        else {
            let reason = String(cString: sqlite3_errmsg(database))
            sqlite3_close_v2(database)
            throw BenchError("\(path): \(reason)")
        }
        self.database = database
        self.statement = statement
    }

    deinit {
        sqlite3_finalize(statement)
        sqlite3_close_v2(database)
    }

    /// Inserts the events of a folder. The time does not include decoding.
    static func run(folder: String, database path: String) throws -> PartResult {
        let inserts = try BareInserts(path: path)
        let decoder = try EventDecoder(clock: RunClock(now: Dataset.now))
        var result = PartResult()
        func timed(_ body: () throws -> Void) throws {
            let start = (ChildProcess.now, ChildProcess.threadTime)
            try body()
            result.seconds += ChildProcess.now - start.0
            result.cpuSeconds += ChildProcess.threadTime - start.1
        }
        try timed { try inserts.execute("BEGIN") }
        var rows = 0
        try EventFiles(folder: folder).forEachChunk { chunk in
            let batch = try decoder.decode(chunk)
            result.lines += batch.read
            try timed { rows += try inserts.insert(batch) }
        }
        try timed { try inserts.execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)") }
        result.rows = rows
        return result
    }

    private func execute(_ sql: String) throws { try check(sqlite3_exec(database, sql, nil, nil, nil)) }

    private func check(_ status: Int32) throws {
        guard status == SQLITE_OK else { throw BenchError(String(cString: sqlite3_errmsg(database))) }
    }

    /// - Returns: how many rows were inserted.
    private func insert(_ batch: EventBatch) throws -> Int {
        let text = UnsafeRawPointer(batch.chunk.buffer.base)
        var new = 0
        for index in 0..<batch.rowCount {
            let row = batch.rows + index
            var id = (row.pointee.idHigh.bigEndian, row.pointee.idLow.bigEndian)
            try withUnsafeBytes(of: &id) { id in
                bind(row, id, text)
                guard sqlite3_step(statement) == SQLITE_DONE else { return try check(sqlite3_errcode(database)) }
                new += Int(sqlite3_changes(database))
                sqlite3_reset(statement)
            }
        }
        return new
    }

    private func bind(_ row: UnsafeMutablePointer<EventRow>, _ id: UnsafeRawBufferPointer, _ text: UnsafeRawPointer) {
        let name = names[Int(row.pointee.type.rawValue)]
        sqlite3_bind_int64(statement, 1, row.pointee.time)
        sqlite3_bind_blob(statement, 2, id.baseAddress, 16, nil)
        sqlite3_bind_text(
            statement, 3, UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self),
            Int32(name.utf8CodeUnitCount), nil)
        sqlite3_bind_int64(statement, 4, row.pointee.userID)
        bind(row.pointee.sessionID, text, at: 5)
        if row.pointee.movieID == 0 {
            sqlite3_bind_null(statement, 6)
        } else {
            sqlite3_bind_int64(statement, 6, row.pointee.movieID)
        }
        // SQLite stores NaN as null.
        sqlite3_bind_double(statement, 7, row.pointee.seconds)
        sqlite3_bind_double(statement, 8, row.pointee.score)
        bind(row.pointee.query, text, at: 9)
        for column in [Int32(10), 11, 12] { sqlite3_bind_int64(statement, column, Int64(column)) }
        sqlite3_bind_int(statement, 13, 1)
        sqlite3_bind_int64(statement, 14, Int64(bitPattern: row.pointee.contentHash))
    }

    private func bind(_ span: ByteRange, _ text: UnsafeRawPointer, at index: Int32) {
        if span.isNull {
            sqlite3_bind_null(statement, index)
        } else {
            let start = (text + Int(span.offset)).assumingMemoryBound(to: CChar.self)
            sqlite3_bind_text(statement, index, start, Int32(bitPattern: span.length), nil)
        }
    }
}
