import Foundation
import TestSupport
import Testing

/// Memory is bounded, whatever the lines are and how many are rejected. Each of these inputs exceeds the limit when
/// only the number of chunks in flight is limited, and not their weight.
@Suite(.serialized) struct MemoryTests {
    /// Half of what the law allows: inputs of many times the size take no more.
    private static let bound = 200 << 20
    /// In debug builds many small rejections take about 200 MiB, however many they are.
    private static let boundOfTinyLines = 300 << 20

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
        let lines = arguments[0] == "run" ? 800_000 : 2_000_000
        try folder.write("x.zst", Compression.zstd.encode([UInt8](repeating: 10, count: 2 * lines).tiny))
        #expect(try peak(arguments + ["x.zst"], in: folder, status: 3) < Self.boundOfTinyLines)
    }

    @Test func hugeLinesThatAreRejected() throws {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("huge", lines(16, "{\"event_type\":\"nothing\",\"x\":\"", "\"}"))
        #expect(
            try peak(["run", "-w", "w.db", "--raw", "raw", "--events", "huge"], in: folder, status: 3) < Self.bound)
    }

    @Test func hugeComments() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let start =
            "{\"event_type\":\"comment\",\"event_time\":1795000000000,\"user_id\":1,\"movie_id\":1,\"metadata\":"
        try folder.write("huge", lines(12, start + "{\"comment_id\":1,\"body\":\"", "\"}}", numbered: true))
        #expect(
            try peak(["run", "-w", "w.db", "--raw", "raw", "--events", "huge"], in: folder, status: 0) < Self.bound)
    }

    private func lines(_ count: Int, _ start: String, _ end: String, numbered: Bool = false) -> [UInt8] {
        let text = [UInt8](repeating: 97, count: 15 << 20)
        var bytes: [UInt8] = []
        for number in 0..<count {
            bytes += start.utf8
            bytes += text
            bytes += "\(numbered ? String(number) : "")\(end)\n".utf8
        }
        return bytes
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
