import Domain
import Testing

@testable import reelhouse

/// The backends that are registered, and one that serves several schemes and ports.
@Suite struct BackendRegistryTests {
    private static let broker = SourceBackend(
        naming: BackendNaming(schemes: ["invented-log", "invented+tls"], help: "invented-log://HOST:PORT/TOPIC"),
        ports: [.movies, .events],
        open: { locations, _, _ in throw LocationError.mixed(locations[0], locations[0], port: "events") })

    @Test func eachLocationMeansOneBackend() {
        func check(_ backends: [some Backend], _ port: String) {
            let schemes = backends.flatMap(\.naming.schemes)
            #expect(Set(schemes).count == schemes.count, "\(port)")
            #expect(backends.count { $0.naming.takesPaths } == 1, "\(port)")
            #expect(backends.allSatisfy { !$0.naming.help.isEmpty && !$0.naming.help.hasSuffix(".") }, "\(port)")
            #expect(schemes.allSatisfy { $0 == $0.lowercased() && BackendRegistry.schemes.contains($0) }, "\(port)")
        }
        check(BackendRegistry.warehouses, "warehouse")
        check(BackendRegistry.rawStores, "raw store")
        for port in SourcePort.allCases { check(BackendRegistry.sources(port), port.rawValue) }
    }

    @Test func helpSaysWhatAnOptionTakes() throws {
        guard case .help(let text) = try CommandRegistry.root.parse(["run", "--help"], width: 80) else {
            Issue.record("run --help gives no help")
            return
        }
        let help = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let options = BackendRegistry.all.filter { !($0 is MessageTargetBackend || $0 is ServiceBackend) }
        for backend in options { #expect(help.contains(backend.naming.help), "\(backend.naming.help)") }
        #expect(
            BackendRegistry.help(BackendRegistry.sources(.events) + [Self.broker]).hasSuffix(
                "; or invented-log://HOST:PORT/TOPIC"))
    }

    @Test(arguments: ["invented-log://h:9092/t", "INVENTED-LOG://h/t", "invented+tls://h/t"])
    func oneBackendMayHaveSeveralSchemes(_ text: String) throws {
        let backend = try BackendRegistry.pick(
            Location(text), from: BackendRegistry.sources + [Self.broker], port: "events")
        #expect(backend.naming.schemes == Self.broker.naming.schemes)
    }

    @Test(
        arguments: [
            ["run", "--movies", "invented://"], ["run", "--events", "invented-log://u:s3cret@h/t"],
            ["migrate", "-w", "invented://u:s3cret@h/d"],
            ["query", "-w", "invented+tls://u:s3cret@h/d", "SELECT 1"],
            ["validate", "--movies", "invented+tls://u:s3cret@h/d"], ["status", "-w", "invented://u:s3cret@h"],
            ["quarantine", "retry", "-w", "invented://u:s3cret@h"],
        ])
    func anUnknownSchemeIsWrongUsage(_ arguments: [String]) throws {
        let runner = try CommandRunner()
        #expect(runner.run(arguments) == .usage, "\(runner.errors)")
        #expect(runner.errors.contains("error: this version has no '"), "\(runner.errors)")
        #expect(runner.errors.contains("hint: It takes a path, "), "\(runner.errors)")
        #expect(!runner.errors.contains("s3cret"))
    }

    /// Schemes that are known and not registered yet; there may be none. They mean a URL without `//` too.
    @Test func aSchemeOfALaterVersionIsWrongUsage() throws {
        for scheme in BackendRegistry.schemes.subtracting(BackendRegistry.all.flatMap(\.naming.schemes)) {
            let runner = try CommandRunner()
            #expect(runner.run("run", "--movies", "\(scheme):") == .usage, "\(runner.errors)")
            #expect(runner.errors.contains("error: this version has no '\(scheme):'"), "\(runner.errors)")
        }
    }

    @Test func aLocationIsPrintedWithoutItsPassword() {
        let location = Location("postgresql://reel:s3cret@db/movies?sslpassword=s3cret")
        #expect("\(location)" == "postgresql://reel:***@db/movies?sslpassword=***")
        #expect(location.text.contains("s3cret") && location.scheme == "postgresql")
        #expect("\(Location("a:b@c.db"))" == "a:***@c.db", "a scheme may have been forgotten")
        #expect("\(Location("data/raw"))" == "data/raw")
    }

    @Test func aBackendWithoutAnOwnCheckIsOpenedByDoctor() {
        let location = Location("invented-log://h/t")
        let findings = Self.broker.check([location], .events, true, SourceOptions(), [])
        #expect(findings.map(\.outcome) == [.fail])
        let store = RawStoreBackend(naming: BackendNaming(schemes: ["x"], help: "x")) { location, _ in
            throw LocationError.unknownScheme(location, port: "raw store", takes: [])
        }
        #expect(store.check(location).first?.remedy == "Leave the option out.")
    }

    @Test func filesMayBeNamedByURL() throws {
        let runner = try CommandRunner()
        let path = try runner.write("a.ndjson", [#"{"id":603,"title":"T"}"#])
        #expect(runner.run("validate", "--movies", "file://\(path)", "--json") == .done, "\(runner.errors)")
        #expect(runner.output.contains("\"read\":1"))
        #expect(runner.run("validate", "--movies", "file:", "--json") == .usage)
    }
}
