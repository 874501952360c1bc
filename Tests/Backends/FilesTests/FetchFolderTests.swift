import Domain
import Foundation
import Testing

@testable import Files

/// What a fetch keeps on disk, and what is there after a kill.
@Suite struct FetchFolderTests {
    private static let plan = FetchPlan(key: "0123456789abcdef01", arguments: ["--ids=1"], day: 20_780, started: 17)

    private static func open(_ folder: TemporaryFolder, key: String = plan.key) throws -> FetchFolder {
        try FetchFolder(output: folder.path("movies"), state: folder.path("fetched"), key: key)
    }

    /// Opens a folder that nobody uses. A child that another test starts has this process's locks too, for a moment.
    private static func store(_ folder: TemporaryFolder, key: String = plan.key) throws -> FetchFolder {
        for _ in 0..<500 {
            do { return try open(folder, key: key) } catch FetchFolderError.inUse { usleep(20_000) }
        }
        return try open(folder, key: key)
    }

    private static func keep(_ store: FetchFolder, _ index: Int, _ text: String?, poster: String? = nil) throws {
        let record = FetchRecord(
            index: index, movieID: Int64(index) + 100, outcome: text == nil ? .gone : .document,
            fingerprint: UInt64(index) << 60 | 7)
        try Array((text ?? "").utf8).withUnsafeBytes { try store.keep(record, posterPath: poster, document: $0) }
    }

    private static func snapshot(_ lines: [String], _ store: FetchFolder) throws {
        var rest = lines[...]
        try store.write { rest.popFirst().map { Array($0.utf8) } }
    }

    @Test func aPlanItsListAndItsPagesComeBack() throws {
        let folder = try TemporaryFolder()
        do {
            let store = try Self.store(folder)
            #expect(store.plan == nil)
            try store.begin(Self.plan)
            #expect(try store.ids() == nil)
            try store.keep(page: "page 1 of the popular movies", ids: [5, 6], pages: 9)
            try store.keep(page: "page 2 of the popular movies", ids: [], pages: 9)
            try store.fix(ids: [3, 4, 5])
        }
        let store = try Self.store(folder)
        #expect(store.plan == Self.plan)
        #expect(try store.ids() == [3, 4, 5])
        let pages = try store.pages()
        #expect(pages["page 1 of the popular movies"]?.ids == [5, 6] && pages.count == 2)
        #expect(pages["page 2 of the popular movies"]?.pages == 9)
        try store.end()
        #expect(try folder.names(in: "movies").isEmpty)
    }

    @Test func aPageThatWasCutOffIsNoPage() throws {
        let folder = try TemporaryFolder()
        do {
            let store = try Self.store(folder)
            try store.begin(Self.plan)
            try store.keep(page: "a", ids: [5, 6], pages: 9)
            try store.keep(page: "b", ids: [7, 8], pages: 9)
        }
        let path = "movies/.fetch-0123456789abcdef.part/pages"
        let bytes = try folder.read(path)
        for length in (bytes.count / 2 + 2)..<bytes.count - 1 {
            try folder.write(path, Array(bytes[..<length]))
            let store = try Self.store(folder)
            #expect(try store.pages().keys.sorted() == ["a"], "\(length)")
            try store.keep(page: "c", ids: [9], pages: 9)
            #expect(try store.pages()["c"]?.ids == [9])
        }
    }

    @Test func recordsComeBackAndOneThatIsCutOffDoesNot() throws {
        let folder = try TemporaryFolder()
        let documents = [0: "{\"id\":100}\n", 2: "{\"id\":102,\"title\":\"\u{fc}\"}\n"]
        do {
            let store = try Self.store(folder)
            try store.begin(Self.plan)
            _ = try store.records()
            try Self.keep(store, 2, documents[2], poster: "/a b\u{e9}.jpg")
            try Self.keep(store, 1, nil)
            try Self.keep(store, 0, documents[0])
            #expect(try String(decoding: store.document(of: 2), as: UTF8.self) == documents[2])
        }
        let path = "movies/.fetch-0123456789abcdef.part/documents.zst"
        let bytes = try folder.read(path)
        do {
            let store = try Self.store(folder)
            let records = try store.records()
            #expect(records.map(\.index) == [2, 1, 0] && records.map(\.outcome) == [.document, .gone, .document])
            #expect(records[0].fingerprint == 2 << 60 | 7)
            #expect(try store.posterPaths() == ["/a b\u{e9}.jpg"])
            for (index, text) in documents {
                #expect(try String(decoding: store.document(of: index), as: UTF8.self) == text)
            }
        }
        var counts: [Int] = []
        for length in 0..<bytes.count {
            try folder.write(path, Array(bytes[..<length]))
            let store = try Self.store(folder)
            let records = try store.records()
            counts.append(records.count)
            // What comes next is whole.
            try Self.keep(store, 7, "{\"id\":107}\n")
            #expect(try store.records().map(\.index) == records.map(\.index) + [7])
        }
        #expect(counts == counts.sorted() && Set(counts) == [0, 1, 2])
    }

    @Test func aDocumentThatIsNotAsItWasWrittenIsNotTaken() throws {
        let folder = try TemporaryFolder()
        do {
            let store = try Self.store(folder)
            try store.begin(Self.plan)
            _ = try store.records()
            try Self.keep(store, 0, String(repeating: "{\"id\":100}\n", count: 3))
        }
        let path = "movies/.fetch-0123456789abcdef.part/documents.zst"
        var bytes = try folder.read(path)
        bytes[bytes.count - 1] ^= 0xff
        try folder.write(path, bytes)
        #expect(try Self.store(folder).records().isEmpty)
    }

    @Test func aSnapshotGetsItsNameOnceAndNoOther() throws {
        let folder = try TemporaryFolder()
        var store = try Self.store(folder)
        try store.begin(Self.plan)
        try Self.snapshot(["{\"id\":1}\n", "{\"id\":2}\n"], store)
        let sealed = try store.seal(day: Self.plan.day) {
            "{\"key\":\"\(Self.plan.key)\",\"sha256\":\"\($0.sha256)\"}\n"
        }
        #expect(sealed.path == folder.path("movies/movies-2026-11-23.ndjson.zst"))
        #expect(try folder.names(in: "movies") == [".fetch-0123456789abcdef.part"])
        // A kill before, in and after the publishing changes nothing.
        for _ in 0..<3 {
            #expect(try store.publish() == sealed)
            store = try Self.reopened(folder, &store)
            #expect(try store.sealed() != nil)
        }
        try store.end()
        #expect(try folder.names(in: "movies") == ["movies-2026-11-23.ndjson.zst"])
        #expect(try store.complete(day: Self.plan.day)?.name == "movies-2026-11-23.manifest.json")
        #expect(try store.complete(day: Self.plan.day + 1) == nil)
        // The next one of the date gets a number.
        try store.begin(Self.plan)
        try Self.snapshot(["{\"id\":3}\n"], store)
        let second = try store.seal(day: Self.plan.day) { _ in "{}" }
        #expect(second.path == folder.path("movies/movies-2026-11-23-2.ndjson.zst"))
        _ = try store.publish()
        #expect(try folder.names(in: "fetched").contains("movies-2026-11-23-2.manifest.json"))
    }

    /// Opens the store again, as after a kill.
    private static func reopened(_ folder: TemporaryFolder, _ store: inout FetchFolder) throws -> FetchFolder {
        store = try Self.store(try TemporaryFolder())
        return try Self.store(folder)
    }

    @Test func withoutDocumentsThereIsNoSnapshot() throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder)
        try store.begin(Self.plan)
        try Self.snapshot([], store)
        #expect(try store.seal(day: Self.plan.day) { _ in "{}" }.path == nil)
        #expect(try store.publish().path == nil)
        #expect(try folder.names(in: "movies") == [".fetch-0123456789abcdef.part"])
    }

    @Test func onlyOneFetchUsesTheState() throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder)
        #expect(throws: FetchFolderError.inUse(folder: folder.path("fetched"))) {
            try Self.open(folder, key: "another key that is long")
        }
        withExtendedLifetime(store) {}
    }

    @Test func whatWasSeenComesBackInOrder() throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder)
        let movies = [
            SeenMovie(movieID: 3, asked: 20_780, seen: 20_700, gone: 20_750, fingerprint: .max),
            SeenMovie(movieID: 9, asked: 20_780, seen: nil, gone: nil, fingerprint: nil),
        ]
        try store.replaceSeen { old, write in if old == nil { for movie in movies { try write(movie) } } }
        var read: [SeenMovie] = []
        try store.forEachSeen { read.append($0) }
        #expect(read == movies)
        try store.replaceSeen { old, write in if let old, old.movieID == 9 { try write(old) } }
        read = []
        try store.forEachSeen { read.append($0) }
        #expect(read == [movies[1]])
    }

    /// Two fetches of different states would write to the same files.
    @Test func oneAtATimeWritesToAFolder() throws {
        let folder = try TemporaryFolder()
        let first = try Self.store(folder)
        let error = #expect(throws: FetchFolderError.self) {
            try FetchFolder(output: folder.path("movies"), state: folder.path("other"), key: "another")
        }
        #expect(error?.message.contains("movies") == true && error?.kind == .inUse)
        withExtendedLifetime(first) {}
    }

    /// A fetch may be killed when its snapshot has its name and its plan is removed.
    @Test func whatAnEndedFetchHasLeftIsRemoved() throws {
        let folder = try TemporaryFolder()
        do {
            let store = try Self.store(folder)
            try store.begin(Self.plan)
            try Self.keep(store, 0, "{}\n")
            let plan = folder.path("movies/.fetch-\(Self.plan.key.prefix(16)).part/plan.json")
            try FileManager.default.removeItem(atPath: plan)
            #expect(throws: FetchFolderError.self) { try Self.open(folder, key: "another") }
        }
        let unfinished = try Self.store(folder, key: "another")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("movies")).isEmpty)
        try unfinished.begin(Self.plan)
        #expect(try FetchFolder.unfinished(in: folder.path("movies")).count == 1)
    }

    @Test func howMuchTheBackupHasComesBack() throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder)
        try store.begin(Self.plan)
        #expect(try store.backedUp() == nil)
        try store.keep(backedUp: 12, of: 40)
        #expect(try store.backedUp().map { [$0.count, $0.total] } == [12, 40])
        try store.keep(failedPosters: ["w92/b.jpg", "w92/a.jpg"])
        #expect(try store.failedPosters() == ["w92/b.jpg", "w92/a.jpg"])
    }

    @Test func imagesComeBack() throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder)
        let reference = try #require(RawReference.poster([0xff, 0xd8, 0xff, 1]))
        try store.keep(posters: [("w92/a.jpg", reference)])
        try store.keep(posters: [("w92/b.jpg", reference)])
        #expect(try store.posters() == ["w92/a.jpg": reference, "w92/b.jpg": reference])
    }
}
