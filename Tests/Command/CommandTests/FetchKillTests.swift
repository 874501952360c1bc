import Foundation
import Servers
import TestSupport
import Testing

/// A fetch that is killed or stopped, and run again.
@Suite(.enabled(if: TMDBServer.canStart, "\(TMDBServer.whatToInstall)"), .waits) struct FetchKillTests {
    private static let movies = 900

    private static func ids() -> String { (1...movies).map(String.init).joined(separator: ",") }

    @Test func killedAtRandomMomentsItAsksForNothingTwice() throws {
        let fixture = try FetchFixture(
            .init(movies: Self.movies, script: ["5": ["status:500"], "6": ["=gone"]], delay: 0.01))
        let rounds = LongTests.rounds(4, long: 25)
        let connections = 6
        var (kills, last) = (0, Int32(-1))
        for _ in 0..<rounds {
            let before = fixture.server.requests().count
            let process = try fixture.start([
                "--ids", Self.ids(), "--rate", "0", "--connections", "\(connections)", "--json",
            ])
            let share = Int.random(in: 1...max(2, Self.movies / rounds))
            while process.isRunning, fixture.server.requests().count < before + share { usleep(10_000) }
            usleep(UInt32.random(in: 0...4000))
            process.send(SIGKILL)
            let result = process.wait()
            if result.isKilled { kills += 1 } else { last = result.status }
        }
        #expect(kills >= rounds / 2, "\(kills)")
        print("killed a fetch \(kills) times in \(Self.movies) movies")
        let output = try fixture.fetch("--ids", Self.ids(), "--connections", "\(connections)")
        #expect(last <= 0 && output.documents == Self.movies - 1)
        #expect(try fixture.ids() == (1...Self.movies).filter { $0 != 6 })
        let twice = fixture.asked().values.reduce(0) { $0 + $1 - 1 }
        #expect(twice <= kills * connections + 1, "\(twice) were asked for again after \(kills) kills")

        // A fetch that was never killed gives the same file.
        let whole = try FetchFixture(.init(movies: Self.movies, script: ["6": ["=gone"]]))
        _ = try whole.fetch("--ids", Self.ids())
        #expect(whole.folder.read(FetchFixture.snapshot) == fixture.folder.read(FetchFixture.snapshot))
        #expect(fixture.folder.names(in: "data/movies") == ["movies-2026-11-28.ndjson.zst"])
    }

    /// Kills while the snapshot is made of what is there, which is a moment that the other test seldom meets.
    @Test func killedAtItsEndItGivesTheSnapshotOnce() throws {
        let fixture = try FetchFixture(.init(movies: Self.movies))
        let rounds = LongTests.rounds(4, long: 25)
        var kills = 0
        for _ in 0..<rounds {
            let process = try fixture.start(["--ids", Self.ids(), "--rate", "0", "--raw", "store"])
            while process.isRunning, fixture.asked().count < Self.movies { usleep(10_000) }
            usleep(UInt32.random(in: 0...60_000))
            process.send(SIGKILL)
            if process.wait().isKilled { kills += 1 }
        }
        print("killed a fetch at its end \(kills) times")
        let output = try fixture.fetch("--ids", Self.ids(), "--raw", "store")
        #expect(output.documents == Self.movies)
        #expect(try fixture.ids() == Array(1...Self.movies))
        #expect(fixture.folder.names(in: "data/movies") == ["movies-2026-11-28.ndjson.zst"])
        let twice = fixture.asked().values.reduce(0) { $0 + $1 - 1 }
        #expect(twice <= kills * 20, "\(twice)")
        let run = try Program.load("--movies", "data/movies", "--raw", "store", in: fixture.folder)
        #expect(run.accepted == Self.movies)
    }

    @Test func theDateAndTheListStayInAResume() throws {
        let fixture = try FetchFixture(.init(movies: 400, delay: 0.02))
        let process = try fixture.start(["--popular", "20", "--rate", "0", "--connections", "4"])
        while process.isRunning, fixture.asked().count < 50 { usleep(10_000) }
        process.send(SIGKILL)
        #expect(process.wait().isKilled)
        let pages = fixture.server.requests().count { $0.path.hasSuffix("popular") }
        let output = try fixture.fetch("--popular", "20", "--now", "2026-11-30T12:00:00Z")
        #expect(output.file == FetchFixture.snapshot && output.documents == 400)
        #expect(output.count("resumed") >= 40 && output.errors.contains("going on with the fetch of 2026-11-28"))
        #expect(fixture.server.requests().count { $0.path.hasSuffix("popular") } == pages)
    }

    @Test func pagesThatCameAreNotAskedForAgain() throws {
        let fixture = try FetchFixture(.init(movies: 400, delay: 0.05, page: 4))
        let process = try fixture.start(["--popular", "100", "--rate", "0", "--connections", "3"])
        while process.isRunning, fixture.server.requests().count < 40 { usleep(10_000) }
        process.send(SIGKILL)
        #expect(process.wait().isKilled)
        #expect(try fixture.fetch("--popular", "100").documents == 400)
        let asked = fixture.server.requests().filter { $0.path.hasSuffix("popular") }.map(\.query)
        #expect(asked.count <= Set(asked).count + 3, "\(asked.count) \(Set(asked).count)")
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func aSignalStopsItWithAllThatCame(_ signal: Int32, _ status: Int32) throws {
        let fixture = try FetchFixture(.init(movies: 300, delay: 0.05))
        let ids = (1...300).map(String.init).joined(separator: ",")
        let process = try fixture.start(["--ids", ids, "--rate", "0", "--connections", "4"])
        while process.isRunning, fixture.asked().count < 30 { usleep(10_000) }
        process.send(signal)
        let result = process.wait()
        #expect(result.status == status, "\(result.errors)")
        let output = try fixture.fetch("--ids", ids)
        #expect(output.documents == 300)
        #expect(fixture.asked().values.allSatisfy { $0 == 1 })
    }

    @Test func twoFetchesAtATimeAreOneTooMany() throws {
        let fixture = try FetchFixture(.init(movies: 300, delay: 0.2))
        let ids = (1...300).map(String.init).joined(separator: ",")
        let first = try fixture.start(["--ids", ids, "--connections", "2"])
        while first.isRunning, fixture.asked().isEmpty { usleep(10_000) }
        let second = try fixture.start(["--ids", "1"]).wait()
        #expect(second.status == 4 && second.errors.contains("another fetch is running"), "\(second.errors)")
        first.send(SIGKILL)
        _ = first.wait()
    }

    @Test func memoryDoesNotGrowWithTheMovies() throws {
        let fixture = try FetchFixture(.init(movies: LongTests.rounds(2000, long: 10_000)))
        try fixture.folder.write(
            "ids", (1...LongTests.rounds(2000, long: 10_000)).map { "\($0)\n" }.joined())
        let (result, peak) = try fixture.start(["--ids-from", "ids", "--rate", "0", "--json"]).waitMeasuringMemory()
        #expect(result.status == 0, "\(result.errors)")
        print("a fetch of \(LongTests.rounds(2000, long: 10_000)) movies used \(peak >> 20) MiB")
        #expect(peak < 120 << 20, "\(peak >> 20) MiB")
    }
}
