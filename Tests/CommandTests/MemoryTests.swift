import Foundation
import TestSupport
import Testing

/// Law 5: memory is bounded, whatever the lines are and how many are rejected. Each of these took twice the bound and
/// more when chunks were counted instead of what is in them.
@Suite(.serialized) struct MemoryTests {
    /// Half of what the law allows: inputs of many times the size take no more.
    private static let bound = 200 << 20

    private func peak(_ arguments: [String], in folder: TemporaryFolder, status: Int32) throws -> Int {
        let all = arguments + ["--now", Program.now, "--json"]
        let (result, peak) = try Program.start(all, in: folder).waitMeasuringMemory()
        #expect(result.status == status, "\(result.errors)")
        #expect(peak > 10 << 20, "it was not seen at all")
        return peak
    }

    /// Tiny lines become large rejections.
    @Test(arguments: [["run", "-w", "w.db", "--raw", "raw", "--events"], ["validate", "--movies"]])
    func tinyLinesThatAreRejected(_ arguments: [String]) throws {
        let folder = try TemporaryFolder(inMemory: true)
        let lines = arguments[0] == "run" ? 1_000_000 : 3_000_000
        try folder.write("x.zst", Compression.zstd.encode([UInt8](repeating: 10, count: 2 * lines).tiny))
        #expect(try peak(arguments + ["x.zst"], in: folder, status: 3) < Self.bound)
    }

    @Test func hugeLinesThatAreRejected() throws {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("huge", lines(16, "{\"event_type\":\"nothing\",\"x\":\"", "\"}"))
        #expect(
            try peak(["run", "-w", "w.db", "--raw", "raw", "--events", "huge"], in: folder, status: 3) < Self.bound)
    }

    /// One line of the most values that it can have, all of which are part of the document's content.
    @Test func aMovieOfManyValues() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let values = String(repeating: "1,", count: 1_500_000)
        let movies = (1...4).map { "{\"id\":\($0),\"title\":\"a\",\"z\":[\(values)1]}\n" }.joined()
        try folder.write("movies", movies)
        #expect(
            try peak(["run", "-w", "w.db", "--raw", "raw", "--movies", "movies"], in: folder, status: 0) < Self.bound)
    }

    private func lines(_ count: Int, _ start: String, _ end: String) -> [UInt8] {
        let line = Array(start.utf8) + [UInt8](repeating: 97, count: 15 << 20) + Array((end + "\n").utf8)
        return (0..<count).flatMap { _ in line }
    }
}

extension [UInt8] {
    /// Every second byte an `x`.
    fileprivate var tiny: [UInt8] {
        var bytes = self
        for index in stride(from: 0, to: bytes.count, by: 2) { bytes[index] = 120 }
        return bytes
    }
}
