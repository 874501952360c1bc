import Foundation
import Servers
import TestSupport
import Testing

/// What `reelhouse fetch` gives a person, by a server that does what is asked.
@Suite(.enabled(if: TMDBServer.canStart, "\(TMDBServer.whatToInstall)"), .waits) struct FetchCommandTests {
    @Test func someMoviesBecomeASnapshotThatARunLoads() throws {
        let fixture = try FetchFixture()
        let output = try fixture.fetch("--ids", "7,3", "--ids", "5,7,1000")
        #expect(output.documents == 3 && output.count("new") == 3 && output.count("gone") == 1)
        #expect(output.file == FetchFixture.snapshot)
        #expect(try fixture.ids() == [3, 5, 7])
        let query = fixture.server.requests().first?.query ?? ""
        #expect(query.contains("append_to_response=videos,credits,keywords,release_dates"), "\(query)")
        // The folders have the snapshot, and nothing that a run would trip over.
        #expect(fixture.folder.names(in: "data/movies") == ["movies-2026-11-28.ndjson.zst"])
        let manifest = try Program.object(
            String(decoding: fixture.folder.read("data/fetched/movies-2026-11-28.manifest.json"), as: UTF8.self))
        #expect(manifest["documents"] as? Int == 3 && manifest["api_version"] as? String == "3")
        #expect(manifest["arguments"] as? [String] != nil && manifest["snapshot_date"] as? String == FetchFixture.day)
        let hash = try ChildProcess("/usr/bin/sha256sum", [fixture.folder.path(FetchFixture.snapshot)]).wait()
        #expect(hash.output.hasPrefix(manifest["sha256"] as? String ?? "?"))
        let run = try Program.load("--movies", "data/movies", in: fixture.folder)
        #expect(run.accepted == 3 && run.rejected == 0)
        let dates = try Program.run(
            "query", "SELECT DISTINCT snapshot_date FROM movies", "-f", "csv", "-w", "w.db", in: fixture.folder)
        #expect(dates.output.contains(FetchFixture.day))
    }

    @Test func theSameFetchIsMadeOnceADay() throws {
        let fixture = try FetchFixture()
        _ = try fixture.fetch("--ids", "1,2")
        let again = try fixture.fetch("--ids", "1,2")
        #expect(again.object["was_complete"] as? Bool == true && again.documents == 2)
        #expect(fixture.asked() == [1: 1, 2: 1])
        // Another one of the day overwrites nothing.
        let other = try fixture.fetch("--ids", "3")
        #expect(other.file == "data/movies/movies-2026-11-28-2.ndjson.zst")
        let anew = try fixture.fetch("--ids", "1,2", "--again")
        #expect(anew.count("unchanged") == 2 && anew.file == "data/movies/movies-2026-11-28-3.ndjson.zst")
        #expect(try fixture.ids() == [1, 2])
        let run = try Program.load("--movies", "data/movies", in: fixture.folder)
        // The third has the bytes of the first.
        #expect(run.accepted == 3 && run.states.count { $0 == "skipped" } == 1)
    }

    @Test func idsComeFromFiles() throws {
        let fixture = try FetchFixture()
        try fixture.folder.write("plain.txt", "# some\n5\n6\n\n7\n")
        try fixture.folder.write(
            "export.ndjson", "{\"id\":8,\"popularity\":5.5}\n{\"id\":9,\"popularity\":0.6,\"adult\":false}\n")
        #expect(try fixture.fetch("--ids-from", "plain.txt").documents == 3)
        #expect(try fixture.fetch("--ids-from", "export.ndjson", "--min-popularity", "1").documents == 1)
        try fixture.folder.write("wrong.txt", "5\nseven\n")
        let wrong = try fixture.fetch("--ids-from", "wrong.txt", status: 1)
        #expect(wrong.errors.contains("line 2 of wrong.txt has no id"), "\(wrong.errors)")
    }

    @Test func listsOfTheServer() throws {
        let fixture = try FetchFixture(.init(movies: 1300, page: 2))
        #expect(try fixture.fetch("--popular", "3").documents == 6)
        #expect(try fixture.ids() == [99, 199, 299, 399, 499, 599])
        // 260 movies a year, on 130 pages.
        #expect(try fixture.fetch("--year", "2023").documents == 260)
        #expect(try fixture.fetch("--year", "2020-2021", "--connections", "5").documents == 520)
        let changes = try fixture.fetch("--changed-since", "2026-11-05")
        #expect(changes.documents == Set((1...1300).filter { $0 % 28 + 1 >= 5 }).count)
        let windows = fixture.server.requests().filter { $0.path.hasSuffix("changes") }.map(\.query)
        #expect(windows.contains { $0.contains("start_date=2026-11-05&end_date=2026-11-18") }, "\(windows.prefix(3))")
        #expect(windows.contains { $0.contains("start_date=2026-11-18&end_date=2026-11-28") })
    }

    @Test(.enabled(if: LongTests.areOn, "\(LongTests.whatToSet)"))
    func aYearOfMoreThan500PagesIsSplit() throws {
        let fixture = try FetchFixture(.init(movies: 3000, page: 1))
        let output = try fixture.fetch("--year", "2022")
        #expect(output.documents == 600)
        let pages = fixture.server.requests().filter { $0.path == "/3/discover/movie" }
        #expect(pages.count > 600 && pages.allSatisfy { !$0.query.contains("page=501") })
    }

    @Test(arguments: [("2026-11-28T12:00:00Z", "11_28"), ("2026-11-28T07:59:00Z", "11_27")])
    func allMoviesComeFromTheNewestExport(_ now: String, _ date: String) throws {
        let fixture = try FetchFixture(
            .init(movies: 30, exports: ["movie_ids_\(date)_2026.json.gz", "adult_movie_ids_\(date)_2026.json.gz"]))
        let output = try fixture.fetch("--all", "--now", now, "--min-popularity", "11")
        #expect(output.documents == 20)
        let exports = fixture.server.requests().filter { $0.path.hasPrefix("/p/") }
        #expect(exports.map(\.path) == ["/p/exports/movie_ids_\(date)_2026.json.gz"])
        #expect(exports.allSatisfy { $0.authorization == nil && !$0.query.contains("api_key") })
        _ = try fixture.fetch("--all", "--include-adult", "--now", now)
        #expect(fixture.server.requests().contains { $0.path.hasPrefix("/p/exports/adult_") })
    }

    @Test func whatIsGoneIsNotAskedForAgainForSomeWeeks() throws {
        let fixture = try FetchFixture(.init(movies: 5))
        try fixture.folder.write("ids", "4\n5\n6\n7\n")
        let first = try fixture.fetch("--ids-from", "ids")
        #expect(first.documents == 2 && first.count("gone") == 2)
        let second = try fixture.fetch("--ids-from", "ids", "--now", "2026-12-10T00:00:00Z")
        #expect(second.count("left_out") == 2 && second.count("unchanged") == 2 && second.count("gone") == 0)
        #expect(fixture.asked() == [4: 2, 5: 2, 6: 1, 7: 1])
        // Those that are named are asked for, and all are after some weeks.
        #expect(try fixture.fetch("--ids", "6", "--now", "2026-12-11T00:00:00Z").count("gone") == 1)
        #expect(try fixture.fetch("--ids-from", "ids", "--now", "2027-01-20T00:00:00Z").count("gone") == 2)
    }

    @Test func documentsAndPostersGoToTheRawStore() throws {
        let fixture = try FetchFixture(.init(movies: 60))
        let output = try fixture.fetch("--popular", "3", "--raw", "store", "--posters", "w500")
        // One of 50 images is not there.
        #expect(output.posters("fetched") == 49 && output.posters("absent") == 1, "\(output.errors)")
        #expect(TemporaryFolder.files(below: fixture.folder.path("store/posters")).count == 49)
        let second = try fixture.fetch(
            "--popular", "3", "--raw", "store", "--posters", "w500", "--now", "2026-11-29T12:00:00Z")
        #expect(second.posters("fetched") == 0 && second.posters("present") == 49)
        let images = fixture.server.requests().filter { $0.path.hasPrefix("/t/p/w500/") }
        #expect(images.allSatisfy { $0.authorization == nil && $0.query.isEmpty })

        // The raw store gives the same documents without a server.
        let folder = try TemporaryFolder()
        let offline = try Program.run(
            "fetch", "--offline", "--popular", "3", "--raw", fixture.folder.path("store"), "--json", "--now",
            "2026-11-28T12:00:00Z", in: folder)
        #expect(offline.status == 0, "\(offline.errors)")
        #expect(try Program.object(offline.output)["documents"] as? Int == 60)
        #expect(folder.read(FetchFixture.snapshot) == fixture.folder.read(FetchFixture.snapshot))
    }

    @Test func olderMoviesAreRefreshed() throws {
        let fixture = try FetchFixture(.init(movies: 10))
        _ = try fixture.fetch("--ids", "1,2,3", "--raw", "data/raw")
        _ = try fixture.fetch("--ids", "2", "--now", "2026-12-20T00:00:00Z")
        let output = try fixture.fetch("--refresh-older-than", "30d", "--now", "2026-12-30T00:00:00Z")
        #expect(output.documents == 2 && output.count("unchanged") == 2)
        #expect(fixture.asked() == [1: 2, 2: 2, 3: 2])
        let none = try fixture.fetch("--refresh-older-than", "30d", "--now", "2026-12-31T00:00:00Z")
        #expect(none.count("ids") == 0 && none.file == nil)
    }

    /// Documents of TMDB's, where they are beside the repository.
    @Test(.enabled(if: RealDocuments.areThere, "\(RealDocuments.whatToSet)"))
    func documentsOfTMDBComeAsTheyAre() throws {
        let folder = try TemporaryFolder()
        let lines = try RealDocuments.lines().prefix(400)
        let file = try folder.write("real.ndjson", lines.map { $0 + "\n" }.joined())
        let fixture = try FetchFixture(.init(documents: file))
        let output = try fixture.fetch("--popular", "500")
        #expect(output.documents == lines.count, "\(output.errors)")
        #expect(Set(try fixture.lines()) == Set(lines))
        let run = try Program.load("--movies", "data/movies", in: fixture.folder)
        #expect(run.accepted == lines.count && run.rejected == 0)
    }

    @Test func languageAndBlocks() throws {
        let fixture = try FetchFixture()
        _ = try fixture.fetch("--ids", "3", "--language", "de-DE", "--append", "videos")
        let query = fixture.server.requests().last?.query ?? ""
        #expect(query.contains("append_to_response=videos&language=de-DE&include_video_language=de,null"), "\(query)")
        #expect(try fixture.lines().first?.contains("Movie 3 de-DE") == true)
    }

    @Test func aDryFolderNeedsAKeyAndAList() throws {
        let fixture = try FetchFixture()
        let noKey = try fixture.start(["--ids", "1"], environment: [:]).wait()
        #expect(noKey.status == 2 && noKey.errors.contains("TMDB_ACCESS_TOKEN"), "\(noKey.errors)")
        let nothing = try fixture.start([]).wait()
        #expect(nothing.status == 2 && nothing.errors.contains("which movies"), "\(nothing.errors)")
        for wrong in [
            ["--ids", "x"], ["--year", "20-21"], ["--ids", "1", "--include-adult"], ["--ids", "1", "--base-url", "x"],
        ] {
            #expect(try fixture.start(wrong).wait().status == 2, "\(wrong)")
        }
        #expect(fixture.server.requests().isEmpty)
        let scheme = try Program.run("run", "--movies", "tmdb:", in: fixture.folder)
        #expect(scheme.status == 2 && scheme.errors.contains("reelhouse fetch"), "\(scheme.errors)")
    }

    @Test func theKeyComesFromTheEnvironmentOrAFile() throws {
        let fixture = try FetchFixture()
        let key = try fixture.start(["--ids", "1"], environment: ["TMDB_API_KEY": TMDBServer.key]).wait()
        #expect(key.status == 0, "\(key.errors)")
        try fixture.folder.write(".env", "TMDB_ACCESS_TOKEN=\(TMDBServer.token)\n")
        let file = try fixture.start(["--ids", "2"], environment: [:]).wait()
        #expect(file.status == 0, "\(file.errors)")
        let requests = fixture.server.requests()
        #expect(requests.first?.query.contains("api_key=") == true && requests.first?.authorization == nil)
        #expect(requests.last?.authorization == "Bearer " + TMDBServer.token)
    }
}

/// A file of TMDB's documents, which is no part of the repository.
private enum RealDocuments {
    static let variable = "REELHOUSE_REAL"
    static let whatToSet = "no documents of TMDB's: set \(variable) to the folder with tmdb_5000.ndjson.zst"

    private static var path: String {
        let folder = ProcessInfo.processInfo.environment[variable]
        return (folder ?? FileManager.default.currentDirectoryPath + "/../shared/real") + "/tmdb_5000.ndjson.zst"
    }

    static var areThere: Bool { FileManager.default.isReadableFile(atPath: path) }

    static func lines() throws -> [String] {
        let text = try String(decoding: Compression.decode(TemporaryFolder.bytes(ofFile: path)), as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }
}
