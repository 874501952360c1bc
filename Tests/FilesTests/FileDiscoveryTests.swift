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
        try FileDiscovery.files(for: arguments.map { $0 == "-" ? $0 : folder.path($0) }).map { file in
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
        let found = try FileDiscovery.files(for: ["/dev/../dev/null", "/proc/self/fd/../cmdline"])
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
        let error = #expect(throws: FileError.self) { try FileDiscovery.files(for: [path]) }
        #expect(error == FileError(.find, path, reason))
        #expect(error?.description.contains("; ") == true, "it says what to do")
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

    @Test(arguments: ["nowhere", "circle"])
    func aLinkThatLeadsNowhereIsSaid(target: String) throws {
        #expect(symlink(target, folder.path("data/circle")) == 0)
        for path in ["data/circle", "data"] {
            let error = #expect(throws: FileError.self) { try FileDiscovery.files(for: [folder.path(path)]) }
            #expect(error == FileError(.find, folder.path("data/circle"), .brokenLink))
        }
    }

    @Test func pipesInAFolderAreNoFiles() throws {
        #expect(mkfifo(folder.path("data/sub/pipe"), 0o600) == 0)
        #expect(try names(["data/sub"]) == ["data/sub/c", "data/sub/deep/f"])
        #expect(try FileDiscovery.files(for: [folder.path("data/sub/pipe")]).map(\.size) == [nil])
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything: run the tests as another user to see this one"))
    func noPermissionIsSaid() throws {
        chmod(folder.path("data/sub"), 0)
        let error = #expect(throws: FileError.self) { try FileDiscovery.files(for: [folder.path("data")]) }
        #expect(error == FileError(.list, folder.path("data/sub"), .noPermission))
        chmod(folder.path("data/B"), 0)
        let unread = #expect(throws: FileError.self) { try FileIdentity(path: folder.path("data/B")) }
        #expect(unread == FileError(.open, folder.path("data/B"), .noPermission))
    }

    @Test func namesThatAreNoUTF8AreSaid() throws {
        let path = folder.path("data/sub/") + "x"
        var bytes = Array(path.utf8CString)
        bytes[bytes.count - 2] = CChar(bitPattern: 0xff)
        let file = open(bytes, O_CREAT | O_WRONLY, 0o600)
        #expect(file >= 0)
        close(file)
        let error = #expect(throws: FileError.self) { try FileDiscovery.files(for: [folder.path("data")]) }
        #expect(error?.reason == .nameIsNotUTF8)
        unlink(bytes)
    }
}

@Suite struct FileIdentityTests {
    /// The digits are those that `sha256sum` prints.
    @Test(
        arguments: [
            ([], "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (Array("abc".utf8), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ] as [([UInt8], String)]
    )
    func isTheHashOfTheBytes(bytes: [UInt8], key: String) throws {
        let folder = try TemporaryFolder()
        let identity = try FileIdentity(path: folder.write("a", bytes))
        #expect(identity.key == key)
        #expect(identity.size == Int64(bytes.count))
    }

    @Test func doesNotDependOnNameOrPieces() throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<3_000_001).map { UInt8(truncatingIfNeeded: $0 &* $0) }
        let identity = try FileIdentity(path: folder.write("a", bytes))
        #expect(try FileIdentity(path: folder.write("sub/b", bytes)) == identity)
        #expect(try FileIdentity(path: folder.write("c", Array(bytes.dropLast()))) != identity)
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
