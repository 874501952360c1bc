import Foundation
import Servers
import TestSupport
import Testing

@testable import reelhouse

/// Runs `reelhouse fetch` against a server of the tests' own.
struct FetchFixture {
    let server: TMDBServer
    let folder: TemporaryFolder

    init(_ options: TMDBServer.Options = .init()) throws {
        server = try TMDBServer(options)
        folder = try TemporaryFolder()
    }

    /// The snapshot date of the tests.
    static let day = "2026-11-28"
    /// The snapshot of that date.
    static let snapshot = "data/movies/movies-2026-11-28.ndjson.zst"

    /// The variables with the token.
    static let token = ["TMDB_ACCESS_TOKEN": TMDBServer.token]

    /// Starts a fetch.
    func start(
        _ arguments: [String], port: Int? = nil, environment: [String: String] = token
    ) throws -> ChildProcess {
        let url = port.map { "http://127.0.0.1:\($0)" } ?? server.url
        let own = [
            "fetch", "--now", Self.day + "T12:00:00Z", "--base-url", url, "--files-url", url, "--images-url", url,
        ]
        return try Program.start(own + arguments, environment: environment, in: folder)
    }

    /// Runs a fetch with `--json` to its end.
    func fetch(_ arguments: String..., status: Int32 = 0) throws -> FetchOutput {
        let result = try start(["--rate", "0", "--json"] + arguments).wait()
        #expect(result.status == status, "\(arguments): \(result.output) \(result.errors)")
        return FetchOutput(
            object: (try? Program.object(result.output)) ?? [:], errors: result.errors, status: result.status)
    }

    /// The documents of a snapshot, as lines.
    func lines(_ name: String = snapshot) throws -> [String] {
        let bytes = folder.read(name)
        if bytes.isEmpty { return [] }
        return try String(decoding: Compression.decode(bytes), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The ids of a snapshot, in their order.
    func ids(_ name: String = snapshot) throws -> [Int] {
        try lines(name).map { try Program.object($0)["id"] as? Int ?? -1 }
    }

    /// How often each movie was asked for.
    func asked() -> [Int: Int] {
        server.requests().compactMap(\.movieID).reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
}

/// What `fetch --json` prints.
struct FetchOutput {
    let object: [String: Any]
    let errors: String
    let status: Int32

    func count(_ name: String) -> Int { object[name] as? Int ?? -1 }
    func posters(_ name: String) -> Int { (object["posters"] as? [String: Any])?[name] as? Int ?? -1 }
    var documents: Int { count("documents") }
    var file: String? { object["file"] as? String }
}
