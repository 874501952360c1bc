import Domain
import Testing

@testable import Files

@Suite struct RestoredFolderTests {
    private static func add(_ text: String, of day: Int32, to folder: RestoredFolder) throws {
        try Array((text + "\n").utf8).withUnsafeBytes { try folder.add($0, of: day) }
    }

    private static func lines(_ name: String, in folder: TemporaryFolder) throws -> [String] {
        String(decoding: try Encoding.unzstd(folder.read(name), capacity: 100_000), as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    /// Many dates whose lines alternate, with so little memory that most are written many times.
    @Test func eachDateHasItsLinesInOrderHoweverManyThereAre() throws {
        let place = try TemporaryFolder()
        let folder = try RestoredFolder(
            place.path("new/movies"), isReplacing: false, protected: ProtectedPlaces(), mostWaiting: (600, 20_000))
        for round in 0..<20 {
            for day in 0..<300 as Range<Int32> { try Self.add("\(day) \(round)", of: day, to: folder) }
        }
        #expect(!Folder.isFolder(place.path("new/movies")))
        let files = try folder.finish()
        #expect(files.count == 300 && files.days == 0...299 && files.bytes > 0)
        #expect(try Folder.names(in: place.path("new")) == ["movies"])
        #expect(try Folder.names(in: place.path("new/movies")).count == 300)
        for day in [0, 7, 299] as [Int32] {
            let name = "new/movies/\(RestoredFolder.name(ofDay: day))"
            #expect(try Self.lines(name, in: place) == (0..<20).map { "\(day) \($0)" })
            #expect(SnapshotDate.inName(RestoredFolder.name(ofDay: day)) == day)
        }
    }

    @Test func whatIsNotFinishedLeavesNothing() throws {
        let place = try TemporaryFolder()
        for path in ["a/b/c", "there"] {
            if path == "there" { try Folder.make(place.path(path)) }
            let folder = try RestoredFolder(place.path(path), isReplacing: false, protected: ProtectedPlaces())
            try Self.add("x", of: 1, to: folder)
            folder.discard()
        }
        #expect(try Folder.names(in: place.path) == ["there"])
        #expect(try Folder.names(in: place.path("there")).isEmpty)
    }

    @Test func withoutDocumentsNoFolderIsMade() throws {
        let place = try TemporaryFolder()
        let folder = try RestoredFolder(place.path("a/b"), isReplacing: true, protected: ProtectedPlaces())
        #expect(try folder.finish() == RestoredFiles())
        folder.discard()
        #expect(!Folder.isFolder(place.path("a/b")))
    }

    @Test func aFileThatAppearsMeanwhileStaysAndNoOtherIsThere() throws {
        let place = try TemporaryFolder()
        try Folder.make(place.path("d"))
        let folder = try RestoredFolder(place.path("d"), isReplacing: false, protected: ProtectedPlaces())
        for day in 0..<3 as Range<Int32> { try Self.add("x", of: day, to: folder) }
        try place.write("d/1970-01-02.ndjson.zst", Array("mine".utf8))
        #expect(throws: RestoreRefusal.isThere(path: place.path("d/1970-01-02.ndjson.zst"))) { try folder.finish() }
        folder.discard()
        #expect(try Folder.names(in: place.path("d")) == ["1970-01-02.ndjson.zst"])
        // The same for a folder that appears.
        let new = try RestoredFolder(place.path("e"), isReplacing: false, protected: ProtectedPlaces())
        try Self.add("x", of: 1, to: new)
        try place.write("e/f", Array("mine".utf8))
        #expect(throws: RestoreRefusal.isThere(path: place.path("e"))) { try new.finish() }
    }

    @Test func aRawStoreIsNoPlaceForIt() throws {
        let place = try TemporaryFolder()
        try Folder.make(place.path("raw/movies"))
        try place.write("raw/.lock", Array("".utf8))
        for path in ["raw", "raw/movies", "raw/x/y"] {
            #expect(throws: RestoreRefusal.self) {
                try RestoredFolder(place.path(path), isReplacing: true, protected: ProtectedPlaces())
            }
        }
        #expect(try Folder.names(in: place.path("raw")) == [".lock", "movies"])
    }
}
