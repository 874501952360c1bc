import Domain
import Files
import Foundation

/// Distributes the lines of some files at random over as many files.
///
/// Each line is first written to a random file; then each file is shuffled, so that only one file at a time is in
/// memory.
struct Shuffle {
    private var random: SeededRandom
    private let target: String

    /// - Parameters:
    ///   - source: the folder of the files.
    ///   - target: the folder of the shuffled files.
    static func run(from source: String, to target: String, seed: UInt64) throws -> PartResult {
        var shuffle = Shuffle(random: SeededRandom(state: seed), target: target)
        try Folder.make(target)
        let count = try Folder.names(in: source).count
        var result = PartResult()
        result.lines = try shuffle.scatter(EventFiles(folder: source), over: count)
        for number in 0..<count { result.rows += try shuffle.write(number) }
        return result
    }

    private func heap(_ number: Int) -> String { "\(target)/.\(number)" }

    private mutating func scatter(_ files: EventFiles, over count: Int) throws -> Int {
        let heaps = try (0..<count).map { number in
            guard let heap = fopen(heap(number), "wb") else { throw BenchError("\(heap(number)) cannot be written") }
            return heap
        }
        var lines = 0
        defer { for heap in heaps { fclose(heap) } }
        try files.forEachChunk { chunk in
            for line in chunk.lines {
                let heap = heaps[Int.random(in: 0..<count, using: &random)]
                let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
                guard fwrite(bytes.baseAddress, 1, bytes.count, heap) == bytes.count, putc(0x0a, heap) == 0x0a else {
                    throw BenchError("\(target) cannot be written")
                }
                lines += 1
            }
        }
        for (number, heap) in heaps.enumerated() where fflush(heap) != 0 {
            throw BenchError("\(self.heap(number)) cannot be written")
        }
        return lines
    }

    private mutating func write(_ number: Int) throws -> Int {
        let data = try Data(contentsOf: URL(fileURLWithPath: heap(number)), options: .alwaysMapped)
        let writer = try CompressedWriter(path: "\(target)/\(String(format: "%04d", number)).ndjson.zst", level: 1)
        let count = try data.withUnsafeBytes { bytes in
            var starts: [Int] = []
            var start = 0
            while start < bytes.count, let base = bytes.baseAddress,
                let end = memchr(base + start, 0x0a, bytes.count - start)
            {
                starts.append(start)
                start = UnsafeRawPointer(end) - base + 1
            }
            let ends = starts.dropFirst() + [start]
            for (start, end) in zip(starts, ends).shuffled(using: &random) {
                try writer.write(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            }
            return starts.count
        }
        try writer.finish()
        try FileManager.default.removeItem(atPath: heap(number))
        return count
    }
}

/// SplitMix64: random numbers that are the same for the same seed.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
