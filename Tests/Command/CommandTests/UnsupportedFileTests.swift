import Foundation
import TestSupport
import Testing

/// How the built command handles files that are not NDJSON.
@Suite struct UnsupportedFileTests {
    private static let events = (1...3).map { second in
        #"{"event_type":"view","event_time":"2026-11-20T10:00:0\#(second)Z","user_id":\#(second),"movie_id":603}"#
    }
    private static let movies = [#"{"id":1,"title":"A"}"#, #"{"id":2,"title":"B"}"#]

    /// A shell script that makes FILE from lines.ndjson, the programs it needs and those that the conversion needs, a
    /// word that is told, and the command that is named.
    struct Kind: Sendable, CustomTestStringConvertible {
        let name: String
        let make: String
        let programs: [String]
        let conversion: String
        var testDescription: String { name }
    }

    private static let kinds = [
        Kind(
            name: "a JSON array",
            make: "(echo '['; sed 's/$/,/' lines.ndjson; echo ']') | python3 -c 'import json,sys; "
                + "print(json.dumps(json.loads(sys.stdin.read().replace(\",\\n]\", \"]\")), indent=1))' > FILE",
            programs: ["python3", "jq"], conversion: "jq -c '.[]' FILE > NEW.ndjson"),
        Kind(
            name: "pretty-printed JSON", make: "jq . lines.ndjson > FILE", programs: ["jq"],
            conversion: "jq -c . FILE > NEW.ndjson"),
        Kind(
            name: "UTF-16 text", make: "iconv -f UTF-8 -t UTF-16 lines.ndjson > FILE", programs: ["iconv"],
            conversion: "iconv -f UTF-16 -t UTF-8 FILE > NEW.ndjson"),
        Kind(
            name: "a zip archive",
            make: "python3 -c 'import zipfile; zipfile.ZipFile(\"FILE\", \"w\", 8).write(\"lines.ndjson\")'",
            programs: ["python3", "unzip"], conversion: "unzip -p FILE > NEW.ndjson"),
        Kind(
            name: "a file compressed with xz", make: "xz -c lines.ndjson > FILE", programs: ["xz"],
            conversion: "xz -dc FILE > NEW.ndjson"),
        Kind(
            name: "a file compressed with bzip2", make: "bzip2 -c lines.ndjson > FILE", programs: ["bzip2", "bunzip2"],
            conversion: "bunzip2 -c FILE > NEW.ndjson"),
        Kind(
            name: "a tar archive", make: "tar -cf FILE lines.ndjson", programs: ["tar"],
            conversion: "tar -xOf FILE > NEW.ndjson"),
        Kind(
            name: "a tar archive", make: "tar -cf - lines.ndjson | gzip > FILE", programs: ["tar", "gzip"],
            conversion: "gzip -dc FILE | tar -xOf - > NEW.ndjson"),
        Kind(
            name: "a zip archive",
            make:
                "python3 -c 'import zipfile; zipfile.ZipFile(\"z\", \"w\", 8).write(\"lines.ndjson\")'; zstd -qc z > FILE",
            programs: ["python3", "unzip", "zstd"],
            conversion: "zstd -dc FILE > FILE.plain && unzip -p FILE.plain > NEW.ndjson"),
        Kind(
            name: "CSV with semicolons",
            make: "(echo 'event_type;event_time;user_id;movie_id'; "
                + "for i in 1 2 3; do echo \"view;2026-11-20T10:00:0${i}Z;$i;603\"; done) > FILE",
            programs: ["python3"], conversion: "delimiter=\";\""),
        Kind(
            name: "CSV",
            make: "(printf '\\357\\273\\277event_type,event_time,user_id,movie_id\\r\\n'; "
                + "for i in 1 2 3; do echo \"view,2026-11-20T10:00:0${i}Z,$i,603\"; done) | gzip > FILE",
            programs: ["python3", "gzip"], conversion: "gzip -dc FILE | python3 -c"),
        Kind(
            name: "an SQLite database",
            make: "sqlite3 FILE 'CREATE TABLE \"TABLE\" (event_type, event_time, user_id, "
                + "movie_id); INSERT INTO \"TABLE\" VALUES (''view'', ''2026-11-20T10:00:01Z'', 1, 603), "
                + "(''view'', ''2026-11-20T10:00:02Z'', 2, 603), (''view'', ''2026-11-20T10:00:03Z'', 3, 603)'",
            programs: ["sqlite3", "jq"], conversion: "sqlite3 -json FILE"),
    ]

    private func shell(_ script: String, in folder: TemporaryFolder) throws -> Int32 {
        try ChildProcess("/bin/sh", ["-c", script], currentFolder: folder.path).wait().status
    }

    private func hasPrograms(_ programs: [String], in folder: TemporaryFolder) throws -> Bool {
        try programs.allSatisfy { try shell("command -v \($0) > /dev/null", in: folder) == 0 }
    }

    @Test(arguments: kinds)
    func itIsToldWithTheCommandThatConvertsIt(kind: Kind) throws {
        let folder = try TemporaryFolder(inMemory: true)
        guard try hasPrograms(kind.programs, in: folder) else {
            print("skipped: \(kind.name) needs \(kind.programs)")
            return
        }
        try folder.write("lines.ndjson", Self.events.joined(separator: "\n") + "\n")
        try #require(try shell(kind.make.replacing("''", with: "'\\''"), in: folder) == 0)
        let load = try Program.load("--events", "FILE", in: folder, status: 3)
        #expect([load.read, load.accepted, load.duplicates, load.rejected] as [Int] == [1, 0, 0, 1])
        #expect(load.object["rejected_by_rule"] as? [String: Int] == ["unsupported_file": 1])
        let source = try #require((load.object["sources"] as? [[String: Any]])?.first)
        #expect(source["unsupported"] as? Bool == true)
        #expect(source["state"] as? String == "complete")
        let shown = try Program.run("quarantine", "show", "-w", "w.db", "--json", in: folder).output
        let record = try Program.object(shown)
        let message = try #require(record["message"] as? String)
        #expect(record["line"] as? Int == 1)
        #expect(message.contains(kind.name) && message.contains(kind.conversion), "\(message)")
        // The file is done: it is not read again.
        #expect(try Program.load("--events", "FILE", in: folder).read == 0)
        // Commands that load nothing report the same.
        let check = try Program.run("validate", "--as", "events", "FILE", in: folder)
        #expect(check.status == 3 && check.output.contains(kind.name), "\(check.output)")
        let doctor = try Program.run("doctor", "--events", "FILE", "-w", "w.db", in: folder)
        #expect(doctor.output.contains("FILE looks like \(kind.name)"), "\(doctor.output)")
        #expect(doctor.output.contains(kind.conversion), "\(doctor.output)")
        // The command does what it says.
        let command = try #require(message.firstRange(of: "NEW.ndjson: ")).upperBound
        let script = message[command...].replacing("SELECT * FROM TABLE", with: "SELECT * FROM \"TABLE\"")
        #expect(try shell(String(script), in: folder) == 0, "\(script)")
        let converted = try Program.load("--events", "NEW.ndjson", in: folder)
        #expect([converted.read, converted.accepted] as [Int] == [3, 3])
    }

    @Test func parquetIsTold() throws {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("x.parquet", Array("PAR1".utf8) + [0, 1, 2, 10, 3] + Array("PAR1".utf8))
        let load = try Program.load("--movies", "x.parquet", in: folder, status: 3)
        #expect(load.object["rejected_by_rule"] as? [String: Int] == ["unsupported_file": 1])
        let check = try Program.run("validate", "x.parquet", in: folder)
        #expect(check.status == 2)
        #expect(
            check.errors.contains("Cannot tell whether x.parquet holds movies or events: line 1 is not a JSON object"))
        #expect(check.errors.contains("read_parquet"))
    }

    @Test func standardInputIsToldLikewise() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let array = Array("[\(Self.events.joined(separator: ","))]".utf8)
        let load = try Program.load("--events", "-", input: array, in: folder, status: 3)
        #expect([load.read, load.rejected] as [Int] == [1, 1])
        let both = Array("[]\n".utf8) + Array(Self.events[0].utf8)
        let mixed = try Program.load("--events", "-", input: both, in: folder)
        #expect([mixed.read, mixed.accepted, mixed.rejected] as [Int] == [2, 1, 1])
    }

    /// Lines that a retry cannot try stay in quarantine.
    @Test func aRetryLeavesItAside() throws {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("e.json", "[\n")
        _ = try Program.load("--events", "e.json", in: folder, status: 3)
        let retry = try Program.run(
            "quarantine", "retry", "-w", "w.db", "--raw", "raw", "--now", Program.now, "--json", in: folder)
        let report = try Program.object(retry.output)
        #expect(report["left_aside"] as? [String: Int] == ["unsupported_file": 1], "\(retry.output)")
    }

    @Test func theOthersAreLoaded() throws {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("in/a.csv", "id,title\n1,A\n")
        try folder.write("in/b.ndjson", Self.movies.joined(separator: "\n") + "\n")
        let result = try Program.load("--movies", "in", in: folder, status: 3)
        #expect([result.read, result.accepted, result.rejected] as [Int] == [3, 2, 1])
        let text = try Program.run(
            "run", "--reload", "--movies", "in", "-w", "w.db", "--raw", "raw", "--now", Program.now, in: folder)
        #expect(text.status == 3)
        #expect(text.output.contains("in/a.csv is not NDJSON and not loaded. See `reelhouse quarantine show"))
        let check = try Program.run("validate", "in", in: folder)
        #expect(check.status == 3)
        #expect(check.errors.contains("in/a.csv is not NDJSON. See `reelhouse explain unsupported_file`"))
        #expect(!check.errors.contains("quarantine"))
    }
}
