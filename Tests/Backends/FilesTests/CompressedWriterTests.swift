import Glibc
import Testing

@testable import Files

@Suite struct CompressedWriterTests {
    private func write(_ bytes: [UInt8], pieces: Int, to writer: CompressedWriter) throws {
        try bytes.withUnsafeBytes { all in
            for start in stride(from: 0, to: all.count, by: pieces) {
                try writer.write(UnsafeRawBufferPointer(rebasing: all[start..<min(start + pieces, all.count)]))
            }
        }
    }

    @Test(arguments: [(0, 1), (1, 1), (10_000, 7), (3_000_000, 65_536)])
    func givesBackWhatWasWritten(size: Int, pieces: Int) throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        let writer = try CompressedWriter(path: folder.path("a.zst"), level: 1)
        try write(bytes, pieces: pieces, to: writer)
        try writer.finish()
        let frame = try folder.read("a.zst")
        #expect(try Encoding.unzstd(frame, capacity: size + 1) == bytes)
        #expect(frame[4] & 4 == 4, "the frame has a checksum")
        #expect(try folder.names() == ["a.zst"])
    }

    @Test func leavesTheOldFileUntilItIsFinished() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.zst", [1, 2, 3])
        do {
            let writer = try CompressedWriter(path: folder.path("a.zst"))
            try write(Array(repeating: 7, count: 1 << 20), pieces: 1 << 20, to: writer)
            #expect(try folder.read("a.zst") == [1, 2, 3])
            #expect(try folder.names().count == 2)
        }
        #expect(try folder.read("a.zst") == [1, 2, 3])
        #expect(try folder.names() == ["a.zst"], "a writer that is not finished leaves no file")
    }

    @Test func saysWhereAndWhatToDo() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("missing/a.zst")
        let error = #expect(throws: FileError.self) { _ = try CompressedWriter(path: path) }
        #expect(error == FileError(.create, path, .notThere))
        #expect(error?.description.contains("check the spelling") == true)
    }

    @Test func aFullDiskIsSaid() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.zst", [1])
        let full = try OpenFile(writing: "/dev/full", as: folder.path("a.zst"))
        let file = ReplacedFile(path: folder.path("a.zst"), temporaryPath: folder.path("none"), file: full)
        let writer = try CompressedWriter(file: file, level: 1)
        let error = #expect(throws: FileError.self) {
            try write((0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) }, pieces: 4096, to: writer)
            try writer.finish()
        }
        #expect(error == FileError(.write, folder.path("a.zst"), .diskFull))
        #expect(try folder.read("a.zst") == [1], "the old file stays")
    }
}
