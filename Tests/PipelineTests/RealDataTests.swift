import Fixtures
import Foundation
import Pipeline
import TestSupport
import Testing

/// Loads real movies and ratings, if they are present: a folder with `tmdb_5000.ndjson.zst` and `events/*.ndjson.zst`
/// that `REELHOUSE_REAL` names, or that is beside the package.
@Suite struct RealDataTests {
    private static let folder: String? = {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let beside = package.deletingLastPathComponent().appendingPathComponent("shared/real").path
        let folder = ProcessInfo.processInfo.environment["REELHOUSE_REAL"] ?? beside
        return FileManager.default.fileExists(atPath: folder + "/tmdb_5000.ndjson.zst") ? folder : nil
    }()

    /// The content of the event files, read with another JSON parser.
    private struct Independent {
        var lines = 0
        var withoutMovie = 0
        /// Identities of all lines, and of those that have a movie.
        var distinct: Set<String> = []
        var withMovie: Set<String> = []

        init(_ paths: [String]) throws {
            for path in paths {
                for line in LineCount.lines(in: try Compression.decode(TemporaryFolder.bytes(ofFile: path))) {
                    lines += 1
                    let event = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] ?? [:]
                    let identity = "\(event["event_id"] ?? "") \(event["event_time"] ?? "")"
                    distinct.insert(identity)
                    if event["movie_id"] is Int { withMovie.insert(identity) } else { withoutMovie += 1 }
                }
            }
        }
    }

    @Test(
        .enabled(if: RealDataTests.folder != nil, "no real data: set REELHOUSE_REAL to a folder that has it"),
        arguments: Warehouses.present)
    func realDataIsLoadedWhole(_ kind: WarehouseKind) throws {
        let folder = try #require(RealDataTests.folder)
        let movies = FilesOfATest([folder + "/tmdb_5000.ndjson.zst"], port: .movies)
        let paths = TemporaryFolder.files(below: folder + "/events").filter { $0.hasSuffix(".ndjson.zst") }
        let independent = try Independent(paths)
        #expect(independent.lines == 100_009)
        #expect(independent.distinct.count == 100_007)
        let warehouse = try LawWarehouse(kind)
        let report = try warehouse.run(movies: movies, events: FilesOfATest(paths, port: .events))
        #expect(report.run.counts.areConserved)
        let database = try warehouse.fixture.database()
        let read = try database.rows("SELECT sum(read) FROM load_checkpoint GROUP BY port ORDER BY port")
        #expect(read == ["100009", "4803"])
        let rules = try database.rows(
            "SELECT port, rule, count(*) FROM rejected_record GROUP BY port, rule")
        #expect(rules == (independent.withoutMovie > 0 ? ["events|missing_movie_id|\(independent.withoutMovie)"] : []))
        #expect(try database.integer("SELECT count(*) FROM movies") == 4803)
        #expect(try database.integer("SELECT count(*) FROM fact_user_event") == Int64(independent.withMovie.count))
        let duplicates = try database.integer("SELECT sum(duplicates) FROM load_checkpoint WHERE port = 'events'")
        #expect(duplicates == Int64(independent.lines - independent.withoutMovie - independent.withMovie.count))
        #expect(try database.integer("SELECT count(*) FROM ratings") <= Int64(independent.withMovie.count))
        #expect(try warehouse.faults() == [])

        let other = try LawWarehouse(kind)
        for path in paths.reversed() { try other.run(events: FilesOfATest([path], port: .events)) }
        try other.run(movies: movies)
        #expect(try other.digest() == warehouse.digest())
    }
}
