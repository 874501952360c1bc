import Domain
import Testing

@testable import Files

/// Sorting in files.
@Suite struct LineSorterTests {
    @Test(arguments: [(1 << 30, 48), (4000, 48), (4000, 2), (300, 3)])
    func givesAllLinesInOrder(_ memory: Int, _ fanIn: Int) throws {
        let folder = try TemporaryFolder()
        let sorter = LineSorter(in: folder.path, limits: .init(memory: memory, fanIn: fanIn))
        var expected: [(CompactKey, [UInt8])] = []
        for number in 0..<700 {
            var key = CompactKey()
            key.time = Int64.random(in: 0..<40)
            key.idHigh = UInt64.random(in: 0..<3) << 62
            key.hash = UInt64.random(in: 0..<9)
            key.kind = CompactKey.Kind(rawValue: UInt8.random(in: 0...3)) ?? .event
            key.file = UInt32.random(in: 0..<4)
            key.line = Int64(number)
            // Some are longer than what is read at once.
            let length = number % 97 == 0 ? Int.random(in: 100_000..<300_000) : Int.random(in: 0..<50)
            let line = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: length)
            expected.append((key, line))
            try line.withUnsafeBytes { try sorter.add(key, $0) }
        }
        #expect(try folder.names().isEmpty == (memory == 1 << 30))
        expected.sort { $0.0 < $1.0 }
        var place = 0
        try sorter.forEach { key, line in
            let (wanted, bytes) = expected[place]
            #expect(key.line == wanted.line && key.kind == wanted.kind && Array(line) == bytes)
            place += 1
        }
        #expect(place == expected.count)
    }

    @Test func noLinesAreSortedToo() throws {
        let folder = try TemporaryFolder()
        try LineSorter(in: folder.path).forEach { _, _ in Issue.record("there is no line") }
    }

    @Test func itsFilesGoWithIt() throws {
        let folder = try TemporaryFolder()
        do {
            let sorter = LineSorter(in: folder.path, limits: .init(memory: 100))
            for number in 0..<50 {
                var key = CompactKey()
                key.time = Int64(number)
                try Array("some line".utf8).withUnsafeBytes { try sorter.add(key, $0) }
            }
            #expect(try !folder.names().isEmpty)
        }
        #expect(try folder.names().isEmpty)
    }
}
