import Hashing

/// Rejected lines as rows of `rejected_record`, each once by (source, line, rule, raw). Where a line comes twice, its
/// row is at the place of the first and has the values of the last.
///
/// Only the current line is copied, so that many long lines need no further memory.
public final class RejectionRows: RowSource {
    /// The columns: `ordinal`, the row's index, and then those columns of `rejected_record` that a rejection has.
    public static let columns: [RowColumn] = [
        RowColumn("ordinal", .integer), RowColumn("source", .text), RowColumn("line", .integer),
        RowColumn("byte_offset", .integer), RowColumn("rule", .text), RowColumn("message", .text),
        RowColumn("raw", .blob), RowColumn("port", .text), RowColumn("snapshot_date", .date),
        RowColumn("raw_hash", .blob), RowColumn("event_time", .timestamp), RowColumn("event_id", .uuid),
        RowColumn("movie_id", .integer),
    ]

    /// The columns by their index.
    private enum Place: Int {
        case ordinal, source, line, byteOffset, rule, message, raw, port, snapshotDate, rawHash, eventTime, eventID
        case movieID
    }

    /// The unique key of a line in quarantine, with a hash in the place of the line.
    private struct Key: Hashable {
        let line: Int64
        let rule: CleaningRule
        let hash: [UInt8]
        let source: String

        /// Leaves out rule and source: where line and hash are equal, they nearly always are equal too.
        func hash(into hasher: inout Hasher) {
            hasher.combine(line)
            hasher.combine(hash)
        }
    }

    private let rejections: [Rejection]
    /// For each row the index of its rejection and the SHA-256 of the line.
    private let rows: [(rejection: Int, hash: [UInt8])]
    private let buffer = ByteBuffer()
    private var row = 0
    /// The ranges in the buffer of the current row's texts, by column.
    private var spans = [ByteRange](repeating: ByteRange(offset: 0, length: 0), count: RejectionRows.columns.count)

    /// A source of the rows of some rejected lines.
    public init(_ rejections: [Rejection]) {
        self.rejections = rejections
        var rows: [(rejection: Int, hash: [UInt8])] = []
        rows.reserveCapacity(rejections.count)
        var places: [Key: Int] = Dictionary(minimumCapacity: rejections.count)
        for (index, rejection) in rejections.enumerated() {
            let hash = rejection.withRaw(Digest.sha256)
            let key = Key(line: rejection.line, rule: rejection.rule, hash: hash, source: rejection.source)
            if let place = places[key] {
                rows[place].rejection = index
            } else {
                places[key] = rows.count
                rows.append((index, hash))
            }
        }
        self.rows = rows
        super.init(columns: RejectionRows.columns, count: rows.count)
    }

    /// Moves to a row.
    public override func move(to index: Int) {
        guard index < rows.count else { return }
        row = index
        let rejection = rejections[rows[index].rejection]
        buffer.truncate(to: 0)
        set(.source, rejection.source)
        set(.message, rejection.message)
        set(.rule, rejection.rule.rawValue)
        set(.port, rejection.port.rawValue)
        rows[index].hash.withUnsafeBytes { set(.rawHash, $0) }
        rejection.withRaw { set(.raw, $0) }
    }

    private func set(_ place: Place, _ text: String) {
        var text = text
        text.withUTF8 { set(place, UnsafeRawBufferPointer($0)) }
    }

    private func set(_ place: Place, _ bytes: UnsafeRawBufferPointer) {
        spans[place.rawValue] = ByteRange(offset: buffer.append(bytes), length: bytes.count)
    }

    /// A cell of the current row.
    public override func cell(_ column: Int) -> RowCell {
        guard let place = Place(rawValue: column) else { return .null }
        let rejection = rejections[rows[row].rejection]
        switch place {
        case .ordinal: return .integer(Int64(row))
        case .line: return .integer(rejection.line)
        case .byteOffset: return .integer(rejection.byteOffset)
        case .source, .rule, .message, .port: return .text(bytes(place))
        case .raw, .rawHash: return .blob(bytes(place))
        case .snapshotDate: return rejection.snapshotDay.map { .date($0) } ?? .null
        case .eventTime:
            guard case .event(let time, _, _) = rejection.identity else { return .null }
            return .integer(time)
        case .eventID:
            guard case .event(_, let high, let low) = rejection.identity else { return .null }
            return .uuid(high: high, low: low)
        case .movieID:
            guard case .movie(let id) = rejection.identity else { return .null }
            return .integer(id)
        }
    }

    private func bytes(_ place: Place) -> UnsafeRawBufferPointer {
        let span = spans[place.rawValue]
        return buffer.bytes(at: Int(span.offset), count: Int(span.length))
    }
}
