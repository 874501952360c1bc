import CMongo
import Testing

@testable import MongoDB

/// The position in a collection: an `_id` of any type.
@Suite struct DocumentIDTests {
    /// An `_id` and its text.
    struct Case: CustomTestStringConvertible, Sendable {
        var text: String
        var append: @Sendable (OpaquePointer) -> Bool
        var testDescription: String { text }

        init(_ text: String, _ append: @escaping @Sendable (OpaquePointer) -> Bool) {
            self.text = text
            self.append = append
        }

        /// The `_id`.
        var id: DocumentID? {
            let document = BSONDocument()
            guard append(document.pointer), var reader = try? BSONReader(document.bytes) else { return nil }
            return (try? reader.next()).flatMap { $0 }.map { DocumentID($0) }
        }
    }

    static let cases: [Case] = [
        Case("603") { bson_append_int64($0, "_id", 3, 603) },
        Case("-9223372036854775808") { bson_append_int64($0, "_id", 3, .min) },
        Case("oid:65f1c0ffee010203040506ab") {
            withUnsafePointer(to: PlainJSONWriterTests.identifier) { [document = $0] in
                bson_append_oid(document, "_id", 3, $0)
            }
        },
        Case("text:tt0133093") { bson_append_utf8($0, "_id", 3, "tt0133093", 9) },
        Case("text:") { bson_append_utf8($0, "_id", 3, "", 0) },
        Case("text:a:é") { bson_append_utf8($0, "_id", 3, "a:é", 4) },
        Case("bson:AgIAAAAKAA==") { bson_append_utf8($0, "_id", 3, "\n", 1) },
        Case("bson:AgIAAAAAAA==") { bson_append_utf8($0, "_id", 3, "\0", 1) },
        Case("bson:AQAAAAAAAPg/") { bson_append_double($0, "_id", 3, 1.5) },
        Case("bson:Cg==") { bson_append_null($0, "_id", 3) },
        Case("bson:/w==") { bson_append_minkey($0, "_id", 3) },
        Case("bson:CAE=") { bson_append_bool($0, "_id", 3, true) },
        Case("bson:CQEAAAAAAAAA") { bson_append_date_time($0, "_id", 3, 1) },
        Case("bson:BQEAAAAAKg==") { bson_append_binary($0, "_id", 3, BSON_SUBTYPE_BINARY, [42], 1) },
    ]

    @Test(arguments: cases)
    func hasATextAndIsReadFromIt(_ value: Case) throws {
        let id = try #require(value.id)
        #expect(id.text == value.text)
        #expect(DocumentID(text: value.text) == id)
    }

    @Test func aSmallIntegerHasTheTextOfALargeOne() throws {
        let id = try #require(Case("") { bson_append_int32($0, "_id", 3, 603) }.id)
        #expect(id.text == "603")
    }

    @Test(arguments: [
        "", "x", "6.5", "oid:", "oid:65f1", "oid:zzf1c0ffee010203040506ab", "bson:", "bson:AQ==", "bson:????",
        "bson:AQAAAAAAAPg/AA==",
        "bson:Qg==", "bson:AgIAAAAKAQ==", "other:1",
    ])
    func whatIsNoPositionIsTold(_ text: String) { #expect(DocumentID(text: text) == nil) }

    @Test func laterTypesAreNamedBesideAComparison() throws {
        let id = try #require(Case("") { bson_append_bool($0, "_id", 3, false) }.id)
        #expect(
            id.filterForLater == [
                "$or": [
                    ["_id": ["$gt": .value(.boolean, [0])]],
                    ["_id": ["$type": .array([9, 17, 11, 12, 13, 15, 127].map { .int32($0) })]],
                ]
            ])
    }

    @Test func whatHasNoGreaterValueOfItsTypeIsNotCompared() throws {
        let null = try #require(Case("") { bson_append_null($0, "_id", 3) }.id)
        guard case .document(let fields) = null.filterForLater, case .array(let branches)? = fields.first?.value else {
            Issue.record("another form")
            return
        }
        #expect(branches.count == 1)
        let last = try #require(Case("") { bson_append_maxkey($0, "_id", 3) }.id)
        #expect(last.filterForLater == ["_id": ["$in": []]])
    }

    @Test func everyOtherNumberComesAfterNaN() throws {
        let id = try #require(Case("") { bson_append_double($0, "_id", 3, .nan) }.id)
        guard case .document(let fields) = id.filterForLater, case .array(let branches)? = fields.first?.value else {
            Issue.record("another form")
            return
        }
        #expect(branches.first == ["_id": ["$gte": .double(-.infinity)]])
        let decimal = try #require(
            Case("") {
                var value = bson_decimal128_t()
                return bson_decimal128_from_string("NaN", &value) && bson_append_decimal128($0, "_id", 3, &value)
            }.id)
        #expect(decimal.filterForLater == id.filterForLater)
    }
}
