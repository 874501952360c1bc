import CSQLite
import Domain
import SQLWarehouse

/// The rows of a query. When this object is destroyed, its statement is reset, so that it does not hold a lock any
/// longer.
final class QueryRows: SQLRows {
    private let statement: Statement

    init(_ statement: Statement, _ values: [RowValue]) throws(SQLiteError) {
        self.statement = statement
        try statement.bind(values)
        statement.isBeingRead = true
    }

    deinit {
        statement.isBeingRead = false
        // The error, if any, was thrown when the row was read.
        try? statement.reset()
    }

    func next() throws -> Bool { try statement.step() }
    func isNull(_ column: Int) -> Bool { statement.isNull(column) }
    func integer(_ column: Int) -> Int64 { statement.integer(column) }
    func real(_ column: Int) -> Double { statement.real(column) }
    func boolean(_ column: Int) -> Bool { statement.integer(column) != 0 }
    func timestamp(_ column: Int) -> Int64 { statement.integer(column) }
    func date(_ column: Int) -> Int32? { CivilDate.parse(statement.bytes(column)) }
    func bytes(_ column: Int) -> UnsafeRawBufferPointer { statement.bytes(column) }

    func uuid(_ column: Int) -> (high: UInt64, low: UInt64) {
        let bytes = statement.bytes(column)
        guard bytes.count == 16 else { return (0, 0) }
        return (
            UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
    }
}
