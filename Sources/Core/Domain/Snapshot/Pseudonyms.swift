import Hashing

import enum Logging.Redaction

/// Replaces what tells people apart by keyed hashes: the same key gives the same pseudonym, in every table and snapshot,
/// and nobody without the key can tell whose it is.
///
/// Replaced are user ids, the keys of sessions and comments, which sites make of user ids, and the ids of events. An
/// event's id may be a hash of its content without a key (contract, 2.3), and so is `content_hash`: trying all user ids
/// would find the one that fits. So event ids are replaced too, and `content_hash` of events is left out, as are the
/// bodies of comments and the references to them. Rows are sorted by the pseudonyms, since the order of the ids would
/// tell who is who.
public final class Pseudonyms {
    /// The variable that has the key.
    public static let variable = "REELHOUSE_PSEUDONYM_KEY"
    /// The fewest bytes that a key may have.
    public static let leastKeyBytes = 16

    /// What the key is known by: two snapshots with the same text have the same pseudonyms.
    public let keyName: String
    private let hash: KeyedHash
    private let scratch = ByteBuffer(capacity: 256)
    private var users: [Int64: [UInt8]] = [:]

    /// How many pseudonyms of users are kept in memory.
    private static let mostUsers = 1 << 20

    /// The pseudonyms of a key.
    ///
    /// - Throws: `SnapshotError.shortKey`.
    public init(key: String) throws {
        let bytes = Array(key.utf8)
        guard bytes.count >= Self.leastKeyBytes else { throw SnapshotError.shortKey(bytes: bytes.count) }
        hash = KeyedHash(key: bytes)
        keyName = Array("reelhouse key".utf8).withUnsafeBytes { [hash] in hash.of($0) }.prefix(8).hexadecimal
    }

    /// The kinds of values that are replaced. The kind is hashed too, so that equal values of two kinds differ.
    enum Kind: UInt8, Sendable {
        case user = 1
        case session, comment, event
    }

    /// How a column of a table is exported.
    enum Treatment: Equatable, Sendable {
        case kept, leftOut
        case replaced(Kind)
    }

    /// How a column is exported.
    static func treatment(of column: Column, in table: Table) -> Treatment {
        guard table.kind == .behaviour else { return .kept }
        switch column.name {
        case "user_id": return .replaced(.user)
        case "session_id": return .replaced(.session)
        case "comment_id", "parent_id": return .replaced(.comment)
        case "event_id", "first_event_id", "device_event_id": return .replaced(.event)
        case "body", "body_reference", "content_hash": return .leftOut
        default: return .kept
        }
    }

    /// Whether a table has lines as they came, which cannot be pseudonymized.
    public static func refuses(_ table: Table) -> Bool { table.name == OperationTables.rejected.name }

    /// The first 16 bytes of the hash of a value.
    func of(_ kind: Kind, _ bytes: UnsafeRawBufferPointer) -> ArraySlice<UInt8> {
        scratch.truncate(to: 0)
        scratch.append(kind.rawValue)
        scratch.append(bytes)
        return hash.of(scratch.bytes).prefix(16)
    }

    /// The pseudonym of a user, in hexadecimal.
    func of(user: Int64) -> [UInt8] {
        if let known = users[user] { return known }
        let pseudonym = withUnsafeBytes(of: user.bigEndian) { Array(of(.user, $0).hexadecimal.utf8) }
        if users.count == Self.mostUsers { users.removeAll(keepingCapacity: true) }
        users[user] = pseudonym
        return pseudonym
    }

    /// The pseudonym of an event id, in the form of a UUID of version 8 (RFC 9562).
    func of(eventHigh high: UInt64, low: UInt64) -> (high: UInt64, low: UInt64) {
        let bytes = withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { of(.event, $0) }
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        let words = (word(bytes.prefix(8)), word(bytes.dropFirst(8)))
        return (words.0 & ~0xF000 | 0x8000, words.1 & ~(3 << 62) | 2 << 62)
    }
}

/// The form that a table has in a snapshot, and how its rows get there.
public struct SnapshotShape {
    /// The table as it is in the snapshot.
    public let table: Table
    /// How many columns of the key, from the first, keep the order in which rows come; nil for all of them.
    public let orderedColumns: Int?
    /// For each column of the snapshot, the column that it comes from.
    private let sources: [(column: Int, treatment: Pseudonyms.Treatment)]
    private let pseudonyms: Pseudonyms?
    private let source: Table

    /// The shape of a table.
    public init(_ table: Table, _ pseudonyms: Pseudonyms?) {
        source = table
        self.pseudonyms = pseudonyms
        guard pseudonyms != nil else {
            self.table = table
            (orderedColumns, sources) = (nil, [])
            return
        }
        let treatments = table.columns.map { Pseudonyms.treatment(of: $0, in: table) }
        sources = treatments.enumerated().filter { $0.element != .leftOut }.map { ($0.offset, $0.element) }
        orderedColumns = table.keyColumns.firstIndex { treatments[$0] != .kept }
        self.table = Table(
            table.name, table.kind, table.meaning, key: table.key,
            columns: sources.map { column, treatment in
                let declared = table.columns[column]
                let isText = treatment == .replaced(.user)
                return declared.isNullable
                    ? .optional(declared.name, isText ? .text : declared.type, declared.meaning)
                    : .required(declared.name, isText ? .text : declared.type, declared.meaning)
            })
    }

    /// Whether rows are exported as they are.
    public var isPlain: Bool { pseudonyms == nil }

    /// Adds a row of the warehouse to a set of rows of the snapshot's table.
    public func append(_ row: PackedRow, of rows: RowSet, to target: RowSet) {
        guard let pseudonyms else { return }
        let new = target.append()
        for (place, (column, treatment)) in sources.enumerated() where !row.isNull(column: column) {
            let (from, to) = (source.cells[column], table.cells[place])
            switch treatment {
            case .leftOut: break
            case .replaced(.user):
                pseudonyms.of(user: row.integer(from)).withUnsafeBytes {
                    target.setText($0, column: place, of: new)
                }
            case .replaced(.event):
                let (high, low) = pseudonyms.of(eventHigh: row.cells[from], low: row.cells[from + 1])
                new.set(high: high, low: low, column: place, cell: to)
            case .replaced(let kind):
                let text = pseudonyms.of(kind, rows.bytes(row, cell: from)).hexadecimal
                Array(text.utf8).withUnsafeBytes { target.setText($0, column: place, of: new) }
            case .kept where source.columns[column].type.isSpan:
                target.setText(rows.bytes(row, cell: from), column: place, of: new)
            case .kept where source.columns[column].type == .uuid:
                new.set(high: row.cells[from], low: row.cells[from + 1], column: place, cell: to)
            case .kept: new.set(row.integer(from), column: place, cell: to)
            }
        }
    }
}
