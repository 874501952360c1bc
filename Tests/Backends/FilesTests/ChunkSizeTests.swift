import Dispatch
import Domain
import Glibc
import Testing

@testable import Files

/// The size of chunks: a limited number of lines, and from a pipe only what is there.
@Suite struct ChunkSizeTests {
    private static let most = LineReader.mostLines

    @Test(
        arguments: [
            ("x\n", most - 1), ("x\n", most), ("x\n", most + 1), ("x\n", 5 * most), ("\n", 4 * most),
            ("x\n\ny\n", 2 * most), ("\u{FEFF}abc\r\n \n", 3 * most),
        ], ["", "x", "\n", "x\n"])
    func tinyLinesComeInManyChunks(_ unit: (text: String, count: Int), _ end: String) throws {
        let input = Array((String(repeating: unit.text, count: unit.count) + end).utf8)
        for chunkSize in [1000, 1 << 20] {
            let reader = LineReader(MemoryStream(input, pieceSize: 70_000), source: testSource, chunkSize: chunkSize)
            let read = try ReadLines(reader)
            let plain = plainlySplit(input)
            try #require(read.lines == plain.lines)
            #expect(read.end == plain.end)
            var before = 0
            for end in read.chunkEnds {
                try #require(end.lines - before <= Self.most)
                before = end.lines
            }
            // A reading that begins at the end of a chunk gives the same lines as one from the start.
            guard let middle = read.chunkEnds.dropLast().last else { continue }
            let resumed = try ReadLines(
                LineReader(MemoryStream(input), source: testSource, start: middle.position, chunkSize: chunkSize))
            #expect(resumed.lines == Array(plain.lines[middle.lines...]))
            #expect(resumed.end == plain.end)
        }
    }

    @Test(arguments: [1, 2, 7, 1000])
    func aChunkHasNoMoreLinesThanAskedFor(_ most: Int) throws {
        let input = Array((1...500).map { "line \($0)\n" + ($0 % 9 == 0 ? " \n" : "") }.joined().utf8)
        for chunkSize in [30, 1 << 20] {
            let read = try ReadLines(
                LineReader(
                    MemoryStream(input, pieceSize: 64), source: testSource, chunkSize: chunkSize, mostLines: most))
            let ends = [0] + read.chunkEnds.map(\.lines)
            #expect(zip(ends, ends.dropFirst()).allSatisfy { $1 - $0 <= most })
            #expect(read.lines == plainlySplit(input).lines)
        }
    }

    @Test(arguments: [(nil, 1 << 20, LineReader.mostLines), (1, 4096, 1), (100, 25_600, 100), (0, 4096, 1)])
    func aNumberOfLinesLimitsAChunkOfFiles(_ lines: Int?, _ bytes: Int, _ most: Int) {
        var asked = SourceOptions()
        asked.chunkLines = lines
        let options = FileSet.Options(asked)
        #expect(options.chunkSize == bytes && options.chunkLines == most)
    }

    /// A line comes without waiting for the next one, which another program writes later.
    @Test(arguments: [nil, .zstd, .gzip] as [CompressionFormat?])
    func aPipeGivesWhatItHas(_ format: CompressionFormat?) throws {
        let first = Array("first\nsecond\nthi".utf8)
        let second = Array("rd\n".utf8)
        let pieces: [[UInt8]] =
            switch format {
            case nil: [first, second]
            case .zstd: [try Encoding.zstd(first), try Encoding.zstd(second)]
            case .gzip: [try Encoding.gzip(first), try Encoding.gzip(second)]
            }
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        // The first bytes, by which the format is recognized, and the last bytes of a frame come late too.
        var bytes = pieces[0]
        try write(&bytes, to: ends[1])
        let file = try OpenFile(reading: "/dev/fd/\(ends[0])")
        let reader = LineReader(try Decompression.stream(SourceInput(file)), source: testSource)
        let chunk = try #require(try reader.next())
        #expect(chunk.lines.map(\.number) == [1, 2])
        #expect(!chunk.isLast)
        #expect(chunk.end == FilePosition(line: 2, byteOffset: 13).opaque)
        bytes = pieces[1]
        try write(&bytes, to: ends[1])
        close(ends[1])
        let rest = try ReadLines(reader)
        #expect(rest.lines == [ReadLine(3, 13, "third")])
    }

    /// A pipe whose bytes come slowly but steadily does not delay a chunk until it is full.
    @Test func aSlowPipeIsNotWaitedFor() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        defer { close(reading) }
        DispatchQueue.global().async {
            var line = Array("a line\n".utf8)
            for _ in 0..<250 {
                _ = Glibc.write(writing, &line, line.count)
                usleep(10_000)
            }
            close(writing)
        }
        let file = try OpenFile(reading: "/dev/fd/\(reading)")
        let read = try ReadLines(LineReader(try Decompression.stream(SourceInput(file)), source: testSource))
        #expect(read.lines.count == 250)
        #expect(read.chunkEnds.count >= 2, "all lines came in one chunk, at the end")
    }

    private func write(_ bytes: inout [UInt8], to descriptor: Int32) throws {
        try #require(Glibc.write(descriptor, &bytes, bytes.count) == bytes.count)
    }
}
