import Domain
import Testing

@testable import Files

/// Sorting in files.
@Suite struct FileSorterTests {
    /// With little memory most rows go through files, which are merged several times.
    @Test(arguments: [(64 << 20, 48), (4000, 48), (4000, 3), (300, 2)])
    func givesAllRowsInOrder(_ memory: Int, _ fanIn: Int) throws {
        let folder = try TemporaryFolder()
        let sorter = FileSorter(in: folder.path, limits: .init(memory: memory, fanIn: fanIn))
        for count in [0, 1, 700] {
            let rows = (0..<count).map { Self.row($0) }
            for (key, row) in rows {
                try key.withUnsafeBytes { key in try row.withUnsafeBytes { try sorter.add(key: key, row: $0) } }
            }
            #expect(sorter.count == count)
            var sorted: [(key: [UInt8], row: [UInt8])] = []
            try sorter.drain { sorted.append((Array($0), Array($1))) }
            let expected = rows.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            #expect(sorted.map(\.key) == expected.map(\.key))
            #expect(sorted.map(\.row) == expected.map(\.row))
            #expect(try sorter.count == 0 && folder.names() == [])
        }
    }

    /// A key that no other row has, shorter and longer than what is compared at once; some rows are longer than what is
    /// read at once.
    private static func row(_ number: Int) -> (key: [UInt8], row: [UInt8]) {
        let digits = Array("\(number &* 7919 % 1009)".utf8)
        let key = number % 3 == 0 ? [0, 0, 0, 0, 0, 0, 0, 0] + digits : number % 3 == 1 ? digits : digits + [0]
        let length = number % 97 == 0 ? 100_000 + number * 300 : number % 50
        return (key, [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: length))
    }

    @Test func aFolderThatIsNotThereIsAnError() throws {
        let sorter = FileSorter(in: "/nowhere/at/all", limits: .init(memory: 100))
        #expect(throws: FileError.self) {
            for _ in 0..<50 {
                try Array("some row".utf8).withUnsafeBytes { try sorter.add(key: $0, row: $0) }
            }
        }
    }
}
