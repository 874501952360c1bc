import Domain
import Files
import Foundation
import MongoTesting
import Servers
import TestSupport
import Testing

/// Documents that `run` keeps in MongoDB, and `copy raw` brings back into a folder and out of it again: byte for byte.
@Suite(.waits, .enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)")) struct MongoRoundTripTests {
    /// Loads a file with a raw store in MongoDB, copies that into a folder, and that into another database and back.
    ///
    /// - Returns: the documents of the folder.
    private static func documents(_ input: String, _ folder: TemporaryFolder) throws -> [Int64: [UInt8]] {
        let (raw, second) = (try LiveDatabase(), try LiveDatabase())
        func run(_ arguments: String...) throws {
            let result = try Program.start(arguments, in: folder).wait()
            #expect(result.status == 0, "\(arguments): \(result.errors)")
        }
        let flags = ["--movies", input, "--snapshot-date", "2026-11-20", "--now", Program.now, "-q"]
        for arguments in [["-w", "w.db", "--raw", try raw.url()], ["-w", "files.db", "--raw", "raw"]] {
            let result = try Program.start(["run"] + flags + arguments, in: folder).wait()
            #expect(result.status == 0, "\(arguments): \(result.errors)")
        }
        try run("copy", "raw", "--from", raw.url(), "--to", "first", "-q")
        try run("copy", "raw", "--from", "first", "--to", second.url(), "-q")
        try run("copy", "raw", "--from", second.url(), "--to", "second", "-q")
        for name in ["first", "second"] {
            let differences = RawFolders.differences(folder.path(name), from: folder.path("raw"))
            #expect(differences.isEmpty, "\(name): \(differences)")
        }
        var documents: [Int64: [UInt8]] = [:]
        try RawFolder(path: folder.path("first")).forEachMovie { documents[$0.movieID] = $0.document }
        // What people look for is there natively.
        let native = try raw.mongo.run(
            #"{"count": "raw_movies", "query": {"document.id": {"$exists": true}}}"#, on: raw.name)
        #expect(!native.contains("\"n\" : 0,"), "\(native)")
        return documents
    }

    private static func nested(_ levels: Int) -> String {
        String(repeating: "{\"a\":", count: levels / 2) + String(repeating: "[", count: levels - levels / 2) + "1"
            + String(repeating: "]", count: levels - levels / 2) + String(repeating: "}", count: levels / 2)
    }

    /// What a document has beside its id and its title.
    private static let members: [String] = [
        #""a":1.0,"b":1e2,"c":-0,"d":-0.0,"e":0.1,"f":1E-400,"g":1.7976931348623157e308,"h":5e-324"#,
        #""a":2147483648,"b":-2147483649,"c":9223372036854775807,"d":-9223372036854775808,"e":9223372036854775808"#,
        #""a":123456789012345678901234567890,"b":0.1000000000000000055511151231257827,"c":1.00000000000000000000000001"#,
        #""a":9007199254740993.0,"b":9007199254740993,"c":603.0,"d":6.03e2"#,
        #""a":1,"a":2,"a":{"a":1,"a":[]},"b":{"x":1,"x":1}"#,
        #""a.b":1,"a":{"b.c":{"d.":1,".":2}},"$set":{"$inc":1},"$a.$b":[{"$oid":"5f2b5c4e9d1e8a3b4c5d6e7f"}]"#,
        #""a":{"$date":"2020-01-01T00:00:00Z"},"b":{"$numberLong":"5"},"c":"$9.99","d":"$$ROOT","e":{"$ref":1,"$id":2}"#,
        #""":1,"a":{"":{"":[{"":null}]}}"#,
        #""a\u0000b":1,"a":"x\u0000y","\u0000":{"\u0000":"\u0000"}"#,
        #""a":"\u0041\/\ud83d\ude00\u00e9 é \u2028","é":"\b\f\n\r\t","a ":[[],{},[[]],"",null,true,false]"#,
        #" "a" : [ 1 , 2 ] ,  "b":{ }  "#,
        #""_id":5,"rank":7,"document":{"original":1},"original":"x","sha256":null,"snapshot_date":"1999-01-01""#,
        #""a":"# + nested(63),
        #""text":""# + String(repeating: "Zażółć ", count: 300_000) + #"""#,
        #""many":[1"# + String(repeating: ",1", count: 1_500_000) + "]",
        #""text":""# + String(repeating: "x", count: 15_000_000) + #"""#,
        #" "text":""# + String(repeating: "y", count: 9_000_000) + #"""#,
    ]

    @Test func ofDocumentsThatBSONOrAServerMayNotHold() throws {
        let folder = try TemporaryFolder()
        var lines = Self.members.enumerated().map { Array("{\"id\":\($0 + 1),\"title\":\"T\",\($1)}".utf8) }
        // As long as a line can be, which is more than a document of a server can be with what is beside it.
        var longest = Array("{\"id\":900,\"title\":\"T\",\"a\":\"".utf8)
        longest += [UInt8](repeating: 0x7a, count: (16 << 20) - longest.count - 2) + Array("\"}".utf8)
        lines.append(longest)
        try folder.write("in.ndjson", Array(lines.joined(separator: [0x0a])) + [0x0a])
        let found = try Self.documents("in.ndjson", folder)
        #expect(found.count == lines.count)
        for (number, line) in lines.enumerated() {
            let id = number < Self.members.count ? Int64(number + 1) : 900
            // The bytes themselves would fill the screen.
            let isSame = found[id] == line
            #expect(isSame, "document \(id)")
        }
    }

    /// A folder with real movies: see `RealDataTests`.
    private static let real: String? = {
        var package = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { package.deleteLastPathComponent() }
        let beside = package.deletingLastPathComponent().appendingPathComponent("shared/real").path
        let folder = ProcessInfo.processInfo.environment["REELHOUSE_REAL"] ?? beside
        let file = folder + "/tmdb_5000.ndjson.zst"
        return FileManager.default.fileExists(atPath: file) ? file : nil
    }()

    @Test(
        .enabled(if: LongTests.areOn, "\(LongTests.whatToSet)"),
        .enabled(if: real != nil, "no real data: set REELHOUSE_REAL to a folder that has it"))
    func ofRealDocuments() throws {
        let file = try #require(Self.real)
        let lines = LineCount.lines(in: try Compression.decode(TemporaryFolder.bytes(ofFile: file)))
        let found = try Self.documents(file, TemporaryFolder())
        #expect(found.count == lines.count)
        let differing = Set(lines).symmetricDifference(found.values)
        #expect(differing.isEmpty, "\(differing.prefix(2).map { String(decoding: $0, as: UTF8.self) })")
    }
}
