import Foundation
import Servers
import TestSupport
import Testing

/// Event files of several days, loaded into a warehouse of a test's own, to be compacted.
///
/// They have all that a compact has to think of: duplicates within and between files, events of one id with other content,
/// rejected lines with and without a time, blank lines, CR, byte order marks, late events, plain, gzip and zstd, a folder below,
/// and an original that has the name of a compacted file and lines of two days.
final class CompactFixture {
    /// The databases that hold the warehouse.
    enum Database: String, CaseIterable, Sendable {
        case sqlite, postgreSQL

        static var possible: [Database] { PostgresServer.canStart ? allCases : [.sqlite] }
    }

    /// What is said of a warehouse: the digest, and the sums over its runs.
    struct State: Equatable {
        var digest: [String: String]
        var sums: [Int]
    }

    static let now = "2026-11-28T12:00:00Z"
    let folder: TemporaryFolder
    let warehouse: String
    /// What a load of the originals into an empty warehouse gives.
    private(set) var expected: [String: String] = [:]
    private let schema: PostgresDatabase?

    init(_ database: Database = .sqlite, files: [String: [UInt8]]? = nil) throws {
        folder = try TemporaryFolder(inMemory: true)
        if database == .sqlite {
            (warehouse, schema) = ("w.db", nil)
        } else {
            let name = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
            let server = try PostgresServer.shared()
            warehouse = server.url(parameters: "schema=\(name)")
            schema = try PostgresDatabase(url: server.url(), schema: name)
        }
        try folder.makeFolder("in")
        for (name, bytes) in try files ?? Self.files() { try write(name, bytes) }
        let rejected = try load().rejected
        if files == nil { #expect(rejected == Self.rejectedLines) }
        expected = try state().digest
    }

    /// A copy of another one whose warehouse is a file.
    init(copying other: CompactFixture) throws {
        try #require(other.schema == nil)
        folder = try TemporaryFolder(inMemory: true)
        (warehouse, schema, expected) = (other.warehouse, nil, other.expected)
        let copy = try ChildProcess("/bin/cp", ["-a", other.folder.path + "/.", folder.path]).wait()
        try #require(copy.status == 0, "\(copy.errors)")
    }

    deinit { try? schema?.drop() }

    /// Writes an input file that nobody has written to lately.
    func write(_ name: String, _ bytes: [UInt8], modified: String = "2026-11-20T00:00:00Z") throws {
        try folder.write("in/" + name, bytes)
        let date = try #require(ISO8601DateFormatter().date(from: modified))
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: folder.path("in/" + name))
    }

    // MARK: - Lines

    /// An event at a second of a day of November 2026.
    static func event(_ day: Int, _ second: Int, user: Int, id: Int? = nil, movie: Int = 1, _ more: String = "")
        -> String
    {
        let time = 1_793_491_200_000 + (day - 1) * 86_400_000 + second * 1000
        let digits = String((id ?? (day * 100_000 + second * 10 + user)) + 0x1_0000_0000_0000, radix: 16)
        let uuid = "00000000-0000-4000-8000-" + digits.suffix(12)
        return "{\"event_id\":\"\(uuid)\",\"event_type\":\"view\",\"event_time\":\(time),\"user_id\":\(user),"
            + "\"movie_id\":\(movie)\(more)}"
    }

    private static let rejectedLines = 11

    /// The files by their names.
    static func files() throws -> [String: [UInt8]] {
        func text(_ lines: [String], ending: String = "\n") -> [UInt8] {
            Array(lines.map { $0 + ending }.joined().utf8)
        }
        let conflict = event(10, 5, user: 7, id: 42)
        let other = event(10, 5, user: 3, id: 42, movie: 9)
        let third = event(10, 5, user: 1, id: 42, movie: 8)
        let many = (0..<200).map { event(10 + $0 % 3, $0, user: $0 % 9 + 1) }
        return [
            "a.ndjson": text(many + [conflict, "", "  \t"], ending: "\r\n")
                + text(["not json", "[1,2]", event(10, 1, user: 0)]),
            "b.ndjson.gz": try Compression.gzip.encode(
                text(Array(many.shuffled().prefix(90)) + [other, third, "{\"event_type\":\"view\"}", "not json"])),
            "below/c.ndjson.zst": try Compression.zstd.encode(
                [0xef, 0xbb, 0xbf] + text([event(11, 900, user: 5, id: nil, ",\"x\":{\"unknown\":[1]}"), other])),
            // Has the name of a compacted file, and lines of two days.
            "events-2026-11-11.ndjson.zst": try Compression.zstd.encode(
                text([event(12, 1, user: 2), event(11, 77_000, user: 2), event(9, 3, user: 4), "{\"broken\":"])),
            "d.ndjson": text([event(10, 44, user: 4, ",\"event_time\":\"2095-01-01T00:00:00Z\""), "\u{0}"]),
        ]
    }

    // MARK: - Commands

    @discardableResult
    func run(_ arguments: String..., status: Int32 = 0) throws -> ChildProcess.Result {
        let result = try Program.start(arguments + ["--now", Self.now], in: folder).wait()
        #expect(result.status == status, "\(arguments): \(result.output) \(result.errors)")
        return result
    }

    /// Loads the files as they are now.
    @discardableResult
    func load(into other: String? = nil) throws -> RunResult {
        let arguments = [
            "run", "-w", other ?? warehouse, "--raw", "raw", "--events", "in", "--now", Self.now, "--json",
        ]
        let result = try Program.start(arguments, in: folder).wait()
        #expect([0, 3].contains(result.status), "\(result.output) \(result.errors)")
        return try RunResult(result.output)
    }

    @discardableResult
    func compact(_ more: String..., status: Int32 = 0) throws -> [String: Any] {
        try compact(more, status: status)
    }

    @discardableResult
    func compact(_ more: [String], status: Int32 = 0) throws -> [String: Any] {
        let arguments = ["compact", "in", "-w", warehouse, "--now", Self.now, "--json"] + more
        let result = try Program.start(arguments, in: folder).wait()
        #expect(result.status == status, "\(result.output) \(result.errors)")
        return status == 0 || status == 3 ? try Program.object(result.output) : [:]
    }

    func digest(_ other: String? = nil) throws -> [String: String] {
        let result = try Program.run("digest", "-w", other ?? warehouse, "--json", in: folder)
        return try Program.object(result.output) as? [String: String] ?? [:]
    }

    /// The digest of the warehouse, and the sums over its runs.
    func state() throws -> State {
        let counts = ["read", "accepted", "duplicates", "rejected"].map { "coalesce(sum(\($0)), 0) AS \($0)" }
        let sums = ["load_run", "load_checkpoint"].map {
            "SELECT '\($0)' AS t, \(counts.joined(separator: ", ")) FROM \($0)"
        }
        let query = sums.joined(separator: " UNION ALL ") + " ORDER BY t"
        let result = try Program.run("query", "-w", warehouse, "-f", "csv", query, in: folder)
        let lines = result.output.split(whereSeparator: \.isNewline).dropFirst()
        let all = lines.flatMap { $0.split(separator: ",").dropFirst().compactMap { Int($0) } }
        try #require(all.count == 8, "\(result.output)")
        return State(digest: try digest(), sums: all)
    }

    /// The lines of all files, sorted, each once.
    func lines() throws -> [String] {
        var lines: Set<String> = []
        for path in TemporaryFolder.files(below: folder.path("in")) {
            let bytes = try Compression.decode(TemporaryFolder.bytes(ofFile: path))
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                var line = line
                if line.starts(with: [0xef, 0xbb, 0xbf]) { line = line.dropFirst(3) }
                if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
                let text = String(decoding: line, as: UTF8.self)
                if !text.allSatisfy({ $0 == " " || $0 == "\t" }) { lines.insert(text) }
            }
        }
        return lines.sorted()
    }

    /// Expects that the files give the same warehouse as before, that the next run loads nothing, and that no count has
    /// changed.
    func expectSame(as before: State, _ comment: String = "") throws {
        let run = try load()
        #expect(run.read == 0, "\(comment): \(run.object)")
        #expect(try state() == before, "\(comment)")
        let fresh = "fresh-\(UInt64.random(in: .min ... .max)).db"
        _ = try load(into: fresh)
        #expect(try digest(fresh) == expected, "\(comment)")
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.path(fresh + suffix)) }
    }
}
