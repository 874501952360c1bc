import Files
import Glibc
import Testing

/// Creating temporary folders.
@Suite struct FolderTests {
    @Test func aTemporaryFolderHasANameOfItsOwn() throws {
        let parent = try TemporaryFolder()
        let made = try [Folder.makeTemporary(in: parent.path), Folder.makeTemporary(in: parent.path)]
        #expect(try Folder.names(in: parent.path) == made.map { String($0.dropFirst(parent.path.count + 1)) }.sorted())
        for path in made { #expect(rmdir(path) == 0) }
    }

    @Test func whereNoneCanBeMadeItSaysSo() throws {
        let parent = try TemporaryFolder().path + "/missing"
        #expect(throws: FileError(.create, parent + "/reelhouse-XXXXXX", .notThere)) {
            try Folder.makeTemporary(in: parent)
        }
    }
}
