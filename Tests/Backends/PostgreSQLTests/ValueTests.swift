import Servers
import Testing

@testable import PostgreSQL

@Suite(.needsServer) struct ValueTests {
    /// A parameter, what the server makes of it, and what comes back.
    struct Case: Sendable, CustomTestStringConvertible {
        let value: PostgresValue
        let sql: String
        let text: String?
        var testDescription: String { String("\(value)".prefix(60)) }

        init(_ value: PostgresValue, _ sql: String, _ text: String?) {
            (self.value, self.sql, self.text) = (value, sql, text)
        }
    }

    static let cases = [
        Case(.null, "bigint", nil), Case(.null, "text", nil),
        Case(.integer(0), "bigint", "0"), Case(.integer(.min), "bigint", "-9223372036854775808"),
        Case(.integer(.max), "bigint", "9223372036854775807"), Case(.integer(-1), "bigint", "-1"),
        Case(.integer(2_147_483_647), "integer", "2147483647"),
        Case(.integer(-2_147_483_648), "integer", "-2147483648"),
        Case(.integer(-32768), "smallint", "-32768"), Case(.integer(32767), "smallint", "32767"),
        Case(.integer(.min), "numeric", "-9223372036854775808"), Case(.integer(10_000), "numeric", "10000"),
        Case(.real(0.1), "double precision", "0.1"), Case(.real(-0.0), "double precision", "-0"),
        Case(.real(.nan), "double precision", "NaN"), Case(.real(.infinity), "double precision", "Infinity"),
        Case(.real(-.infinity), "double precision", "-Infinity"),
        Case(.real(.leastNonzeroMagnitude), "double precision", "5e-324"),
        Case(.real(.greatestFiniteMagnitude), "double precision", "1.7976931348623157e+308"),
        Case(.real(1.5), "real", "1.5"),
        Case(.boolean(true), "boolean", "true"), Case(.boolean(false), "boolean", "false"),
        Case(.text(""), "text", ""),
        Case(.text("é 🎬 \u{FFFD} ' \" \\ \u{1}"), "text", "é 🎬 \u{FFFD} ' \" \\ \u{1}"),
        Case(.text("x"), "varchar", "x"), Case(.text("{}"), "json", "{}"),
        Case(.bytes([]), "bytea", "\\x"), Case(.bytes([0, 255, 10]), "bytea", "\\x00ff0a"),
        Case(.uuid(0, 0), "uuid", "00000000-0000-0000-0000-000000000000"),
        Case(.uuid(.max, .max), "uuid", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
        Case(.uuid(0x0b54_f0c6_0d1c_4d3b, 0x9a57_1f6b_1a3c_9e11), "uuid", "0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11"),
        Case(.date(0), "date", "1970-01-01"), Case(.date(-719162), "date", "0001-01-01"),
        Case(.date(2_932_896), "date", "9999-12-31"), Case(.date(10957), "date", "2000-01-01"),
        Case(.timestamp(0), "timestamptz", "1970-01-01 00:00:00+00"),
        Case(.timestamp(-1), "timestamptz", "1969-12-31 23:59:59.999+00"),
        Case(.timestamp(1_763_661_802_517), "timestamptz", "2025-11-20 18:03:22.517+00"),
        Case(.timestamp(253_402_300_799_999), "timestamptz", "9999-12-31 23:59:59.999+00"),
        Case(.numeric("0"), "numeric", "0"), Case(.numeric("-12.50"), "numeric", "-12.50"),
        Case(.numeric("0.00001"), "numeric", "0.00001"),
        Case(
            .numeric("123456789012345678901234567890.5"), "numeric",
            "123456789012345678901234567890.5"),
        Case(.numeric("100000000"), "numeric", "100000000"), Case(.numeric("0.10000"), "numeric", "0.10000"),
        Case(.numeric("NaN"), "numeric", "NaN"),
    ]

    @Test(arguments: cases) func aParameterArrives(_ item: Case) throws {
        let test = try TestConnection()
        try test.connection.begin()
        #expect(try test.value("SELECT ($1::\(item.sql))::text", [item.value]) == item.text)
    }

    /// What the server sends in its binary form is what the parameter was.
    @Test(arguments: cases) func aValueComesBack(_ item: Case) throws {
        let test = try TestConnection()
        let rows = try test.connection.query("SELECT $1::\(item.sql), 7::bigint", [item.value])
        #expect(try rows.next())
        #expect(rows.isNull(0) == (item.value == .null))
        switch item.value {
        case .null:
            #expect(rows.integer(0) == 0 && rows.text(0) == nil && rows.date(0) == nil && rows.uuid(0) == (0, 0))
        case .integer(let value): #expect(rows.integer(0) == value)
        case .integers, .timestamps, .uuids: Issue.record("an array does not come back")
        case .real(let value): #expect(rows.real(0).bitPattern == value.bitPattern)
        case .boolean(let value): #expect(rows.boolean(0) == value && rows.integer(0) == (value ? 1 : 0))
        case .text(let value): #expect(rows.text(0) == value)
        case .bytes(let value): #expect([UInt8](rows.bytes(0)) == value)
        case .uuid(let high, let low): #expect(rows.uuid(0) == (high, low))
        case .date(let value): #expect(rows.date(0) == value)
        case .timestamp(let value): #expect(rows.timestamp(0) == value && rows.integer(0) == value)
        case .numeric(let value): #expect(rows.text(0) == value)
        }
        #expect(rows.integer(1) == 7)
        #expect(try !rows.next())
    }

    @Test(arguments: [[], [7], [.min, -1, 0, 7, .max]]) func aListOfIntegersArrives(_ numbers: [Int64]) throws {
        let test = try TestConnection()
        try test.connection.begin()
        let text = "{\(numbers.map(String.init).joined(separator: ","))}"
        #expect(try test.value("SELECT ($1::bigint[])::text", [.integers(numbers)]) == text)
    }

    @Test func listsOfTimesAndIDsArriveExactly() throws {
        let test = try TestConnection()
        try test.connection.begin()
        let times: [Int64] = [-62_135_596_800_000, -1, 0, 1_763_661_802_517, 253_402_300_799_999]
        #expect(
            try test.value("SELECT ($1::timestamptz[])::text", [.timestamps(times)])
                == "{\"0001-01-01 00:00:00+00\",\"1969-12-31 23:59:59.999+00\",\"1970-01-01 00:00:00+00\","
                + "\"2025-11-20 18:03:22.517+00\",\"9999-12-31 23:59:59.999+00\"}")
        #expect(
            try test.value("SELECT ($1::uuid[])::text", [.uuids(high: [0, .max], low: [1, .max])])
                == "{00000000-0000-0000-0000-000000000001,ffffffff-ffff-ffff-ffff-ffffffffffff}")
    }

    @Test func momentsAreCutDownToTheMillisecond() throws {
        let test = try TestConnection()
        let rows = try test.connection.query(
            "SELECT '1969-12-31 23:59:59.9999Z'::timestamptz, '2026-01-01 00:00:00.0019Z'::timestamptz")
        #expect(try rows.next())
        #expect(rows.timestamp(0) == -1)
        #expect(rows.timestamp(1) == 1_767_225_600_001)
        try rows.close()
    }

    @Test func aTextOfSixteenMegabytesGoesBothWays() throws {
        let test = try TestConnection()
        let text = String(repeating: "é0123456789abcd", count: 1 << 20)
        let rows = try test.connection.query("SELECT $1::text, length($1)", [.text(text)])
        #expect(try rows.next())
        #expect(rows.bytes(0).count == 16 << 20)
        #expect(rows.text(0) == text)
        #expect(rows.integer(1) == 15 << 20)
        try rows.close()
    }

    @Test func theNullCharacterIsRefusedClearly() throws {
        let test = try TestConnection()
        let error = try postgresError { try test.connection.execute("SELECT $1::text", [.text("a\0b")]) }
        #expect(error.problem == .encoding)
        #expect(error.sqlState == "22021")
        #expect(error.hint.contains("U+0000"))
        #expect(try test.value("SELECT 1") == "1")
    }

    @Test(arguments: [
        ("'x'::text", 0), ("1.5::numeric", 0), ("'infinity'::date", 1), ("'-infinity'::timestamptz", 2), ("1", 3),
        ("'1 day'::interval", 0), ("true", 1), ("1::bigint", 4),
    ])
    func aValueReadAsAnotherTypeIsAnError(sql: String, accessor: Int) throws {
        let test = try TestConnection()
        let rows = try test.connection.query("SELECT \(sql) AS it")
        #expect(try rows.next())
        switch accessor {
        case 0: #expect(rows.integer(0) == 0)
        case 1: #expect(rows.date(0) == nil)
        case 2: #expect(rows.timestamp(0) == 0)
        case 3: #expect(rows.uuid(0) == (0, 0))
        default: #expect(rows.text(0) == nil)
        }
        let error = try postgresError { _ = try rows.next() }
        #expect(error.problem == .value && error.message.contains("column it"))
        #expect(try test.value("SELECT 1") == "1")
    }

    @Test func textFormatGivesAnyType() throws {
        let test = try TestConnection()
        let rows = try test.connection.query(
            "SELECT '1 day'::interval, ARRAY[1,2], 1.50, NULL, '\\x00'::bytea, 'a'::\"char\"", format: .text)
        #expect(rows.columnNames == ["interval", "array", "?column?", "?column?", "bytea", "char"])
        #expect(try rows.next())
        #expect((0..<6).map { rows.text($0) } == ["1 day", "{1,2}", "1.50", nil, "\\x00", "a"])
        #expect(try !rows.next())
        #expect(rows.changes == 1)
    }
}

@Suite struct NumericFormTests {
    @Test(arguments: [
        ("0", "0"), ("1", "1"), ("-1", "-1"), ("+7", "7"), ("9999", "9999"), ("10000", "10000"),
        ("100010000", "100010000"),
        ("0.5", "0.5"), ("-0.0005", "-0.0005"), ("0.00005", "0.00005"), ("12345.6789", "12345.6789"), ("1.20", "1.20"),
        ("000123", "123"), ("-0", "0"), ("0.000", "0.000"), (".5", "0.5"), ("5.", "5"),
        ("99999999999999999999.000001", "99999999999999999999.000001"),
    ])
    func digitsGoThere(text: String, written: String) throws {
        let number = try #require(NumericForm(text))
        #expect(number.text == written)
        #expect(number.bytes.withUnsafeBytes { NumericForm($0) } == number)
    }

    @Test(arguments: ["", ".", "-", "1e5", "NaN", "x", "1.2.3", " 1", "--1"]) func whatIsNoNumberIsNone(text: String) {
        #expect(NumericForm(text) == nil)
    }

    @Test(arguments: [0, 1, -1, 9999, 10_000, 123_456_789, Int64.min, .max, 1_000_000_000_000])
    func integersGoThere(value: Int64) { #expect(NumericForm(value).text == "\(value)") }

    @Test(arguments: [[], [0, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0]] as [[UInt8]]) func whatIsNoFormIsNone(bytes: [UInt8]) {
        #expect(bytes.withUnsafeBytes { NumericForm($0) } == nil)
    }
}
