import Arguments
import Foundation
import Glibc

/// Measures `reelhouse fetch` beside curl's own parallel mode, from a server with TMDB's answers on this machine, which has no
/// limit on the rate.
struct FetchBenchmark {
    /// How the server speaks.
    enum Form: String, CaseIterable {
        case plain = "HTTP/1.1"
        case encrypted = "HTTP/2 over TLS"
    }

    /// What is measured, in the order of a round.
    private enum Peer: String, CaseIterable {
        case reelhouse, curl
    }

    static let declaration = CommandDeclaration(
        name: "reelhouse-bench fetch",
        summary: "Measure reelhouse fetch beside curl's parallel mode, from a server on this machine.",
        discussion: """
            Both fetch the same URLs with the same number of transfers at a time. curl throws the documents away; reelhouse \
            checks each, keeps it for a resume, and writes the snapshot. They take turns, and medians are shown. The server \
            runs on the same machine and takes most of its time, so that the ratio says more than the documents a second.
            """,
        options: [
            .value("movies", .integer(100...1_000_000), defaultValue: "10000", help: "How many documents."),
            .value("connections", .integer(1...20), defaultValue: "20", help: "How many transfers at a time."),
            .value("runs", .integer(1...100), defaultValue: "3", help: "How often each is run."),
        ],
        environment: [.init("TMPDIR", "where the temporary folders are made; /tmp unless set")])

    private let programs: Programs
    private let workspace: Workspace
    private let movies: Int
    private let connections: Int
    private let runs: Int

    private init(_ arguments: ParsedArguments) throws {
        programs = try Programs()
        workspace = try Workspace(kept: nil)
        movies = Int(arguments.integer("movies") ?? 10_000)
        connections = Int(arguments.integer("connections") ?? 20)
        runs = Int(arguments.integer("runs") ?? 3)
    }

    /// Measures, and prints the report.
    static func run(_ arguments: ParsedArguments) throws {
        let signals = ChildProcess.passOnSignals()
        defer { for signal in signals { signal.cancel() } }
        let benchmark = try FetchBenchmark(arguments)
        print(
            "reelhouse-bench fetch: \(benchmark.movies.grouped) documents, \(benchmark.connections) transfers at a time, "
                + "\(benchmark.runs) runs taking turns, medians.\nMachine: \(BenchReport.machine).")
        if !benchmark.programs.isRelease { print("This is no release build: its times mean nothing.") }
        guard let curl = Programs.find("curl") else {
            throw BenchError("there is no curl", hint: "Install it (apt-get install curl), and try again.")
        }
        for form in Form.allCases {
            fflush(nil)
            print(try benchmark.measure(form, curl: curl))
        }
        print("Machine: \(BenchReport.machine) at the end.")
    }

    private func measure(_ form: Form, curl: String) throws -> String {
        let server = try FetchServer(form, movies: movies, workspace, buildFolder: programs.buildFolder)
        defer { server.end() }
        setenv("TMDB_ACCESS_TOKEN", FetchServer.token, 1)
        try ((1...movies).map { "\($0)\n" }.joined()).write(
            toFile: workspace.file("ids"), atomically: true, encoding: .utf8)
        try curlSettings(server).write(toFile: workspace.file("curl.conf"), atomically: true, encoding: .utf8)
        var samples = Samples<Peer>()
        for round in 1...runs {
            for peer in round % 2 == 0 ? Peer.allCases.reversed() : Peer.allCases {
                let measured = try peer == .curl ? runCurl(curl) : runReelhouse(server)
                samples.add(
                    Sample(
                        seconds: measured.seconds, cpuSeconds: measured.cpuSeconds, peakBytes: measured.peakBytes,
                        items: movies), to: peer)
                complain("  \(form.rawValue), round \(round), \(peer.rawValue): \(measured.seconds.fixed(2)) s")
            }
        }
        return report(form, samples)
    }

    private func curlSettings(_ server: FetchServer) -> String {
        let blocks = "videos,credits,keywords,release_dates"
        var lines = ["header = \"Authorization: Bearer \(FetchServer.token)\""]
        if let authority = server.authorityFile { lines.append("cacert = \"\(authority)\"") }
        for movie in 1...movies {
            lines.append("url = \"\(server.url)/3/movie/\(movie)?append_to_response=\(blocks)\"")
            lines.append("output = \"/dev/null\"")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func runCurl(_ curl: String) throws -> Measurement {
        try ChildProcess(
            path: curl,
            arguments: [
                "-q", "--silent", "--show-error", "--fail", "--compressed", "--parallel", "--parallel-max",
                "\(connections)", "--config", workspace.file("curl.conf"),
            ], scratch: workspace.path
        ).run()
    }

    private func runReelhouse(_ server: FetchServer) throws -> Measurement {
        for name in ["movies", "fetched"] { workspace.remove(name) }
        var arguments = [
            "fetch", "--ids-from", workspace.file("ids"), "--to", workspace.file("movies"), "--state",
            workspace.file("fetched"), "--base-url", server.url, "--rate", "0", "--connections", "\(connections)",
            "--quiet",
        ]
        if let authority = server.authorityFile { arguments += ["--ca-file", authority] }
        return try ChildProcess(path: programs.reelhouse, arguments: arguments, scratch: workspace.path).run()
    }

    private func report(_ form: Form, _ samples: Samples<Peer>) -> String {
        var table = ResultTable(form.rawValue, "documents/s", "seconds", "CPU s", "MiB", "speed")
        for peer in Peer.allCases {
            let seconds = samples.median(peer) { $0.seconds } ?? 0
            let ratio = samples.ratio(.curl, to: peer) { $0.seconds } ?? 0
            table.add(
                peer.rawValue, (samples.median(peer) { Double($0.items) / $0.seconds } ?? 0).fixed(0), seconds.fixed(2),
                (samples.median(peer) { $0.cpuSeconds } ?? 0).fixed(2),
                ((samples.median(peer) { Double($0.peakBytes) } ?? 0) / 1_048_576).fixed(0), ratio.fixed(2))
        }
        return "\n" + table.text + "\n"
    }
}
