import CPostgres

/// A type whose binary format this driver knows.
public enum PostgresType: UInt32, Sendable, CaseIterable {
    /// `boolean`.
    case boolean = 16
    /// `bytea`.
    case bytea = 17
    /// `bigint`.
    case bigint = 20
    /// `smallint`.
    case smallint = 21
    /// `integer`.
    case integer = 23
    /// `text`, and types with the same format: `varchar`, `json`.
    case text = 25
    /// `real`.
    case real = 700
    /// `double precision`.
    case double = 701
    /// `date`.
    case date = 1082
    /// `timestamptz`, and `timestamp`, taken as UTC.
    case timestamptz = 1184
    /// `numeric`.
    case numeric = 1700
    /// `uuid`.
    case uuid = 2950

    /// The type of an OID in `pg_type`; nil when it is none of these.
    public init?(oid: UInt32) {
        switch oid {
        // "char", name, json, xml, unknown, bpchar, varchar.
        case 18, 19, 114, 142, 705, 1042, 1043: self = .text
        case 1114: self = .timestamptz
        default:
            guard let type = PostgresType(rawValue: oid) else { return nil }
            self = type
        }
    }
}

/// Converts times: the server counts days and microseconds from the year 2000, and the core from 1970.
enum ServerEpoch {
    static let days: Int32 = 10957
    static let milliseconds: Int64 = 946_684_800_000

    /// A day in the server's form; nil beyond its range.
    static func day(_ day: Int32) -> Int32? {
        let (value, isOver) = day.subtractingReportingOverflow(days)
        // The ends of the range are the infinities.
        return isOver || value == .min || value == .max ? nil : value
    }

    /// A timestamp in the server's form; nil beyond its range.
    static func microseconds(_ moment: Int64) -> Int64? {
        let (sum, isBelow) = moment.subtractingReportingOverflow(milliseconds)
        let (value, isOver) = sum.multipliedReportingOverflow(by: 1000)
        return isBelow || isOver ? nil : value
    }
}

/// A parameter of a statement.
public enum PostgresValue: Sendable, Equatable {
    /// A null, whose type follows from the statement.
    case null
    /// A `bigint`.
    case integer(Int64)
    /// A `bigint[]`.
    case integers([Int64])
    /// A `timestamptz[]`, in milliseconds since 1970 in UTC.
    case timestamps([Int64])
    /// A `uuid[]`: the higher and the lower word of each.
    case uuids(high: [UInt64], low: [UInt64])
    /// A `double precision`.
    case real(Double)
    /// A `boolean`.
    case boolean(Bool)
    /// A `text`; the server refuses U+0000 in it.
    case text(String)
    /// A `bytea`.
    case bytes([UInt8])
    /// A `uuid`: its 16 bytes as two words, the higher first.
    case uuid(UInt64, UInt64)
    /// A `date`, in days since 1970-01-01.
    case date(Int32)
    /// A `timestamptz`, in milliseconds since 1970 in UTC.
    case timestamp(Int64)
    /// A `numeric`, in decimal digits: `-12.50`. Any other text becomes NaN.
    case numeric(String)
}

/// The parameters of a statement in libpq's form.
struct ParameterBytes {
    private var bytes: [UInt8] = []
    private var types: [Oid] = []
    /// The place of each value in the bytes; nil for a null.
    private var ranges: [Range<Int>?] = []

    init(_ values: [PostgresValue]) {
        types.reserveCapacity(values.count)
        ranges.reserveCapacity(values.count)
        for value in values { add(value) }
        // An empty value needs an address too, because libpq reads a null pointer as a null.
        bytes.append(0)
    }

    private mutating func add(_ value: PostgresValue) {
        let start = bytes.count
        let type: PostgresType
        var arrayType: Oid?
        switch value {
        case .integers(let numbers):
            (type, arrayType) = (.bigint, 1016)
            appendArray(of: type, count: numbers.count, size: 8) { $0.append(numbers[$1]) }
        case .timestamps(let moments):
            (type, arrayType) = (.timestamptz, 1185)
            appendArray(of: type, count: moments.count, size: 8) { $0.append(timestamp: moments[$1]) }
        case .uuids(let high, let low):
            (type, arrayType) = (.uuid, 2951)
            appendArray(of: type, count: high.count, size: 16) {
                $0.append(high[$1])
                $0.append(low[$1])
            }
        case .null:
            // The server derives the type.
            types.append(0)
            ranges.append(nil)
            return
        case .integer(let number):
            type = .bigint
            append(number)
        case .real(let number):
            type = .double
            append(number.bitPattern)
        case .boolean(let isTrue):
            type = .boolean
            bytes.append(isTrue ? 1 : 0)
        case .text(let text):
            type = .text
            bytes += text.utf8
        case .bytes(let blob):
            type = .bytea
            bytes += blob
        case .uuid(let high, let low):
            type = .uuid
            append(high)
            append(low)
        case .date(let day):
            type = .date
            append(ServerEpoch.day(day) ?? (day < 0 ? .min : .max))
        case .timestamp(let moment):
            type = .timestamptz
            append(timestamp: moment)
        case .numeric(let digits):
            type = .numeric
            bytes += (NumericForm(digits) ?? .notANumber).bytes
        }
        types.append(arrayType ?? type.rawValue)
        ranges.append(start..<bytes.count)
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
    }

    private mutating func append(timestamp moment: Int64) {
        append(ServerEpoch.microseconds(moment) ?? (moment < 0 ? .min : .max))
    }

    /// Appends an array as `array_send` in PostgreSQL's `arrayfuncs.c` writes it: the number of dimensions, whether there
    /// are nulls, the elements' type; the length and the first index of the dimension; each element with its length.
    private mutating func appendArray(
        of type: PostgresType, count: Int, size: Int32, _ appendElement: (inout ParameterBytes, Int) -> Void
    ) {
        bytes.reserveCapacity(bytes.count + 20 + count * Int(size + 4))
        append(count == 0 ? 0 : 1 as Int32)
        append(0 as Int32)
        append(type.rawValue)
        if count == 0 { return }
        append(Int32(truncatingIfNeeded: count))
        append(1 as Int32)
        for index in 0..<count {
            append(size)
            appendElement(&self, index)
        }
    }

    /// Lets `body` use the arrays that `PQsendQueryParams` takes.
    func withArrays<Result>(
        _ body: (
            UnsafePointer<Oid>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { memory in
            let starts = ranges.map { range in
                range.flatMap { memory.baseAddress?.advanced(by: $0.lowerBound).assumingMemoryBound(to: CChar.self) }
            }
            let lengths = ranges.map { Int32($0?.count ?? 0) }
            let formats = [Int32](repeating: 1, count: ranges.count)
            return body(types, starts, lengths, formats)
        }
    }
}
