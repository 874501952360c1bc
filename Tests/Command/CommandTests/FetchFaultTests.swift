import Foundation
import Servers
import TestSupport
import Testing

/// What a fetch makes of a server and a network that misbehave.
@Suite(.enabled(if: TMDBServer.canStart, "\(TMDBServer.whatToInstall)"), .waits) struct FetchFaultTests {
    @Test func failuresOfSomeMoviesCostNoOthers() throws {
        let fixture = try FetchFixture(
            .init(
                movies: 60,
                script: [
                    "1": ["status:500"], "2": ["status:503", "half"], "3": ["=status:500"], "4": ["html404"],
                    "5": ["wrong"], "6": ["=other"], "7": ["malformed"], "8": ["html200", "empty"], "9": ["gone"],
                    "10": ["redirect:/elsewhere"], "11": ["status:400"], "12": ["=half"],
                ]))
        let ids = (1...60).map(String.init).joined(separator: ",")
        let output = try fixture.fetch("--ids", ids, "--tries", "3", status: 3)
        let failed = [3, 4, 5, 6, 10, 11, 12]
        #expect(output.count("failed") == failed.count && output.count("gone") == 1, "\(output.errors)")
        #expect(try fixture.ids() == (1...60).filter { !failed.contains($0) && $0 != 9 })
        let asked = fixture.asked()
        #expect(asked[1] == 2 && asked[2] == 3 && asked[3] == 3 && asked[4] == 1 && asked[5] == 1 && asked[11] == 1)
        let failures = output.object["failures"] as? [[String: Any]] ?? []
        let why = failures.reduce(into: [:]) { $0[$1["id"] as? Int ?? 0] = $1["why"] as? String }
        #expect(why[5]?.contains("code 44") == true && why[6]?.contains("the document of movie 7") == true, "\(why)")
        #expect(why[3]?.contains("something went wrong") == true && why[10]?.contains("redirects") == true, "\(why)")
        #expect(why.values.allSatisfy { $0.contains("127.0.0.1") || $0.contains("movie") })
        // The list of those that failed can be asked for again.
        let list = try #require(output.object["failed_list"] as? String)
        #expect(String(decoding: fixture.folder.read(list), as: UTF8.self) == failed.map { "\($0)\n" }.joined())
        #expect(output.errors.contains("--ids-from '\(list)'"))
    }

    @Test func theRateIsKeptInAStorm() throws {
        let fixture = try FetchFixture(.init(movies: 60, rate: 25, retryAfter: 4))
        let ids = (1...60).map(String.init).joined(separator: ",")
        let result = try fixture.start(["--ids", ids, "--rate", "60", "--json"]).wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(try Program.object(result.output)["documents"] as? Int == 60)
        #expect(result.errors.contains("TMDB asks for fewer requests") && result.errors.contains("waiting 4.0 s"))
        let requests = fixture.server.requests()
        let limited = requests.filter { $0.step == "limited" }
        #expect(!limited.isEmpty)
        // After an answer that asks to wait, nothing comes but what was under way, until the time is over.
        let first = try #require(limited.first)
        #expect(Self.longestGap(requests, from: first.time) > 2)
        for request in requests {
            let inSecond = requests.count { (request.time..<request.time + 1).contains($0.time) }
            // The rate, the burst, and what a busy machine holds up.
            #expect(inSecond <= 60 + 20 + 10, "\(inSecond)")
        }
        #expect(fixture.asked().values.allSatisfy { $0 <= 8 })
    }

    @Test(arguments: ["limit:4", "limitdate:5", "limit"]) func aPauseIsKeptByAll(_ step: String) throws {
        let fixture = try FetchFixture(.init(movies: 30, script: ["2": [step]], delay: 0.05))
        let ids = (1...30).map(String.init).joined(separator: ",")
        let output = try fixture.fetch("--ids", ids, "--connections", "2")
        #expect(output.documents == 30)
        let requests = fixture.server.requests()
        let limited = try #require(requests.first { $0.step == step })
        let gap = Self.longestGap(requests, from: limited.time)
        #expect(gap > (step == "limit" ? 0.3 : 2), "\(gap)")
    }

    /// The longest time without a request since a moment. On a busy machine the server may see late what was under way when
    /// a pause began, so that the gap is somewhat shorter than the pause.
    private static func longestGap(_ requests: [TMDBServer.Request], from start: Double) -> Double {
        let times = requests.map(\.time).filter { $0 >= start }.sorted()
        return zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? 0
    }

    @Test func aKeyThatIsRefusedEndsTheFetchAtOnce() throws {
        let fixture = try FetchFixture()
        let ids = (1...90).map(String.init).joined(separator: ",")
        let result = try fixture.start(["--ids", ids], environment: ["TMDB_API_KEY": "another-key-4711"]).wait()
        #expect(result.status == 1 && result.errors.contains("Invalid API key"), "\(result.errors)")
        #expect(result.errors.contains("TMDB_ACCESS_TOKEN or TMDB_API_KEY"))
        #expect(fixture.server.requests().count <= 20)
    }

    @Test func aServerThatIsNotThereIsForALaterTry() throws {
        let fixture = try FetchFixture(.init(movies: 50, delay: 0.02))
        let ids = (1...50).map(String.init).joined(separator: ",")
        let port = try FreePort.find()
        let result = try fixture.start(["--ids", ids, "--retry-for", "2s"], port: port).wait()
        #expect(result.status == 5, "\(result.errors)")
        #expect(
            result.errors.contains("http://127.0.0.1:\(port)") && result.errors.contains("waiting"), "\(result.errors)")
        // Nothing of it is left, so that a later call has the date of its day.
        #expect(fixture.folder.names(in: "data/movies").isEmpty)
    }

    @Test func connectionsThatAreClosedCostNoTry() throws {
        let fixture = try FetchFixture(.init(movies: 200, closes: 7))
        let ids = (1...200).map(String.init).joined(separator: ",")
        let output = try fixture.fetch("--ids", ids, "--tries", "1", "--connections", "8")
        #expect(output.documents == 200 && output.count("failed") == 0, "\(output.errors)")
        #expect(Set(fixture.server.requests().map(\.client)).count > 20)
    }

    @Test func aNetworkThatCutsAndSwallowsLosesNothing() throws {
        let fixture = try FetchFixture(.init(movies: 300, delay: 0.02))
        let proxy = try TCPProxy(to: fixture.server.port)
        let ids = (1...300).map(String.init).joined(separator: ",")
        let process = try fixture.start(
            ["--ids", ids, "--rate", "0", "--connections", "6", "--timeout", "6s", "--json"], port: proxy.port)
        for round in 0..<3 {
            let before = fixture.server.requests().count
            while process.isRunning, fixture.server.requests().count < before + 40 { usleep(10_000) }
            if round == 1 { try proxy.swallowPackets() } else { proxy.cut(byReset: round == 2) }
        }
        let result = process.wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(try Program.object(result.output)["documents"] as? Int == 300)
        #expect(try fixture.ids() == Array(1...300))
    }

    @Test func whatStandsStillAndWhatDripsIsTriedAgain() throws {
        let fixture = try FetchFixture(.init(movies: 40, script: ["7": ["hang"], "8": ["drip"]]))
        let ids = (1...40).map(String.init).joined(separator: ",")
        let output = try fixture.fetch("--ids", ids, "--timeout", "5s")
        #expect(output.documents == 40)
        #expect(fixture.asked()[7] == 2 && fixture.asked()[8] == 2)
        // The others did not wait for them.
        let requests = fixture.server.requests()
        let again = try #require(requests.lastIndex { $0.movieID == 7 })
        #expect(requests[..<again].count { $0.step == "ok" } >= 20)
    }

    @Test func overTLSWithHTTP2() throws {
        let fixture = try FetchFixture(.init(movies: 150, closes: 40, certificateName: "127.0.0.1"))
        let ids = (1...150).map(String.init).joined(separator: ",")
        let output = try fixture.fetch(
            "--ids", ids, "--ca-file", fixture.server.authorityFile, "--tries", "1", "--timeout", "10s")
        #expect(output.documents == 150, "\(output.errors)")
        let requests = fixture.server.requests()
        #expect(requests.allSatisfy { $0.http == "2" }, "\(Set(requests.map(\.http)))")
        #expect(Set(requests.map(\.client)).count < 60)
        // A certificate of an authority that nobody knows.
        let unknown = try fixture.fetch("--ids", "3", status: 1)
        #expect(unknown.errors.contains("cannot trust https://127.0.0.1") && unknown.errors.contains("--ca-file"))
    }

    @Test func aCertificateOfAnotherNameIsNotTrusted() throws {
        let fixture = try FetchFixture(.init(movies: 5, certificateName: "other.example"))
        let output = try fixture.fetch("--ids", "3", "--ca-file", fixture.server.authorityFile, status: 1)
        #expect(output.errors.contains("cannot trust https://127.0.0.1"), "\(output.errors)")
        #expect(fixture.server.requests().isEmpty)
        // The name that it is made for, at this address.
        let url = "https://other.example:\(fixture.server.port)"
        let named = try fixture.start([
            "--ids", "3", "--ca-file", fixture.server.authorityFile, "--resolve",
            "other.example:\(fixture.server.port):127.0.0.1", "-4", "--base-url", url,
        ]).wait()
        #expect(named.status == 0, "\(named.errors)")
    }

    @Test func proxiesOfTheEnvironmentAreUsed() throws {
        let fixture = try FetchFixture(.init(movies: 5))
        var environment = FetchFixture.token
        environment["http_proxy"] = "http://127.0.0.1:\(try FreePort.find())"
        let proxied = try fixture.start(["--ids", "3", "--retry-for", "0s"], environment: environment).wait()
        #expect(proxied.status == 5, "\(proxied.errors)")
        #expect(fixture.server.requests().isEmpty)
        environment["no_proxy"] = "127.0.0.1"
        let direct = try fixture.start(["--ids", "3"], environment: environment).wait()
        #expect(direct.status == 0, "\(direct.errors)")
    }

    /// The secrets are looked for in all that is printed and written.
    @Test(arguments: [["TMDB_ACCESS_TOKEN": TMDBServer.token], ["TMDB_API_KEY": TMDBServer.key]])
    func noSecretIsToldOrKept(_ environment: [String: String]) throws {
        let elsewhere = try TMDBServer(.init(movies: 10))
        let fixture = try FetchFixture(
            .init(
                movies: 20,
                script: [
                    "1": ["redirect:\(elsewhere.url)/3/movie/1"], "2": ["=echo:400"], "3": ["=echo:500"],
                    "4": ["status:500"], "5": ["=html404"], "6": ["limit:1"],
                ]))
        var printed = ""
        let all = (1...20).map(String.init).joined(separator: ",")
        for arguments in [
            ["--ids", all, "--tries", "2", "--log-level", "trace", "--json"], ["--ids", "2", "--tries", "1"],
        ] {
            let result = try fixture.start(arguments, environment: environment).wait()
            #expect(result.status == 3, "\(result.errors)")
            printed += result.output + result.errors
        }
        let refused = try fixture.start(["--ids", "2"], port: elsewhere.port, environment: environment)
        printed += refused.errorsSoFar
        let dead = try fixture.start(
            ["--ids", "9", "--retry-for", "0s"], port: FreePort.find(), environment: environment
        ).wait()
        printed += dead.output + dead.errors
        printed += try Program.start(["config"], environment: environment, in: fixture.folder).wait().output
        _ = refused.wait()
        #expect(elsewhere.requests().allSatisfy { $0.path != "/3/movie/1" })
        for secret in [TMDBServer.token, TMDBServer.key] {
            #expect(!printed.contains(secret), "\(printed)")
            for path in TemporaryFolder.files(below: fixture.folder.path) {
                let bytes = TemporaryFolder.bytes(ofFile: path)
                let plain = (try? Compression.decode(bytes)) ?? bytes
                #expect(!String(decoding: plain, as: UTF8.self).contains(secret), "\(path)")
                #expect(!String(decoding: bytes, as: UTF8.self).contains(secret), "\(path)")
            }
        }
        #expect(printed.contains("redirects"))
    }
}
