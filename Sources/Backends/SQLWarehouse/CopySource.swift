import Domain

/// The connection that a warehouse is copied from.
public protocol SQLCopyReadSession: SQLReadSession {
    /// A text that no other warehouse has; see `CopySource`.
    func identity() throws -> String
    /// The greatest number that was ever given to a line in quarantine; 0 when there was none.
    func lastRejectedID() throws -> Int64
    /// The first day of each month of UTC in which a table with event times has rows, as days since 1970-01-01.
    func months(of table: Table) throws -> [Int32]
    /// The size of a log that grows while others write and this session reads; nil where there is none.
    var logBytes: Int64? { get }
}

extension SQLCopyReadSession {
    /// Nil by default.
    public var logBytes: Int64? { nil }
}

/// A warehouse in an SQL database that is copied from.
public final class SQLCopySource: CopySource {
    private let session: any SQLCopyReadSession

    /// Creates a source on an open connection.
    public init(_ session: any SQLCopyReadSession) { self.session = session }

    /// The location without its password.
    public var location: String { session.location }

    /// A text that no other warehouse has.
    public func identity() throws -> String { try session.identity() }
    /// The size of a log that grows meanwhile.
    public var logBytes: Int64? { session.logBytes }

    /// Reads the warehouse as of one commit; see `CopySource`.
    public func read(_ body: (any CopyContents) throws -> Void) throws {
        var isRead = false
        try session.consistently {
            // Reading again is no use: the rows that may be wrong are in the target already.
            if isRead { throw CopyError.changed(location: location) }
            isRead = true
            try session.atOneMoment {
                try expectNewestSchema()
                try body(SQLCopyContents(session))
            }
        }
    }

    private func expectNewestSchema() throws {
        let known = session.migrations.last?.version ?? 0
        let version = Int(
            try session.integer("SELECT max(version) FROM \(session.dialect.table("schema_migration"))") ?? 0)
        if version > known {
            throw WarehouseError.newerSchema(location: location, version: version, known: known)
        }
        if version < known { throw CopyError.older(location: location, version: version, known: known) }
    }
}

/// The rows of a warehouse in an SQL database, in an open transaction.
final class SQLCopyContents: CopyContents {
    /// A batch ends with the row that reaches one of these sizes.
    private static let (rowsOfBatch, bytesOfBatch) = (1 << 16, 8 << 20)

    let outline: CopyOutline
    private let session: any SQLCopyReadSession
    private let hasher = RowHasher()

    init(_ session: any SQLCopyReadSession) throws {
        self.session = session
        var outline = CopyOutline()
        let tables = [BehaviourTables.facts, BehaviourTables.watchHistory]
        outline.months = try Set(tables.flatMap { try session.months(of: $0) }).sorted()
        outline.indexes = try session.declaredIndexes()
        outline.lastRejectedID = try session.lastRejectedID()
        outline.rows = try RowCounts(session).all().reduce(0) { $0 + $1.rows }
        self.outline = outline
    }

    func forEachBatch(
        of table: Table, times: ClosedRange<Int64>, _ body: (RowSet) throws -> Void
    ) throws -> TableDigest {
        let names = table.columns.map(\.name).joined(separator: ", ")
        let rows = try session.query(
            "SELECT \(names) FROM \(session.dialect.table(table)) ORDER BY \(table.key.joined(separator: ", "))", [])
        var digest = TableDigest()
        let batch = RowSet(table, capacity: 1 << 10)
        while try rows.next() {
            hasher.reset()
            let row = batch.append()
            for (column, declared) in table.columns.enumerated() {
                let isKept = try add(rows, column, declared, times, to: batch, row)
                if !isKept {
                    throw CopyError.wrongValue(location: session.location, table: table.name, column: declared.name)
                }
            }
            digest.add(hasher)
            if batch.count == Self.rowsOfBatch || batch.byteSize >= Self.bytesOfBatch {
                try body(batch)
                batch.removeAll()
            }
        }
        if batch.count > 0 { try body(batch) }
        return digest
    }

    /// Adds a value to a batch and to the hash of its row.
    ///
    /// - Returns: false when the value is not of the column's type.
    @inline(__always)
    private func add(
        _ rows: any SQLRows, _ column: Int, _ declared: Column, _ times: ClosedRange<Int64>, to batch: RowSet,
        _ row: PackedRow
    ) throws -> Bool {
        let cell = batch.table.cells[column]
        func add(_ value: Int64) {
            row.set(value, column: column, cell: cell)
            hasher.add(integer: value)
        }
        if rows.isNull(column) {
            hasher.addNull()
            return declared.isNullable
        }
        switch declared.type {
        case .integer: add(rows.integer(column))
        case .boolean: add(rows.boolean(column) ? 1 : 0)
        case .timestamp:
            let time = rows.timestamp(column)
            if declared.isNullable, !times.contains(time) { hasher.addNull() } else { add(time) }
        case .real:
            let value = rows.real(column)
            row.set(value, column: column, cell: cell)
            hasher.add(real: value)
        case .date:
            guard let day = rows.date(column) else { return false }
            add(Int64(day))
        case .uuid:
            let (high, low) = rows.uuid(column)
            row.set(high: high, low: low, column: column, cell: cell)
            hasher.add(uuidHigh: high, low: low)
        case .text, .blob:
            let bytes = rows.bytes(column)
            batch.setText(bytes, column: column, of: row)
            hasher.add(bytes: bytes)
        }
        return true
    }
}

/// Arithmetic of months in UTC.
public enum CopyMonths {
    /// The first day of a timestamp's month and of the month after it, as days since 1970-01-01.
    public static func bounds(of time: Int64) -> (first: Int32, next: Int32) {
        let day = CivilDate.day(ofMilliseconds: time)
        let date = CivilDate.date(ofDay: day)
        let first = day - Int32(date.day - 1)
        // 31 days after the first of a month it is the next month.
        let later = first + 31
        return (first, later - Int32(CivilDate.date(ofDay: later).day - 1))
    }
}
