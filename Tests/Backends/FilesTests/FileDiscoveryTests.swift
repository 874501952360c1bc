import Glibc
import Testing

@testable import Files

@Suite struct FileDiscoveryTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["b.ndjson", "a.zst", ".hidden", "sub/c", "sub/.d", ".dotted/e", "sub/deep/f", "B", "ä"] {
            try folder.write("data/" + name, [0x61])
        }
        try Folder.make(folder.path("empty/below"))
    }

    private func names(_ arguments: [String]) throws -> [String] {
        try FileDiscovery.find(arguments.map { $0 == "-" ? $0 : folder.path($0) }).files.map { file in
            file.name.hasPrefix(folder.path) ? String(file.name.dropFirst(folder.path.count + 1)) : file.name
        }
    }

    @Test(arguments: [
        (["data"], ["data/B", "data/a.zst", "data/b.ndjson", "data/sub/c", "data/sub/deep/f", "data/ä"]),
        (["data/"], ["data/B", "data/a.zst", "data/b.ndjson", "data/sub/c", "data/sub/deep/f", "data/ä"]),
        (["data//"], ["data/B", "data/a.zst", "data/b.ndjson", "data/sub/c", "data/sub/deep/f", "data/ä"]),
        (["data/./sub"], ["data/./sub/c", "data/./sub/deep/f"]),
        (["data/sub/../b.ndjson"], ["data/sub/../b.ndjson"]),
        (["data/.hidden", "data/.dotted"], ["data/.hidden", "data/.dotted/e"]),
        (["data/*.zst", "data/[bB]*"], ["data/a.zst", "data/B", "data/b.ndjson"]),
        (["data/s?b"], ["data/sub/c", "data/sub/deep/f"]),
        (["data/*/c"], ["data/sub/c"]),
        (["-", "data/B", "-"], ["-", "data/B"]),
        (["data/B", "data/B"], ["data/B", "data/B"]),
        (["empty"], []),
        ([], []),
    ])
    func finds(arguments: [String], names: [String]) throws { #expect(try self.names(arguments) == names) }

    @Test func namesAFolderAsTheUserDid() throws {
        let found = try FileDiscovery.find(["/dev/../dev/null", "/proc/self/fd/../cmdline"]).files
        #expect(found.map(\.name) == ["/dev/../dev/null", "/proc/self/fd/../cmdline"])
        #expect(found[0].size == nil, "a device has no size and no identity")
        #expect(found[0].lastPathComponent == "null")
    }

    @Test func aNameWithAPatternInItIsTakenAsItIs() throws {
        try folder.write("odd/[1]*.zst", [])
        try folder.write("odd/1x.zst", [])
        #expect(try names(["odd/[1]*.zst"]) == ["odd/[1]*.zst"])
        #expect(try names(["odd/[12]*.zst"]) == ["odd/1x.zst"])
    }

    @Test(arguments: [
        ("nowhere", FileError.Reason.notThere), ("data/nowhere/x", .notThere), ("data/B/x", .isNoFolder),
        ("data/*.gz", .nothingMatches), ("data/x[", .nothingMatches), ("", .notThere),
    ])
    func saysWhatIsNotThere(path: String, reason: FileError.Reason) throws {
        let path = path.isEmpty ? "" : folder.path(path)
        let error = #expect(throws: FileError.self) { try FileDiscovery.find([path]) }
        #expect(error == FileError(.find, path, reason))
        #expect(error?.description.contains("; ") == true, "the error has a next step")
    }

    @Test func followsLinksAndEndsInLoops() throws {
        for (target, link) in [("../B", "sub/link"), ("..", "sub/up"), (".", "loop"), ("../../empty", "sub/empty")] {
            #expect(symlink(target, folder.path("data/" + link)) == 0)
        }
        try folder.write("empty/below/g", [])
        #expect(
            try names(["data"]) == [
                "data/B", "data/a.zst", "data/b.ndjson", "data/sub/c", "data/sub/deep/f", "data/sub/empty/below/g",
                "data/sub/link", "data/ä",
            ]
        )
        #expect(try names(["data/loop"]).contains("data/loop/sub/c"))
    }

    /// A broken link is an error when it is named. Below a folder or among the matches of a pattern, it is listed as
    /// unreadable.
    @Test(arguments: ["nowhere", "circle"])
    func aLinkThatLeadsNowhereIsSaid(target: String) throws {
        #expect(symlink(target, folder.path("data/circle")) == 0)
        let named = try FileDiscovery.find([folder.path("data/circle"), folder.path("data/B")])
        #expect(named.files.map(\.name) == [folder.path("data/B")])
        #expect(named.unreadable.map(\.name) == [folder.path("data/circle")])
        for argument in ["data", "data/*"] {
            let found = try FileDiscovery.find([folder.path(argument)])
            #expect(found.files.count == 6)
            #expect(found.unreadable.map(\.name) == [folder.path("data/circle")])
            #expect(found.unreadable.first?.reason.contains("leads nowhere") == true)
        }
    }

    @Test func pipesInAFolderAreNoFiles() throws {
        #expect(mkfifo(folder.path("data/sub/pipe"), 0o600) == 0)
        #expect(try names(["data/sub"]) == ["data/sub/c", "data/sub/deep/f"])
        #expect(try FileDiscovery.find([folder.path("data/sub/pipe")]).files.map(\.size) == [nil])
        #expect(try names(["data/sub/[cp]*"]) == ["data/sub/c"])
        #expect(try names(["data/sub/p*", "data/B"]) == ["data/B"])
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything: run the tests as another user to see this one"))
    func noPermissionIsSaid() throws {
        chmod(folder.path("data/sub"), 0)
        defer { chmod(folder.path("data/sub"), 0o700) }
        let found = try FileDiscovery.find([folder.path("data")])
        #expect(found.files.count == 4)
        #expect(found.unreadable.map(\.name) == [folder.path("data/sub")])
    }

    @Test func namesThatAreNoUTF8AreSaid() throws {
        let path = folder.path("data/sub/") + "x"
        var bytes = Array(path.utf8CString)
        bytes[bytes.count - 2] = CChar(bitPattern: 0xff)
        let file = open(bytes, O_CREAT | O_WRONLY, 0o600)
        #expect(file >= 0)
        close(file)
        defer { unlink(bytes) }
        for argument in ["data", "data/s*/*"] {
            let found = try FileDiscovery.find([folder.path(argument)])
            #expect(found.files.contains { $0.name == folder.path("data/sub/c") })
            #expect(found.unreadable.map(\.name) == [folder.path("data/sub/\u{fffd}")])
        }
    }
}

@Suite struct SnapshotDateTests {
    @Test(
        arguments: [
            ("2026-11-20.ndjson.zst", 20777), ("movies-2026-11-20", 20777), ("movie_ids_11_20_2026.json.gz", 20777),
            ("1970-01-01", 0), ("1969-12-31", -1), ("0001-01-01", -719_162), ("x2024-02-29y", 19782),
            ("a2026-11-20-21.zst", 20777), ("2026-13-01_2026-11-20", 20777), ("2023-02-29", nil), ("2026-11-201", nil),
            ("12026-11-20", nil), ("0000-01-01", nil), ("2026_11_20", nil), ("20261120", nil), ("2026-1-2", nil),
            ("", nil),
            ("13_20_2026", nil), ("02_30_2024 11_20_2026", 20777), ("111_20_2026", nil), ("11_20_20261", nil),
            ("11_20_2026-11-21", 20777), ("2026-11-20 01_02_2000", 20777), ("01_02_2000 2026-11-20", 10958),
            ("٢2026-11-20", 20777), ("2026–11–20", nil), ("2026-11-2x 1999-12-31", 10956),
        ] as [(String, Int32?)]
    )
    func isTheFirstRealDate(name: String, day: Int32?) { #expect(SnapshotDate.inName(name) == day) }
}
