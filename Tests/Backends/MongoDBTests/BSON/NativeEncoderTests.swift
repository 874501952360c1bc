import CMongo
import Testing

@testable import MongoDB

/// JSON as native BSON: what it becomes is checked by libbson, whose relaxed extended JSON is the expected text.
@Suite struct NativeEncoderTests {
    /// A document, whether the native form gives its bytes back, and what libbson reads in it.
    struct Case: CustomTestStringConvertible, Sendable {
        var json: String
        var isExact: Bool
        var native: String
        var testDescription: String { json }

        init(_ json: String, _ isExact: Bool, _ native: String) {
            self.json = json
            self.isExact = isExact
            self.native = native
        }
    }

    static let cases = [
        Case("{}", true, "{ }"),
        Case(" {}", false, "{ }"),
        Case("{\"a\": 1}", false, "{ \"a\" : 1 }"),
        Case(#"{"a":null,"b":true,"c":false}"#, true, #"{ "a" : null, "b" : true, "c" : false }"#),
        Case(
            #"{"a":[],"b":{},"c":[[1],{"d":[2]}]}"#, true,
            #"{ "a" : [  ], "b" : {  }, "c" : [ [ 1 ], { "d" : [ 2 ] } ] }"#),
        // Integers: 32 bits, 64 bits, beyond.
        Case(#"{"a":0,"b":-1,"c":2147483647}"#, true, #"{ "a" : 0, "b" : -1, "c" : 2147483647 }"#),
        Case(#"{"a":2147483648}"#, true, #"{ "a" : 2147483648 }"#),
        Case(#"{"a":-2147483648,"b":-2147483649}"#, true, #"{ "a" : -2147483648, "b" : -2147483649 }"#),
        Case(
            #"{"a":9223372036854775807,"b":-9223372036854775808}"#, true,
            #"{ "a" : 9223372036854775807, "b" : -9223372036854775808 }"#),
        Case(#"{"a":9223372036854775808}"#, false, #"{ "a" : 9223372036854775808.0 }"#),
        Case(#"{"a":-0}"#, false, #"{ "a" : 0 }"#),
        // Other numbers.
        Case(#"{"a":1.5,"b":98.0,"c":0.0}"#, true, #"{ "a" : 1.5, "b" : 98.0, "c" : 0.0 }"#),
        Case(#"{"a":150.437577}"#, true, #"{ "a" : 150.43757700000000455 }"#),
        Case(#"{"a":1.50}"#, false, #"{ "a" : 1.5 }"#),
        Case(#"{"a":-0.0}"#, false, #"{ "a" : 0.0 }"#),
        Case(#"{"a":1e2}"#, false, #"{ "a" : 100.0 }"#),
        Case(#"{"a":1e+16}"#, true, #"{ "a" : 10000000000000000.0 }"#),
        Case(#"{"a":1e-05}"#, true, #"{ "a" : 1.0000000000000000818e-05 }"#),
        Case(#"{"a":0.12345678901234567890}"#, false, #"{ "a" : 0.12345678901234567737 }"#),
        Case(#"{"a":1e400}"#, false, #"{ "a" : { "$numberDouble" : "Infinity" } }"#),
        Case(#"{"a":-1e400}"#, false, #"{ "a" : { "$numberDouble" : "-Infinity" } }"#),
        Case(#"{"a":1e-400}"#, false, #"{ "a" : 0.0 }"#),
        // Texts.
        Case(#"{"a":"é🎬/ \" \\ \n"}"#, true, #"{ "a" : "é🎬/ \" \\ \n" }"#),
        Case(#"{"a":"\u00e9"}"#, false, #"{ "a" : "é" }"#),
        Case(#"{"a":"\/"}"#, false, #"{ "a" : "/" }"#),
        Case(#"{"a":"\u001f"}"#, true, #"{ "a" : "\u001f" }"#),
        Case(#"{"a":"\u001F"}"#, false, #"{ "a" : "\u001f" }"#),
        // Keys.
        Case(#"{"a":1,"a":2}"#, false, #"{ "a" : 2 }"#),
        Case(#"{"a":1,"b":{"c":1,"d":0,"c":[2]},"a":3}"#, false, #"{ "b" : { "d" : 0, "c" : [ 2 ] }, "a" : 3 }"#),
        Case(#"{"":1,"a.b":{"":2}}"#, true, #"{ "" : 1, "a.b" : { "" : 2 } }"#),
        Case(#"{"a\u0000b":1,"c":2}"#, false, #"{ "c" : 2 }"#),
        Case(#"{"$oid":"65f1c0ffee65f1c0ffee65f1"}"#, true, #"{ "$oid" : "65f1c0ffee65f1c0ffee65f1" }"#),
        Case(#"{"a":{"$date":0},"$set":[]}"#, true, #"{ "a" : { "$date" : 0 }, "$set" : [  ] }"#),
    ]

    @Test(arguments: cases)
    func becomesNative(_ value: Case) throws {
        let encoder = try NativeEncoder()
        var json = value.json
        let native = try json.withUTF8 { try encoder.encode(UnsafeRawBufferPointer($0), limit: 16 << 20) }
        #expect(native.isExact == value.isExact)
        #expect(native.hasDollarKeys == value.json.contains("\"$"))
        let document = try #require(native.document)
        #expect(document.extendedJSON == value.native)
    }

    @Test func aTextMayContainU0000() throws {
        let encoder = try NativeEncoder()
        let native = try encoder.encode(text: #"{"a":"x\u0000y"}"#)
        #expect(native.isExact)
        let element = try BSONReader.element("a", of: #require(native.bytes))
        #expect(element?.text.map { [UInt8]($0) } == [0x78, 0, 0x79])
    }

    @Test(arguments: [31, 32, 33, 34, 1000])
    func theLastOfManyMembersWithOneKeyStays(count: Int) throws {
        let members = (0..<count).map { "\"k\($0 % (count - 1))\":\($0)" }
        let encoder = try NativeEncoder()
        let native = try encoder.encode(text: "{\(members.joined(separator: ","))}")
        #expect(!native.isExact)
        var reader = try BSONReader(#require(native.bytes))
        var values: [String: Int64] = [:]
        var read = 0
        while let element = try reader.next() {
            values[String(decoding: element.name, as: UTF8.self)] = element.integer
            read += 1
        }
        #expect(read == count - 1)
        #expect(values["k0"] == Int64(count - 1))
        #expect(values["k1"] == 1)
    }

    @Test func keysThatDifferInTheirMiddleAreNotTheSame() throws {
        #expect(try NativeEncoder().encode(text: #"{"abcd1efgh":1,"abcd2efgh":2,"ab":3,"ba":4}"#).isExact)
    }

    @Test func bytesThatAreNoObjectHaveNoNativeForm() throws {
        let encoder = try NativeEncoder()
        for text in ["", "[]", "{", "{}{}", "nonsense", "{\"a\":\u{0}}"] {
            #expect(try encoder.encode(text: text).bytes == nil)
        }
        #expect(try encoder.encode(text: "{}").isExact)
    }

    @Test func objectsOf64LevelsAreTaken() throws {
        let encoder = try NativeEncoder()
        func nested(_ levels: Int) -> String {
            String(repeating: "{\"a\":", count: levels - 1) + "{}" + String(repeating: "}", count: levels - 1)
        }
        #expect(try encoder.encode(text: nested(64)).isExact)
        #expect(try encoder.encode(text: nested(65)).bytes == nil)
    }

    @Test func whatPassesTheLimitHasNoNativeForm() throws {
        let encoder = try NativeEncoder()
        let text = #"{"a":"xyz"}"#
        let size = try #require(encoder.encode(text: text).bytes).count
        #expect(try encoder.encode(text: text, limit: size).isExact)
        #expect(try encoder.encode(text: text, limit: size - 1).bytes == nil)
        // The names of an array's elements count too: 3 MB of JSON pass 16 MiB.
        let ones = "{\"a\":[1" + String(repeating: ",1", count: 1_500_000) + "]}"
        #expect(try encoder.encode(text: ones, limit: 16 << 20).bytes == nil)
        #expect(try encoder.encode(text: ones, limit: 32 << 20).isExact)
        // So many values pass it in any case.
        let many = "{\"a\":[1" + String(repeating: ",1", count: 2_200_000) + "]}"
        #expect(try encoder.encode(text: many, limit: 16 << 20).bytes == nil)
        #expect(try encoder.encode(text: "{}").isExact)
    }

    @Test func namesOfArrayElementsAreTheirIndexes() throws {
        let ones = "{\"a\":[" + (0..<12_345).map { String($0) }.joined(separator: ",") + "]}"
        let encoder = try NativeEncoder()
        let native = try encoder.encode(text: ones)
        #expect(native.isExact)
        let bytes = try #require(native.bytes)
        let array = try #require(BSONReader.element("a", of: bytes)?.document)
        var reader = try BSONReader(array)
        var index = 0
        while let element = try reader.next() {
            #expect(String(decoding: element.name, as: UTF8.self) == String(index))
            index += 1
        }
        #expect(index == 12_345)
    }
}

extension NativeEncoder {
    /// Encodes a text.
    func encode(text: String, limit: Int = 16 << 20) throws -> NativeDocument {
        var text = text
        return try text.withUTF8 { try encode(UnsafeRawBufferPointer($0), limit: limit) }
    }
}

extension BSONDocument {
    /// What libbson reads in it; nil where it finds a fault.
    var extendedJSON: String? {
        guard bson_validate(pointer, BSON_VALIDATE_UTF8, nil), let text = bson_as_relaxed_extended_json(pointer, nil)
        else { return nil }
        defer { bson_free(text) }
        return String(cString: text)
    }
}
