import Domain
import Files
import Fixtures
import Foundation
import TestSupport
import Testing

@testable import Servers

/// `reelhouse export`, `verify` and `prune`, run as the built command.
@Suite(.serialized, .waits) struct ExportCommandTests {
    private static func source() throws -> String { try GeneratedInput.shared.get().folder.path("expected.db") }

    private static func export(_ arguments: String..., in folder: TemporaryFolder) throws -> [String: Any] {
        let all = ["export", "-w", try source(), "--now", "2026-11-28T23:59:59Z", "--json"] + arguments
        let result = try Program.start(all, in: folder).wait()
        #expect(result.status == 0, "\(result.errors)")
        return try Program.object(result.output)
    }

    private static func digest(of location: String, in folder: TemporaryFolder) throws -> String {
        let result = try Program.run("digest", "--json", "-w", location, in: folder)
        return try Program.object(result.output)["total"] as? String ?? result.errors
    }

    // MARK: export

    @Test func aSnapshotIsMadeVerifiedAndPruned() throws {
        let folder = try TemporaryFolder()
        let first = try Self.export(in: folder)
        #expect(first["snapshot"] as? String == "snapshots/2026-11-28" && first["was_there"] as? Bool == false)
        #expect(first["rows"] as? Int ?? 0 > 20_000)
        #expect(first["digest"] as? String == (try Self.digest(of: Self.source(), in: folder)))
        #expect((first["last_run"] as? [String: Any])?["outcome"] as? String == "completed")
        #expect(try Self.export(in: folder)["was_there"] as? Bool == true)
        let whole = try Self.export("--format", "sqlite", "--date", "2026-11-27", in: folder)
        #expect(whole["snapshot"] as? String == "snapshots/2026-11-27")
        #expect(
            try Self.digest(of: folder.path("snapshots/2026-11-27/warehouse.db"), in: folder)
                == Self.digest(of: Self.source(), in: folder))
        let changes = try Self.export("--since", "2026-11-28", "--date", "2026-11-29", in: folder)
        #expect(changes["since"] as? String == "2026-11-28")
        let verified = try Program.run("verify", "--json", in: folder)
        #expect(verified.status == 0, "\(verified.output)")
        #expect((try Program.object(verified.output)["snapshots"] as? [Any])?.count == 3)

        // The one of changes needs the one of the 28th.
        try folder.write("snapshots/notes/a.txt", "mine")
        try folder.write("snapshots/2026-11-20/a.txt", "mine")
        let dry = try Program.object(Program.run("prune", "--daily", "1", "-n", "--json", in: folder).output)
        #expect(dry["removed"] as? [String] == ["2026-11-27"])
        #expect(folder.has("snapshots/2026-11-27"))
        let pruned = try Program.run("prune", "--daily", "1", "--json", in: folder)
        #expect(pruned.status == 0, "\(pruned.errors)")
        #expect(
            folder.names(in: "snapshots") == ["2026-11-20", "2026-11-28", "2026-11-29", "notes"])
    }

    @Test func aDamagedSnapshotIsNamedAndStays() throws {
        let folder = try TemporaryFolder()
        for day in ["2026-11-26", "2026-11-27", "2026-11-28"] {
            _ = try Self.export("--date", day, "--tables", "movies,ratings", in: folder)
        }
        let file = "snapshots/2026-11-28/ratings.csv.zst"
        try folder.write(file, Array(folder.read(file).dropLast()))
        let verified = try Program.run("verify", "snapshots/2026-11-28", in: folder)
        #expect(verified.status == 1 && verified.output.contains("ratings.csv.zst"), "\(verified.output)")
        #expect(try Program.run("verify", "snapshots/2026-11-27", in: folder).status == 0)
        let pruned = try Program.run("prune", "--daily", "1", "--json", in: folder)
        #expect(pruned.status == 3, "\(pruned.output)")
        #expect(folder.names(in: "snapshots") == ["2026-11-27", "2026-11-28"])
        // What cannot be read as a manifest is damaged too.
        try folder.write("snapshots/2026-11-27/manifest.json", "{\"format\": \"reelhouse-snapshot\", ")
        #expect(try Program.run("prune", "--daily", "0", in: folder).status == 3)
        #expect(try Program.run("verify", in: folder).status == 1)
        #expect(folder.names(in: "snapshots") == ["2026-11-27", "2026-11-28"])
    }

    @Test func aQueryIsExported() throws {
        let folder = try TemporaryFolder()
        let query =
            "SELECT movie_id AS \"the movie\", score / 2 AS half, NULL AS missing, '' AS empty FROM ratings ORDER BY 1"
        let object = try Self.export("--query", query, in: folder)
        let rows = try #require(object["rows"] as? Int)
        #expect(rows > 100)
        let text = String(
            decoding: try Compression.decode(folder.read("snapshots/2026-11-28/query.csv.zst")), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.first == "the movie,half,missing,empty" && lines.count == rows + 1)
        #expect(lines.dropFirst().allSatisfy { $0.hasSuffix(",,\"\"") })
        #expect(try Program.run("verify", in: folder).status == 0)
        let wrong = try Program.start(
            ["export", "-w", Self.source(), "--query", "DELETE FROM ratings", "--date", "2026-11-30"], in: folder
        ).wait()
        #expect(wrong.status != 0 && folder.names(in: "snapshots") == ["2026-11-28"], "\(wrong.errors)")
    }

    /// Of two members of one name most readers of JSON keep one.
    @Test func twoColumnsOfOneNameAreNoObject() throws {
        let folder = try TemporaryFolder()
        var sources = [try Self.source()]
        let postgres = PostgresServer.canStart ? try WarehouseKind.postgreSQL.make() : nil
        if let postgres {
            let copied = try Program.run("copy", "--from", Self.source(), "--to", postgres.location, "-q", in: folder)
            #expect(copied.status == 0, "\(copied.errors)")
            sources.append(postgres.location)
        }
        let join = "SELECT r.movie_id, m.title, m.movie_id FROM ratings AS r JOIN movies AS m USING (movie_id)"
        for source in sources {
            let refused = try Program.start(
                ["export", "-w", source, "-f", "ndjson", "--query", join], in: folder
            ).wait()
            let words = refused.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(refused.status == 2 && words.contains("two columns the name 'movie_id'"), "\(words)")
            #expect(words.contains("with AS") && folder.names() == [], "\(words) \(folder.names())")
        }
        let named = join.replacing("m.movie_id FROM", with: "m.movie_id AS other FROM")
        for (format, query) in [("csv", join), ("ndjson", named)] {
            _ = try Self.export("-f", format, "--query", query, in: folder)
        }
        #expect(try Program.run("verify", in: folder).status == 0)
    }

    @Test func whatCannotBeDoneIsRefusedBeforeAnythingIsWritten() throws {
        let folder = try TemporaryFolder()
        let source = try Self.source()
        let cases: [([String], String)] = [
            (["--tables", "movies,films"], "'films'"), (["--tables", ","], "no table"),
            (["--format", "sqlite", "--tables", "movies"], "whole"),
            (["--format", "sqlite", "--pseudonymize"], "whole"),
            (["--format", "ndjson", "--bom"], "--format csv"), (["--format", "sqlite", "--since", "x"], "--since"),
            (["--query", "SELECT 1", "--tables", "movies"], "exclude"),
            (["--query", "SELECT 1", "--since", "x"], "exclude"),
            (["--query", "SELECT 1", "--pseudonymize"], "pseudonymized"),
            (["--query", "SELECT 1", "-f", "sqlite"], "csv"),
            (["--pseudonymize"], "REELHOUSE_PSEUDONYM_KEY"), (["--since", "2026-01-01"], "is no snapshot"),
            (["--date", "2026-02-30"], "date"), (["--log-limit", "0"], "log-limit"),
        ]
        for (arguments, words) in cases {
            let result = try Program.start(["export", "-w", source] + arguments, in: folder).wait()
            #expect(result.status == 2, "\(arguments): \(result.errors)")
            #expect(result.errors.contains(words), "\(arguments): \(result.errors)")
        }
        let short = try Program.start(
            ["export", "-w", source, "--pseudonymize"], environment: ["REELHOUSE_PSEUDONYM_KEY": "too short"],
            in: folder
        ).wait()
        #expect(short.status == 2 && !short.errors.contains("too short"), "\(short.errors)")
        let refused = try Program.start(
            ["export", "-w", source, "--pseudonymize", "--tables", "rejected_record"],
            environment: ["REELHOUSE_PSEUDONYM_KEY": "0123456789abcdef"], in: folder
        ).wait()
        #expect(refused.status == 2 && refused.errors.contains("rejected_record"), "\(refused.errors)")
        let python = try Program.start(
            ["export", "-w", source, "-f", "parquet"], environment: ["REELHOUSE_PYTHON": "/nowhere/python"], in: folder
        ).wait()
        #expect(python.status == 1 && python.errors.contains("pip install duckdb"), "\(python.errors)")
        #expect(try Program.run("prune", in: folder).status == 2)
        #expect(folder.names() == [])
    }

    /// A key in `.env` is found there.
    @Test func theKeyOfPseudonymsMayStandInAFile() throws {
        let folder = try TemporaryFolder()
        try folder.write(".env", "REELHOUSE_PSEUDONYM_KEY=0123456789abcdef\n")
        _ = try Self.export("--pseudonymize", "--tables", "users", in: folder)
        let manifest = String(decoding: folder.read("snapshots/2026-11-28/manifest.json"), as: UTF8.self)
        #expect(!manifest.contains("0123456789abcdef") && manifest.contains("pseudonym_key\": \""))
    }

    // MARK: Loads

    @Test func aLoadTakesNoSnapshotForInput() throws {
        let folder = try TemporaryFolder()
        _ = try Self.export("--format", "ndjson", "--to", "data/events/out", in: folder)
        try folder.write("data/events/a.ndjson", SampleLines.events)
        try FileManager.default.moveItem(
            atPath: folder.path("data/events/out/2026-11-28"), toPath: folder.path("data/events/renamed"))
        let run = try Program.load("--events", "data/events", in: folder)
        #expect(run.sources.count == 1, "\(run.sources)")
        let passed = (run.object["passed_over"] as? [[String: Any]])?.map { $0["path"] as? String }
        #expect(passed == ["data/events/renamed"])
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link"), withDestinationPath: "data/events/renamed/ratings.ndjson.zst")
        for name in ["data/events/renamed", "data/events/renamed/ratings.ndjson.zst", "link"] {
            let result = try Program.run("run", "-w", "w.db", "--events", name, in: folder)
            #expect(result.status == 2 && result.errors.contains("a snapshot"), "\(name): \(result.errors)")
        }
        // Nor is one written into another.
        let inside = try Program.start(
            ["export", "-w", Self.source(), "--to", "data/events/renamed/more"], in: folder
        ).wait()
        #expect(inside.status == 2 && inside.errors.contains("snapshot"), "\(inside.errors)")
    }

    // MARK: Kills and full disks

    @Test(arguments: [SnapshotFormat.csv, .sqlite])
    func killedAtRandomMomentsItLeavesNothingThatIsTakenForASnapshot(_ format: SnapshotFormat) throws {
        let folder = try TemporaryFolder()
        let arguments = [
            "export", "-w", try Self.source(), "--now", "2026-11-28T12:00:00Z", "-q", "-f", format.rawValue, "--to",
            "out",
        ]
        var (kills, longest) = (0, 2000)
        for round in 0..<40 where kills < LongTests.rounds(8, long: 40) {
            let process = try Program.start(arguments + ["--date", "2026-11-\(10 + round % 20)"], in: folder)
            let end = ContinuousClock.now + .milliseconds(Int.random(in: 1...longest))
            while process.isRunning, .now < end { usleep(500) }
            process.send(SIGKILL)
            if process.wait().isKilled { kills += 1 } else { longest = max(40, longest * 2 / 3) }
            for name in folder.names(in: "out") where !name.hasPrefix(".") {
                #expect(try Program.run("verify", "out/\(name)", in: folder).status == 0, "\(name)")
            }
        }
        #expect(kills >= 5, "\(kills)")
        let result = try Program.start(arguments + ["--date", "2026-11-30"], in: folder).wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(folder.names(in: "out").allSatisfy { !$0.hasPrefix(".") }, "\(folder.names(in: "out"))")
        #expect(try Program.run("verify", "out", in: folder).status == 0)
    }

    @Test func killedWhileItPrunesNothingIsHalfThere() throws {
        let folder = try TemporaryFolder()
        for round in 0..<LongTests.rounds(6, long: 30) {
            for day in 1...4 {
                _ = try Self.export("--tables", "genres", "--date", "2026-11-0\(day)", in: folder)
            }
            let process = try Program.start(["prune", "--daily", "1", "-q"], in: folder)
            usleep(UInt32(round) * 3000)
            process.send(SIGKILL)
            _ = process.wait()
            for name in folder.names(in: "snapshots") where !name.hasPrefix(".") {
                #expect(try Program.run("verify", "snapshots/\(name)", in: folder).status == 0, "\(name)")
            }
        }
        #expect(try Program.run("prune", "--daily", "1", in: folder).status == 0)
        #expect(folder.names(in: "snapshots") == ["2026-11-04"])
    }

    @Test func aSignalLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let process = try Program.start(["export", "-w", Self.source(), "-q"], in: folder)
        while process.isRunning, !folder.names(in: "snapshots").contains(where: { $0.hasPrefix(".export") }) {
            usleep(200)
        }
        process.send(SIGTERM)
        let result = process.wait()
        if result.status != 0 {
            #expect(result.status == 143, "\(result.status)")
            #expect(folder.names(in: "snapshots") == [])
        }
    }

    @Test func aByteOrderMarkIsThreeBytes() throws {
        let folder = try TemporaryFolder()
        for arguments in [["--tables", "movies"], ["--query", "SELECT title FROM movies"]] {
            let result = try Program.start(
                ["export", "-w", Self.source(), "--to", "marked", "--bom"] + arguments, in: folder
            ).wait()
            #expect(result.status == 0, "\(result.errors)")
        }
        for snapshot in folder.names(in: "marked") {
            let names = folder.names(in: "marked/" + snapshot).filter { $0.hasSuffix(".csv.zst") }
            let bytes = try Compression.decode(folder.read("marked/\(snapshot)/\(names.first ?? "")"))
            #expect(Array(bytes.prefix(3)) == [0xEF, 0xBB, 0xBF] && (bytes.dropFirst(3).first ?? 0) > 32)
        }
        #expect(folder.names(in: "marked").count == 2)
    }

    @Test(.enabled(if: SmallDisk.isPossible, "\(SmallDisk.whatToSet)"))
    func aFullDiskIsAnErrorAndLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let disk = SmallDisk(.data, megabytes: 1)
        try disk.mount(below: folder.path, user: nil)
        defer { umount2(disk.folder(below: folder.path), Int32(MNT_DETACH)) }
        for format in ["csv", "ndjson", "sqlite"] {
            let result = try Program.start(
                ["export", "-w", Self.source(), "--to", "data/out", "-f", format], in: folder
            )
            .wait()
            #expect(result.status == 1, "\(format): \(result.errors)")
            let words = result.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains("full"), "\(format): \(result.errors)")
            #expect(folder.names(in: "data").allSatisfy { $0 == "out" } && folder.names(in: "data/out") == [])
        }
    }

    // MARK: PostgreSQL

    @Test(.enabled(if: PostgresServer.canStart, "\(PostgresServer.whatToInstall)"))
    func aTimeoutOfTheServerSaysWhatToSet() throws {
        let folder = try TemporaryFolder()
        let fixture = try WarehouseKind.postgreSQL.make()
        let copied = try Program.run("copy", "--from", Self.source(), "--to", fixture.location, "-q", in: folder)
        #expect(copied.status == 0, "\(copied.errors)")
        let result = try Program.start(
            ["export", "-w", fixture.location], environment: ["PGOPTIONS": "-c statement_timeout=1"], in: folder
        ).wait()
        #expect(result.status == 1 && result.errors.contains("SET statement_timeout = 0"), "\(result.errors)")
        #expect(folder.names(in: "snapshots") == [])
        // Without the limit, the bytes are those of the SQLite file.
        let server = try Program.run("export", "-w", fixture.location, "--date", "2026-11-28", "--json", in: folder)
        #expect(server.status == 0, "\(server.errors)")
        let file = try Self.export("--date", "2026-11-28", in: folder)
        #expect(file["was_there"] as? Bool == true)
    }
}
