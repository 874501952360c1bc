import Domain
import Testing

/// The keys of messages.
@Suite struct MessageKeysTests {
    @Test(
        arguments: [
            (1, nil, "1"), (10, nil, "10"), (9_007_199_254_740_993, nil, "9007199254740993"),
            (Int64.max, nil, "9223372036854775807"), (-7, nil, "-7"), (27_205, 20_000, "27205:2024-10-04"),
            (0, nil, nil),
            (0, 20_000, nil),
        ] as [(Int64, Int32?, String?)])
    func theBytesAreTheText(id: Int64, snapshotDay: Int32?, expected: String?) {
        let key = MessageKeys.withBytes(id: id, snapshotDay: snapshotDay) { bytes in
            bytes.map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(key == expected)
        #expect(MessageKeys.text(id: id, snapshotDay: snapshotDay) == expected ?? "")
    }
}
