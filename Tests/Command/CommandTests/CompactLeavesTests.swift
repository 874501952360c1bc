import Foundation
import Servers
import TestSupport
import Testing

/// What `reelhouse compact` leaves where it is, and what it tidies up.
@Suite(.waits) struct CompactLeavesTests {
    private func left(_ result: [String: Any], _ member: String = "left") -> [String] {
        (result[member] as? [[String: String]] ?? []).map { "\($0["path"] ?? ""): \($0["reason"] ?? "")" }
    }

    private func text(_ lines: String...) -> [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }

    /// Movie documents among the events are rejected line by line; they belong elsewhere, and not into a compacted file.
    @Test(arguments: CompactFixture.Database.possible)
    func aFileOfMoviesIsLeftAndNamed(_ database: CompactFixture.Database) throws {
        let fixture = try CompactFixture(database)
        let movies = text(
            #"{"id":603,"title":"The Lantern Harbour","release_date":"1999-03-31","vote_count":1500}"#, "",
            #"{"id":604,"title":"Salt","release_date":"2001-03-31"}"#)
        try fixture.write("misplaced.ndjson", movies)
        try fixture.write("below/misplaced.ndjson.zst", Compression.zstd.encode(movies + text("not json")))
        // What is merely broken is compacted, and so is a movie among events.
        try fixture.write("broken.ndjson", text("nor this", #"{"event_type":"view"}"#))
        try fixture.write("mixed.ndjson", text(#"{"id":605,"title":"T"}"#, CompactFixture.event(10, 61, user: 3)))
        try fixture.load()
        let (before, lines) = (try fixture.state(), try fixture.lines())
        for arguments in [["--dry-run"], []] {
            let result = try fixture.compact(arguments)
            #expect(result["originals"] as? Int == 7 && result["exit_status"] as? Int == 0, "\(result)")
            #expect((result["reasons"] as? [String])?.isEmpty == true)
            let left = left(result)
            #expect(left.count == 2 && left.allSatisfy { $0.contains("movie documents") && $0.contains("--movies") })
            #expect(left.allSatisfy { $0.contains("misplaced.ndjson") }, "\(left)")
        }
        #expect(fixture.folder.read("in/misplaced.ndjson") == movies)
        #expect(fixture.folder.names(in: "in/below") == ["misplaced.ndjson.zst"])
        #expect(try fixture.lines() == lines && fixture.state() == before)
    }

    @Test(.enabled(if: access("/usr/bin/setpriv", X_OK) == 0 && geteuid() == 0, "needs setpriv, as root"))
    func aFileThatMayNotBeReadIsNamedAndTheOthersAreCompacted() throws {
        let fixture = try CompactFixture()
        try fixture.write("secret.ndjson", text(CompactFixture.event(10, 61, user: 3)))
        // The day whose file may not be read keeps all that has lines of it.
        try fixture.write("day.ndjson", text(CompactFixture.event(15, 61, user: 3)))
        try fixture.write(
            "events-2026-11-15.ndjson.zst", Compression.zstd.encode(text(CompactFixture.event(15, 7, user: 3))))
        try fixture.load()
        let folder = fixture.folder
        #expect(try ChildProcess("/bin/chown", ["-R", "65534:65534", folder.path]).wait().status == 0)
        for name in ["secret.ndjson", "events-2026-11-15.ndjson.zst"] { chmod(folder.path("in/" + name), 0) }
        let result = try ChildProcess(
            "/usr/bin/setpriv",
            [
                "--reuid", "65534", "--regid", "65534", "--clear-groups", Program.path, "compact", "in", "-w", "w.db",
                "--now", CompactFixture.now, "--json",
            ], currentFolder: folder.path
        ).wait()
        try #require(!result.errors.contains("execute"), "the other user cannot reach the program")
        #expect(result.status == 3, "\(result.output) \(result.errors)")
        let object = try Program.object(result.output)
        let unreadable = left(object, "unreadable")
        #expect(unreadable.count == 2 && unreadable.allSatisfy { $0.contains("no permission") }, "\(unreadable)")
        #expect(left(object).count == 1 && left(object)[0].contains("day.ndjson: it has lines of 2026-11-15"))
        #expect(object["originals"] as? Int == 5)
        let reasons = object["reasons"] as? [String] ?? []
        #expect(reasons.count == 1 && reasons[0].hasPrefix("2 files or folders could not be read, as in/"))
        #expect(result.errors.contains("warning: 2 files or folders could not be read"), "\(result.errors)")
        #expect(folder.has("in/secret.ndjson") && folder.has("in/events-2026-11-10.ndjson.zst"))
    }

    /// A folder that has nothing any more goes; what somebody else has put there stays, and so do links.
    @Test func foldersThatAreEmptiedGo() throws {
        let fixture = try CompactFixture(files: [
            "2026/11/a.ndjson": text(CompactFixture.event(10, 1, user: 1)),
            "2026/10/b.ndjson": text(CompactFixture.event(10, 2, user: 1)),
            "2027/c.ndjson": text(CompactFixture.event(10, 3, user: 1)),
            "2027/today.ndjson": text(CompactFixture.event(28, 3, user: 1)),
            "own/d.ndjson": text(CompactFixture.event(10, 4, user: 1)),
            "own/.notes": text("mine"),
            "e.ndjson": text(CompactFixture.event(10, 5, user: 1)),
        ])
        let folder = fixture.folder
        try folder.makeFolder("in/empty")
        try folder.write("elsewhere/deep/f.ndjson", CompactFixture.event(10, 6, user: 1) + "\n")
        let date = try #require(ISO8601DateFormatter().date(from: "2026-11-20T00:00:00Z"))
        try FileManager.default.setAttributes(
            [.modificationDate: date], ofItemAtPath: folder.path("elsewhere/deep/f.ndjson"))
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("in/link"), withDestinationPath: "../elsewhere")
        try fixture.load()
        let digest = try fixture.digest()
        // What lies behind a link may be of something else.
        #expect(try fixture.compact()["originals"] as? Int == 5)
        #expect(
            folder.names(in: "in") == ["2027", "empty", "events-2026-11-10.ndjson.zst", "link", "own"],
            "\(folder.names(in: "in"))")
        #expect(folder.names(in: "in/2027") == ["today.ndjson"] && folder.names(in: "in/own") == [".notes"])
        #expect(folder.names(in: "elsewhere") == ["deep"] && folder.names(in: "elsewhere/deep") == ["f.ndjson"])
        _ = try fixture.load(into: "fresh.db")
        #expect(try fixture.digest("fresh.db") == digest)
        // The folder itself stays where nothing is left in it.
        let bare = try CompactFixture(files: ["blank.ndjson": text(" ", "")])
        #expect(try bare.compact()["originals"] as? Int == 1)
        #expect(bare.folder.has("in") && bare.folder.names(in: "in").isEmpty)
    }

    @Test func whatIsKeptTakesNoOtherFilesName() throws {
        let fixture = try CompactFixture()
        let original = fixture.folder.read("in/a.ndjson")
        try fixture.folder.write("kept/a.ndjson", "mine")
        try fixture.folder.write("kept/a.ndjson.1", "mine too")
        try fixture.compact("--keep-originals", "kept")
        #expect(fixture.folder.read("kept/a.ndjson") == Array("mine".utf8))
        #expect(fixture.folder.read("kept/a.ndjson.1") == Array("mine too".utf8))
        #expect(fixture.folder.read("kept/a.ndjson.2") == original)
        #expect(fixture.folder.has("kept/below/c.ndjson.zst") && !fixture.folder.has("in/below"))
    }
}
