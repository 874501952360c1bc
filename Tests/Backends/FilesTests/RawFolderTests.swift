import Domain
import Glibc
import Testing

@testable import Files

@Suite struct RawFolderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open(heldBytes: Int = 32 << 20) throws -> RawFolder {
        try RawFolder(path: folder.path("raw"), heldBytes: heldBytes)
    }

    private func keep(_ body: [UInt8], in store: RawFolder) throws -> RawReference {
        let comment = RawComment(body: body)
        try store.put(comments: [comment])
        return comment.reference
    }

    @Test func writesLinesThatOthersRead() throws {
        let store = try open()
        try store.put(movies: [
            rawMovie(603, day: 20_777, votes: 26_000, hash: 0xab, "{\"id\":603}"),
            rawMovie(7, title: false, votes: nil),
        ])
        try store.flush()
        #expect(try folder.names(in: "raw/movies") == ["000000000.ndjson.zst"])
        let text = try Encoding.unzstd(folder.read("raw/movies/000000000.ndjson.zst"), capacity: 4096)
        let zeros = String(repeating: "00", count: 32)
        let hash = String(repeating: "ab", count: 32)
        #expect(
            String(decoding: text, as: UTF8.self) == """
                {"movie_id":7,"snapshot_date":"2024-10-04","has_title":false,"vote_count":null,"content_hash":"\(zeros)",\
                "length":2,"document":{}}
                {"movie_id":603,"snapshot_date":"2026-11-20","has_title":true,"vote_count":26000,"content_hash":"\(hash)",\
                "length":10,"document":{"id":603}}

                """
        )
    }

    @Test func namesShardsByTheirFirstID() throws {
        let store = try open()
        try store.put(movies: [1, 999, 1_000, 123_456, 1_234_567_890].map { rawMovie($0) })
        try store.put(comments: [RawComment(body: Array("abc".utf8))])
        try store.flush()
        #expect(
            try folder.names(in: "raw/movies") == [
                "000000000.ndjson.zst", "000001000.ndjson.zst", "000123000.ndjson.zst", "1234567000.ndjson.zst",
            ]
        )
        #expect(try folder.names(in: "raw/comments") == ["ba"])
        #expect(try folder.names(in: "raw") == [".lock", "comments", "movies"])
    }

    @Test func equalDocumentsAreNotWrittenAgain() throws {
        let store = try open()
        try store.put(movies: [rawMovie(5), rawMovie(6)])
        let reference = try keep([0x61], in: store)
        try store.flush()
        let paths = ["raw/movies/000000000.ndjson.zst", "raw/" + reference.text]
        let before = paths.map { inode(folder.path($0)) }
        try store.put(movies: [rawMovie(5), rawMovie(6, votes: 4)])
        _ = try keep([0x61], in: store)
        try store.flush()
        #expect(paths.map { inode(folder.path($0)) } == before)
        #expect(try folder.names(in: "raw/movies") == ["000000000.ndjson.zst"])
    }

    /// Random documents with a limit that makes many runs; the result must equal that of a dictionary.
    @Test(arguments: [1, 2, 3])
    func agreesWithADictionary(seed: UInt64) throws {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let store = try open(heldBytes: 20_000)
        var expected: [Int64: RawMovie] = [:]
        for round in 0..<30 {
            let movies = (0..<100).map { _ in
                let size = random(50) == 0 ? 30_000 : random(200)
                let text = "{\"x\":\"\(String(repeating: "ab", count: size))\"}"
                return rawMovie(
                    Int64(1 + random(3_500)),
                    day: Int32(20_000 + random(9)),
                    hash: UInt8(random(256)),
                    text
                )
            }
            for movie in movies where expected[movie.movieID].map({ $0.rank < movie.rank }) ?? true {
                expected[movie.movieID] = movie
            }
            try store.put(movies: movies)
            if round % 12 == 11 { try store.flush() }
            if round % 7 == 6 {
                let id = movies[0].movieID
                #expect(try store.movie(id)?.rank == expected[id]?.rank)
            }
        }
        var found: [RawMovie] = []
        try store.forEachMovie { found.append($0) }
        #expect(found.map(\.movieID) == expected.keys.sorted())
        #expect(found.allSatisfy { $0.rank == expected[$0.movieID]?.rank })
    }

    @Test func removesWhatAKilledRunLeft() throws {
        let store = try open()
        try store.put(movies: [rawMovie(5)])
        let reference = try keep([0x61], in: store)
        try store.flush()
        let leftovers = ["raw/movies/.000000000.ndjson.zst.1x.part", "raw/comments/ca/.abc.txt.2y.part"]
        for name in leftovers { try folder.write(name, [1, 2, 3]) }
        #expect(reference.text.hasPrefix("comments/ca/"))
        let again = try open()
        #expect(try again.movie(5) == rawMovie(5), "a reader removes nothing")
        #expect(access(folder.path(leftovers[0]), F_OK) == 0)
        try again.put(movies: [rawMovie(6)])
        try again.flush()
        #expect(try folder.names(in: "raw/movies") == ["000000000.ndjson.zst"])
        #expect(try folder.names(in: "raw/comments/ca").count == 1)
    }

    /// A damaged shard is left as it is, and the error names it.
    @Test func aDamagedShardIsSaidAndKept() throws {
        let store = try open()
        try store.put(movies: (1...40).map { rawMovie($0, "{\"id\":\($0)}") })
        try store.flush()
        let name = "raw/movies/000000000.ndjson.zst"
        let good = try folder.read(name)
        let text = try Encoding.unzstd(good, capacity: 1 << 16)
        var faulty: [[UInt8]] = [[], [0x61], good + [0], text]
        for count in stride(from: 1, to: good.count, by: 7) { faulty.append(Array(good[..<count])) }
        // Byte 5 is the size of the window; a larger window is not an error.
        for place in stride(from: 0, to: good.count, by: 5) where place != 5 {
            var bytes = good
            bytes[place] ^= 0x55
            faulty.append(bytes)
        }
        // The frame is intact, but its content is not in the store's format.
        for (old, new) in [
            ("{\"movie_id\":1,", "{\"movie_id\":01001,"), ("\"has_title\":true", "\"has_title\":maybe"),
            ("\"length\":8", "\"length\":9"),
            ("\"length\":8", "\"length\":99999999999"), ("2024-10-04", "2024-13-04"), ("}}\n", "}} \n"),
            ("0000\"", "000G\""), ("\"vote_count\":5", "\"vote_count\":"),
        ] {
            let changed = String(decoding: text, as: UTF8.self).replacingFirst(old, with: new)
            faulty.append(try Encoding.zstd(Array(changed.utf8)))
        }
        for bytes in faulty {
            try folder.write(name, bytes)
            let store = try open()
            for attempt: () throws -> Void in [
                { _ = try store.movie(40) }, { try store.forEachMovie { _ in } },
                {
                    try store.put(movies: [rawMovie(3, day: 20_500)])
                    try store.flush()
                },
            ] {
                let error = try #require(throws: FileError.self) { try attempt() }
                guard case .damaged = error.reason else { throw Unexpected(description: "\(error)") }
                #expect(error.path == folder.path(name))
                #expect(error.description.contains("move it away"))
            }
            try #require(folder.read(name) == bytes)
            try #require(folder.names(in: "raw/movies") == ["000000000.ndjson.zst"])
        }
        unlink(folder.path(name))
        #expect(try store.movie(3) == nil, "without the file, the store is as if it had never had the movies")
    }

    @Test func aWriteThatFailedIsDoneLater() throws {
        let name = "raw/movies/000001000.ndjson.zst"
        let first = try open()
        // Enough bytes that some lines are used before the fault is found.
        let document = "{\"x\":\"\(String(repeating: "ab", count: 8000))\"}"
        try first.put(movies: (1_001...1_020).map { rawMovie($0, document) })
        try first.flush()
        let good = try folder.read(name)
        try folder.write(name, Array(good.dropLast()))
        for heldBytes in [1000, 32 << 20] {
            let store = try open(heldBytes: heldBytes)
            let new = [rawMovie(5, day: heldBytes > 1000 ? 20_002 : 20_001), rawMovie(1_030)]
            try store.put(movies: new)
            #expect(throws: FileError.self) { try store.flush() }
            // What was written of the frame before the fault does not get into the next frame.
            try folder.write(name, good)
            try store.flush()
            #expect(try new.map { try open().movie($0.movieID) } == new)
            #expect(try open().movie(1_020) == rawMovie(1_020, document))
            try folder.write(name, Array(good.dropLast()))
        }
    }

    @Test func aDamagedCommentIsSaid() throws {
        let store = try open()
        let reference = try keep([0x61], in: store)
        try store.flush()
        try folder.write("raw/" + reference.text, [0x62])
        let error = #expect(throws: FileError.self) { try store.comment(reference) }
        #expect(error?.path == folder.path("raw/" + reference.text))
    }

    @Test func postersLieUnderTheirReferences() throws {
        let store = try open(heldBytes: 0)
        let poster = try #require(RawPoster(image: [0xff, 0xd8, 0xff, 0xe0, 1]))
        try store.put(posters: [poster])
        try store.flush()
        let digest = poster.reference.digest
        #expect(try folder.names(in: "raw/posters") == [String(digest.prefix(2))])
        #expect(try folder.names(in: "raw/posters/\(digest.prefix(2))") == ["\(digest).jpg"])
        #expect(try folder.read("raw/\(poster.reference)") == poster.image)
    }

    @Test func aDocumentThatIsTooLongIsSaid() throws {
        let store = try open()
        let longest = rawMovie(5, String(repeating: " ", count: maximumLineLength))
        let tooLong = rawMovie(5, String(repeating: " ", count: maximumLineLength + 1))
        let error = try #require(throws: FileError.self) { try store.put(movies: [tooLong]) }
        #expect(error.message.contains("movie 5"))
        try store.put(movies: [longest])
        try store.flush()
        #expect(try store.movie(5) == longest)
    }

    @Test func aFileInItsPlaceIsSaid() throws {
        try folder.write("raw", [])
        let store = try open()
        let unread = #expect(throws: FileError.self) { try store.movie(5) }
        #expect(unread?.reason == .isNoFolder)
        try store.put(movies: [rawMovie(5)])
        let unwritten = #expect(throws: FileError.self) { try store.flush() }
        #expect(unwritten?.reason == .isNoFolder)
    }

    /// Two stores that write to the same folder do not overwrite each other's documents.
    @Test func twoWritersLoseNothing() async throws {
        let path = folder.path("raw")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer: Int64 in 0..<2 {
                group.addTask {
                    let store = try RawFolder(path: path)
                    for round: Int64 in 0..<20 {
                        try store.put(movies: (0..<20).map { rawMovie(1 + writer + 2 * (round * 20 + $0)) })
                        try store.flush()
                    }
                }
            }
            try await group.waitForAll()
        }
        var ids: [Int64] = []
        try open().forEachMovie { ids.append($0.movieID) }
        #expect(ids == Array(1...800))
    }

    private func inode(_ path: String) -> UInt {
        var status = stat()
        return stat(path, &status) == 0 ? UInt(status.st_ino) : 0
    }
}

extension String {
    fileprivate func replacingFirst(_ old: String, with new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
}
