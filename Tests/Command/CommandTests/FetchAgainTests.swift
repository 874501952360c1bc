import Foundation
import Servers
import TestSupport
import Testing

/// A fetch that is made again: what tells one from another, what is asked for again, and what there is nothing to do for.
@Suite(.enabled(if: TMDBServer.canStart, "\(TMDBServer.whatToInstall)"), .waits) struct FetchAgainTests {
    @Test func aListIsKnownByItsIDsAndNotByItsName() throws {
        let fixture = try FetchFixture()
        // The last line has no line feed.
        try fixture.folder.write("ids", "1\n2")
        #expect(try fixture.fetch("--ids-from", "ids").documents == 2)
        try fixture.folder.write("same", "2\n1\n")
        #expect(try fixture.fetch("--ids-from", "same").object["was_complete"] as? Bool == true)
        try fixture.folder.write("ids", "1\n2\n3\n")
        let grown = try fixture.fetch("--ids-from", "ids")
        #expect(grown.documents == 3 && grown.object["was_complete"] as? Bool == false)
        for (wrong, line) in [("1\n113junk", 2), ("{\"id\":113,\"popu", 1)] {
            try fixture.folder.write("ids", wrong)
            let output = try fixture.fetch("--ids-from", "ids", status: 1)
            #expect(output.errors.contains("line \(line) of ids has no id"), "\(output.errors)")
        }
    }

    @Test func whatFailedIsAskedForAgainByItsList() throws {
        let fixture = try FetchFixture(.init(script: ["5": ["status:400", "status:400"], "6": ["status:400"]]))
        let first = try fixture.fetch("--ids", "4,5", status: 3)
        let list = try #require(first.object["failed_list"] as? String)
        #expect(try fixture.fetch("--ids-from", list, status: 3).count("failed") == 1)
        // It failed again, so that the list is the same.
        let third = try fixture.fetch("--ids-from", list, "--again")
        #expect(third.documents == 1 && fixture.asked() == [4: 1, 5: 3])
        // Another fetch has a list of its own, and the same one says again what failed.
        let other = try fixture.fetch("--ids", "6", status: 3)
        #expect(other.object["failed_list"] as? String != list)
        let complete = try fixture.fetch("--ids", "6", status: 3)
        #expect(complete.object["was_complete"] as? Bool == true && complete.errors.contains("--ids-from"))
        #expect(complete.errors.contains("movie 6 failed: http"), "\(complete.errors)")
    }

    @Test func anotherPlaceGetsTheDocumentsToo() throws {
        let fixture = try FetchFixture()
        _ = try fixture.fetch("--ids", "1,2")
        let raw = try fixture.fetch("--ids", "1,2", "--raw", "store")
        #expect(raw.documents == 2 && raw.object["was_complete"] as? Bool == false)
        #expect(TemporaryFolder.files(below: fixture.folder.path("store")).count >= 2)
    }

    @Test func whereNothingIsNewThereIsNothingToDo() throws {
        let fixture = try FetchFixture(.init(movies: 5))
        try fixture.folder.write("ids", "6\n7\n")
        #expect(try fixture.fetch("--ids-from", "ids").count("gone") == 2)
        let gone = try fixture.fetch("--ids-from", "ids", "--again")
        #expect(gone.count("ids") == 0 && gone.count("left_out") == 2 && gone.file == nil)
        let text = try fixture.start(["--ids-from", "ids", "--again"]).wait()
        #expect(text.status == 0 && text.output.contains("nothing to fetch: 2 movies were gone before"))
        #expect(try fixture.fetch("--refresh-older-than", "30d").count("ids") == 0)
        #expect(fixture.folder.names(in: "data/movies").isEmpty)
    }

    @Test func aSnapshotThatIsGoneIsFetchedAgain() throws {
        let fixture = try FetchFixture()
        _ = try fixture.fetch("--ids", "1,2")
        try FileManager.default.removeItem(atPath: fixture.folder.path(FetchFixture.snapshot))
        let again = try fixture.fetch("--ids", "1,2")
        #expect(again.object["was_complete"] as? Bool == false)
        #expect(try fixture.ids() == [1, 2])
    }

    @Test func aReplayDoesNotCountAsAskingAgain() throws {
        let fixture = try FetchFixture()
        _ = try fixture.fetch("--ids", "1,2", "--raw", "data/raw", "--now", "2026-01-01T00:00:00Z")
        let replay = try fixture.fetch("--offline", "--ids", "1,2", "--raw", "data/raw", "--to", "replayed")
        #expect(replay.documents == 2)
        _ = try Program.load("--movies", "replayed", in: fixture.folder)
        #expect(try fixture.fetch("--refresh-older-than", "150d").documents == 2)
    }

    @Test func postersThatFailedAreNamedAndFetchedByTheNextFetch() throws {
        let script = ["/t/p/w500/poster2.jpg": ["status:500", "status:500"]]
        let fixture = try FetchFixture(.init(script: script))
        let first = try fixture.fetch("--ids", "1,2,49", "--raw", "store", "--posters", "--tries", "2", status: 3)
        #expect(first.errors.contains("the poster /poster2.jpg failed"), "\(first.errors)")
        #expect(first.posters("failed") == 1 && first.posters("absent") == 1 && first.posters("fetched") == 1)
        let second = try fixture.fetch("--ids", "1,2,49", "--raw", "store", "--posters", "--tries", "2")
        #expect(second.object["was_complete"] as? Bool == true && second.posters("fetched") == 1)
        #expect(try fixture.fetch("--ids", "1,2,49", "--raw", "store", "--posters").posters("fetched") == 0)
    }

    @Test(arguments: [
        (["--timeout", "0s"], "--timeout needs a second"), (["--base-url", "http://h/3"], "which is added to it"),
        (["--ca-file", "none.pem"], "cannot be read: No such file"),
        (["--to", "x", "--state", "./x/"], "the same folder"),
    ])
    func whatCannotWorkIsRefused(_ arguments: [String], _ words: String) throws {
        let fixture = try FetchFixture()
        let result = try fixture.start(["--ids", "1"] + arguments).wait()
        #expect(result.status == 2 && result.errors.contains(words), "\(result.errors)")
        #expect(fixture.server.requests().isEmpty)
    }
}
