import Domain
import Glibc
import Testing

@testable import Files

/// Bytes that were examined are still read.
@Suite struct LookAheadTests {
    @Test(arguments: [1, 5, Int.max])
    func whatWasLookedAtComesFirst(pieceSize: Int) throws {
        let bytes = Array(0..<200).map { UInt8($0) }
        for looks in 0...3 {
            for skipped in [0, 3, 150, 250] {
                let stream = LookAheadStream(MemoryStream(bytes, pieceSize: pieceSize))
                for _ in 0..<looks { try stream.look(upTo: 40) }
                #expect(Array(stream.ahead.bytes) == Array(bytes.prefix(looks * 40)))
                #expect(try stream.skip(Int64(skipped)) == Int64(min(skipped, 200)))
                var rest: [UInt8] = []
                var piece = [UInt8](repeating: 0, count: 7)
                while true {
                    let count = try piece.withUnsafeMutableBytes { try stream.read(into: $0) }
                    if count == 0 { break }
                    rest += piece[..<count]
                }
                #expect(rest == Array(bytes.dropFirst(skipped)))
            }
        }
    }

    @Test func aPipeIsOpenedOnceAndReadWhole() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let both = open(path, O_RDWR | O_NONBLOCK)
        let bytes = Array("x\n{\"id\":1}\n".utf8)
        #expect(write(both, bytes, bytes.count) == bytes.count)
        let opened = try OpenedStream(FoundFile(name: path, location: .file(path), size: nil))
        // The first lines are there before the writer ends.
        let first = try opened.firstLines(of: testSource) { $0.lines.count == 2 }
        #expect(first?.lines.map(\.number) == [1, 2])
        let more = Array("{\"id\":2}".utf8)
        #expect(write(both, more, more.count) == more.count)
        close(both)
        let planned = PlannedFile(location: .opened(opened), source: testSource)
        let source = FileSource([planned, planned])
        var contents: [Int64] = []
        while let chunk = try source.next() {
            contents += chunk.lines.map(\.byteOffset)
            if chunk.isLast { break }
        }
        #expect(contents == [0, 2, 11])
        let error = #expect(throws: FileError.self) { try source.next() }
        #expect(error?.reason == .readOnce)
    }
}
