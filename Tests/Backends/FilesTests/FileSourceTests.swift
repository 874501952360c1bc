import Domain
import Glibc
import Testing

@testable import Files

@Suite struct FileSourceTests {
    private func plan(_ path: String, _ number: Int, start: FilePosition = FilePosition()) -> PlannedFile {
        let source = Source(name: "named \(number)", port: .movies, number: number)
        return PlannedFile(location: .file(path), source: source, start: start)
    }

    @Test func readsFilesOneAfterTheOther() throws {
        let folder = try TemporaryFolder()
        let text = HostileFileTests.text(lines: 300)
        let paths = [
            try folder.write("a", text), try folder.write("empty", []), try folder.write("b", Encoding.zstd(text)),
            try folder.write("c", Encoding.gzip(Array("1\n2\n3".utf8))),
        ]
        let files = FileSource(
            [
                plan(paths[0], 0), plan(paths[1], 1), plan(paths[2], 2),
                plan(paths[3], 3, start: FilePosition(line: 1, byteOffset: 2)),
            ],
            chunkSize: 1000
        )
        var lines = [0, 0, 0, 0]
        var ended: [Int] = []
        while let chunk = try files.next() {
            #expect(chunk.source.number == ended.count)
            lines[chunk.source.number] += chunk.lines.count
            if chunk.isLast { ended.append(chunk.source.number) }
            #expect(chunk.sourceBytesRead >= 0)
        }
        #expect(lines == [300, 0, 300, 2])
        #expect(ended == [0, 1, 2, 3])
        #expect(try files.next() == nil)
    }

    @Test func saysWhatCannotBeOpened() throws {
        let folder = try TemporaryFolder()
        let files = FileSource([
            plan(try folder.write("a", [0x61]), 0), plan(folder.path("none"), 1), plan(folder.path, 2),
        ])
        #expect(try files.next()?.lines.count == 1)
        let error = #expect(throws: FileError.self) { try files.next() }
        #expect(error == FileError(.open, "named 1", .notThere))
        let folderError = #expect(throws: FileError.self) { try files.next() }
        #expect(folderError == FileError(.read, "named 2", .isFolder))
        #expect(try files.next() == nil)
    }

    /// An error of the disk is not damage of the file.
    @Test func aReadErrorIsNoDamage() throws {
        // Reading another process's memory at 0 fails with EIO.
        let files = FileSource([plan("/proc/self/mem", 0)])
        let error = #expect(throws: FileError.self) { try files.next() }
        #expect(error == FileError(.read, "named 0", .system(EIO)))
        #expect(error?.hint.contains("system's log") == true)
    }

    @Test func aPipeIsReadToItsEnd() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        // Opened for reading and writing, so that neither end waits for the other.
        let both = open(path, O_RDWR | O_NONBLOCK)
        let bytes = Array("a\nb".utf8)
        #expect(write(both, bytes, bytes.count) == bytes.count)
        let reading = try OpenFile(reading: path)
        close(both)
        let stream = try Decompression.stream(SourceInput(reading))
        #expect(
            try ReadLines(LineReader(stream, source: testSource)).lines == [ReadLine(1, 0, "a"), ReadLine(2, 2, "b")]
        )
    }
}
