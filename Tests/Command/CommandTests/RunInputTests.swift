import Foundation
import TestSupport
import Testing

/// What `--movies` and `--events` may name, end to end.
@Suite struct RunInputTests {
    @Test(arguments: Compression.allCases)
    func compressionIsToldByContent(_ compression: Compression) throws {
        let folder = try TemporaryFolder()
        try folder.write("events.txt", compression.encode(SampleLines.clicks(300)))
        let result = try Program.load("--events", "events.txt", in: folder)
        #expect((result.read, result.accepted) == (300, 300))
        #expect(try Database(path: folder.path("w.db")).integer("SELECT count(*) FROM fact_user_event") == 300)
    }

    @Test(arguments: Compression.allCases)
    func standardInputIsAlwaysRead(_ compression: Compression) throws {
        let folder = try TemporaryFolder()
        let input = try compression.encode(SampleLines.clicks(100))
        let first = try Program.load("--events", "-", input: input, in: folder)
        #expect((first.read, first.accepted) == (100, 100))
        #expect(first.sources.first?["source"] as? String == "-")
        let second = try Program.load("--events", "-", input: input, in: folder)
        #expect((second.read, second.duplicates) == (100, 100))
    }

    @Test func severalPathsFoldersAndPatterns() throws {
        let folder = try TemporaryFolder()
        for number in 0..<6 {
            try folder.write("logs/day\(number).ndjson", SampleLines.clicks(10, from: number * 10))
        }
        try folder.write("logs/deep/er/more", Compression.gzip.encode(SampleLines.clicks(10, from: 60)))
        try folder.write("logs/.hidden", "not read\n")
        try folder.write("logs/.git/config", "not read\n")
        try folder.write("other", SampleLines.clicks(10, from: 70))
        let some = try Program.load(
            "--events", "logs/day[0-1].ndjson", "logs/day2.ndjson", "--events", "other", in: folder)
        let names = some.sources.compactMap { $0["source"] as? String }
        #expect(names == ["logs/day0.ndjson", "logs/day1.ndjson", "logs/day2.ndjson", "other"])
        #expect(some.accepted == 40)
        let rest = try Program.load("--events", "logs/", in: folder)
        #expect(rest.accepted == 40)
        #expect(rest.read == 40)
        #expect(rest.states.filter { $0 == "skipped" }.count == 3)
        #expect(rest.sources.contains { $0["source"] as? String == "logs/deep/er/more" })
    }

    @Test func nothingInAFileOrAFolderIsNothingRead() throws {
        let folder = try TemporaryFolder()
        try folder.write("empty", "")
        try folder.write("blank", " \n\t\r\n\u{feff}\r\n")
        try folder.write("empty.zst", Compression.zstd.encode([]))
        try folder.makeFolder("nothing")
        let result = try Program.load("--events", "empty", "blank", "empty.zst", "nothing", in: folder)
        #expect(result.read == 0)
        #expect(result.outcome == "completed")
        let again = try Program.load("--movies", "nothing", "--events", "empty", in: folder)
        #expect(again.states == ["skipped"])
    }

    @Test func withOneStreamOnlyThatOneIsRead() throws {
        let folder = try SampleLines.folder()
        let events = try Program.load("--events", "data/events", in: folder)
        #expect(events.sources.compactMap { $0["port"] as? String } == ["events"])
        let both = try Program.load(in: folder)
        #expect(both.states == ["complete", "skipped"])
        let enriched = try Database(path: folder.path("w.db")).rows(
            "SELECT release_year FROM fact_user_event WHERE movie_id = 603")
        #expect(enriched == ["1999"])
    }

    @Test func theSnapshotDateIsGivenOrInTheName() throws {
        let folder = try TemporaryFolder()
        try folder.write("movie_ids_11_20_2026.json", "{\"id\":1,\"original_title\":\"One\"}\n")
        try folder.write("plain.ndjson", "{\"id\":2,\"title\":\"Two\"}\n")
        _ = try Program.load("--movies", "movie_ids_11_20_2026.json", "plain.ndjson", in: folder)
        _ = try Program.load("--movies", "plain.ndjson", "--snapshot-date", "2020-02-29", in: folder)
        let rows = try Database(path: folder.path("w.db")).rows(
            "SELECT movie_id || ' ' || snapshot_date FROM movie_popularity ORDER BY 1")
        #expect(rows == ["1 2026-11-20", "2 2020-02-29", "2 2026-11-21"])
    }

    @Test func theNameInQuarantineIsTheUsersAndTheLineIsByteForByte() throws {
        let folder = try TemporaryFolder()
        let line: [UInt8] = Array("{\"event_type\":\"click\",".utf8) + [0xff, 0x00, 0x22]
        try folder.write("in/bad.ndjson", [0xef, 0xbb, 0xbf, 13, 10, 10] + line + [13, 10])
        let result = try Program.load("--events", "./in", in: folder, status: 3)
        #expect(result.rejectedByRule == ["malformed_json": 1])
        let row = try Database(path: folder.path("w.db")).rows(
            "SELECT source || ' ' || line || ' ' || byte_offset || ' ' || hex(raw) FROM rejected_record")
        let hexadecimal = line.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined().uppercased()
        #expect(row == ["./in/bad.ndjson 3 6 \(hexadecimal)"])
    }
}
