import CMongo
import Testing

@testable import MongoDB

/// Documents of other programs as plain JSON; libbson makes the documents.
@Suite struct PlainJSONWriterTests {
    /// One value, and its JSON.
    struct Case: CustomTestStringConvertible, Sendable {
        var json: String
        var append: @Sendable (OpaquePointer) -> Bool
        var testDescription: String { json }

        init(_ json: String, _ append: @escaping @Sendable (OpaquePointer) -> Bool) {
            self.json = json
            self.append = append
        }

        static func double(_ json: String, _ value: Double) -> Case {
            Case(json) { bson_append_double($0, "a", 1, value) }
        }

        static func decimal(_ json: String, _ text: String) -> Case {
            Case(json) {
                var value = bson_decimal128_t()
                return bson_decimal128_from_string(text, &value) && bson_append_decimal128($0, "a", 1, &value)
            }
        }

        static func date(_ json: String, _ value: Int64) -> Case {
            Case(json) { bson_append_date_time($0, "a", 1, value) }
        }

        static func text(_ json: String, _ bytes: [UInt8]) -> Case {
            Case(json) { document in
                bytes.withUnsafeBytes {
                    bson_append_utf8(document, "a", 1, $0.bindMemory(to: CChar.self).baseAddress, Int32($0.count))
                }
            }
        }

        static func binary(_ json: String, _ kind: bson_subtype_t, _ bytes: [UInt8]) -> Case {
            Case(json) { bson_append_binary($0, "a", 1, kind, bytes, UInt32(bytes.count)) }
        }
    }

    static let identifier = bson_oid_t(bytes: (0x65, 0xf1, 0xc0, 0xff, 0xee, 1, 2, 3, 4, 5, 6, 0xab))
    static let uuid: [UInt8] = Array(0x10...0x1f)

    static let cases: [Case] = makeCases(empty: Kept(BSONDocument()))

    /// A document that no test changes.
    struct Kept: @unchecked Sendable {
        // Read alone, so that threads may share it.
        private let document: BSONDocument
        init(_ document: BSONDocument) { self.document = document }
        var pointer: OpaquePointer { document.pointer }
    }

    private static func makeCases(empty: Kept) -> [Case] {
        [
            .double("603", 603), .double("-7", -7), .double("0", -0.0), .double("7.2", 7.2), .double("1e-07", 1e-7),
            .double("9007199254740991", 0x1p53 - 1), .double("-9007199254740991", 1 - 0x1p53),
            .double("9007199254740992", 0x1p53), .double("1e+300", 1e300),
            .double("1152921504606846976", 0x1p60), .double("-9223372036854775808", -0x1p63),
            .double("9223372036854774784", 0x1p63 - 1024), .double("9.223372036854776e+18", 0x1p63),
            .double("null", .nan), .double("null", .infinity), .double("null", -.infinity),
            .decimal("5.30", "5.30"), .decimal("1E+3", "1E+3"), .decimal("-0E-10", "-0E-10"),
            .decimal("1234567890123456789012345678901234", "1234567890123456789012345678901234"),
            .decimal("9.999999999999999999999999999999999E+6144", "9.999999999999999999999999999999999E+6144"),
            .decimal("null", "NaN"), .decimal("null", "Infinity"), .decimal("null", "-Infinity"),
            .date("\"1999-03-30T00:00:00Z\"", 922_752_000_000), .date("\"1969-12-31T23:59:59.999Z\"", -1),
            .date("\"0000-01-01T00:00:00Z\"", -62_167_219_200_000), .date("-62167219200001", -62_167_219_200_001),
            .date("\"9999-12-31T23:59:59.999Z\"", 253_402_300_799_999), .date("253402300800000", 253_402_300_800_000),
            .date("9223372036854775807", .max), .date("-9223372036854775808", .min),
            .text("\"é🎬\\n\\u0001\"", Array("é🎬\n\u{1}".utf8)), .text(#""x\u0000y""#, [0x78, 0, 0x79]),
            .text("\"\u{fffd}a\u{fffd}\"", [0xff, 0x61, 0xc3]), .text("\"\"", []),
            .binary("\"10111213-1415-1617-1819-1a1b1c1d1e1f\"", BSON_SUBTYPE_UUID, uuid),
            .binary("\"10111213-1415-1617-1819-1a1b1c1d1e1f\"", BSON_SUBTYPE_UUID_DEPRECATED, uuid),
            .binary("\"EBESEw==\"", BSON_SUBTYPE_UUID, Array(0x10...0x13)), .binary("\"\"", BSON_SUBTYPE_BINARY, []),
            .binary("\"AQID\"", BSON_SUBTYPE_BINARY, [1, 2, 3]),
            .binary("\"AQID\"", BSON_SUBTYPE_BINARY_DEPRECATED, [1, 2, 3]),
            Case("603") { bson_append_int32($0, "a", 1, 603) },
            Case("-9223372036854775808") { bson_append_int64($0, "a", 1, .min) },
            Case("9223372036854775807") { bson_append_int64($0, "a", 1, .max) },
            Case("true") { bson_append_bool($0, "a", 1, true) }, Case("false") { bson_append_bool($0, "a", 1, false) },
            Case("null") { bson_append_null($0, "a", 1) }, Case("null") { bson_append_undefined($0, "a", 1) },
            Case("null") { bson_append_minkey($0, "a", 1) }, Case("null") { bson_append_maxkey($0, "a", 1) },
            Case("\"65f1c0ffee010203040506ab\"") {
                withUnsafePointer(to: identifier) { [document = $0] in bson_append_oid(document, "a", 1, $0) }
            },
            Case("\"65f1c0ffee010203040506ab\"") {
                withUnsafePointer(to: identifier) { [document = $0] in
                    bson_append_dbpointer(document, "a", 1, "db.c", $0)
                }
            },
            Case(#""/^a\\.b/im""#) { bson_append_regex($0, "a", 1, #"^a\.b"#, "im") },
            Case("\"//\"") { bson_append_regex($0, "a", 1, "", "") },
            Case("\"x=1\"") { bson_append_code($0, "a", 1, "x=1") },
            Case("\"x=1\"") { bson_append_code_with_scope($0, "a", 1, "x=1", empty.pointer) },
            Case("\"x=1\"") {
                let scope = BSONDocument()
                bson_append_int32(scope.pointer, "y", 1, 2)
                return bson_append_code_with_scope($0, "a", 1, "x=1", scope.pointer)
            },
            Case("\"sym\"") { bson_append_symbol($0, "a", 1, "sym", 3) },
            Case("\"2001-09-09T01:46:40Z\"") { bson_append_timestamp($0, "a", 1, 1_000_000_000, 7) },
            Case("{}") { bson_append_document($0, "a", 1, empty.pointer) },
            Case("[]") { bson_append_array($0, "a", 1, empty.pointer) },
            Case(#"{"release_date":"1999-03-30T00:00:00Z"}"#) {
                let inner = BSONDocument()
                bson_append_date_time(inner.pointer, "release_date", 12, 922_752_000_000)
                return bson_append_document($0, "a", 1, inner.pointer)
            },
            Case("[1,\"b\"]") {
                let inner = BSONDocument()
                bson_append_int32(inner.pointer, "0", 1, 1)
                bson_append_utf8(inner.pointer, "1", 1, "b", 1)
                return bson_append_array($0, "a", 1, inner.pointer)
            },
        ]
    }

    @Test(arguments: cases)
    func aValueBecomesPlain(_ value: Case) throws {
        let document = BSONDocument()
        #expect(value.append(document.pointer))
        var writer = PlainJSONWriter(.plain)
        try writer.write(document.bytes)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "{\"a\":\(value.json)}")
    }

    @Test func aReleaseDateAtTheTopHasNoTime() throws {
        let document = BSONDocument()
        bson_append_date_time(document.pointer, "release_date", 12, 922_752_000_000)
        var writer = PlainJSONWriter(.plain)
        try writer.write(document.bytes)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"release_date":"1999-03-30"}"#)
        let afternoon = BSONDocument()
        bson_append_date_time(afternoon.pointer, "release_date", 12, 922_752_000_000 + 3_600_001)
        try writer.write(afternoon.bytes)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"release_date":"1999-03-30T01:00:00.001Z"}"#)
    }

    @Test func membersAreLeftOutAndAnIDIsPutFirst() throws {
        let document = BSONDocument()
        bson_append_double(document.pointer, "_id", 3, 603)
        bson_append_utf8(document.pointer, "title", 5, "x", 1)
        var writer = PlainJSONWriter(.plain)
        let id = try BSONReader.element("_id", of: document.bytes)
        try writer.write(document.bytes, id: id) { $0.isNamed("_id") }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"id":603,"title":"x"}"#)
        try writer.write(document.bytes) { $0.isNamed("_id") || $0.isNamed("title") }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "{}")
    }

    @Test func numbersThatAreNotFiniteAreCounted() throws {
        let document = BSONDocument()
        bson_append_double(document.pointer, "a", 1, .nan)
        bson_append_double(document.pointer, "b", 1, .infinity)
        bson_append_double(document.pointer, "c", 1, 1)
        var writer = PlainJSONWriter(.plain)
        try writer.write(document.bytes)
        #expect(writer.nonFiniteCount == 2)
        let empty = BSONDocument()
        try writer.write(empty.bytes)
        #expect(writer.nonFiniteCount == 0)
    }

    @Test func keysThatAreNoUTF8AreMended() throws {
        var bytes = [UInt8]("\u{c}\0\0\0\u{8}aXb\0\u{1}\0".utf8)
        bytes[0] = UInt8(bytes.count)
        bytes[6] = 0xff
        var writer = PlainJSONWriter(.plain)
        try bytes.withUnsafeBytes { try writer.write($0) }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "{\"a\u{fffd}b\":true}")
    }

    @Test func whatIsVeryDeepBecomesNull() throws {
        var document = BSONDocument()
        for _ in 0..<300 {
            let outer = BSONDocument()
            bson_append_document(outer.pointer, "a", 1, document.pointer)
            document = outer
        }
        var writer = PlainJSONWriter(.plain)
        try writer.write(document.bytes)
        #expect(writer.bytes.count { $0 == UInt8(ascii: "{") } == 200)
    }
}
