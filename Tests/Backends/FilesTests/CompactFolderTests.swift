import Domain
import Testing

@testable import Files

/// What the folder of a compact does with names and with what it finds there.
@Suite struct CompactFolderTests {
    private static let day = CompactedDay.day(20_785)

    /// Somebody writes a file under the name of a compacted one while that is being made.
    @Test func aNameThatIsTakenMeanwhileIsNotWrittenOver() throws {
        let folder = try TemporaryFolder()
        try Folder.make(folder.path("in"))
        let store = try CompactFolder(folder.path("in"))
        try store.sweep()
        #expect(try store.survey { _ in }.isEmpty)
        let writer = try store.begin(Self.day)
        try Array("{}".utf8).withUnsafeBytes { try writer.add($0) }
        let written = try writer.finish()
        let path = try folder.write("in/\(Self.day.fileName)", Array("theirs".utf8))
        #expect(written.name == path)
        #expect(throws: CompactFolderError.nameTaken(path: path)) { try store.publish(Self.day) }
        #expect(try folder.read("in/\(Self.day.fileName)") == Array("theirs".utf8))
        try store.finish()
        #expect(try folder.names(in: "in") == [Self.day.fileName])
    }

    @Test func aFreeNameIsGiven() throws {
        let folder = try TemporaryFolder()
        try Folder.make(folder.path("in"))
        let store = try CompactFolder(folder.path("in"))
        try store.sweep()
        _ = try store.survey { _ in }
        let writer = try store.begin(Self.day)
        try Array("{}".utf8).withUnsafeBytes { try writer.add($0) }
        let size = try writer.finish().size
        try store.publish(Self.day)
        try store.finish()
        #expect(try folder.names(in: "in") == [Self.day.fileName])
        #expect(try folder.read("in/\(Self.day.fileName)").count == Int(size))
    }
}
