import Arguments
import EnvironmentFile
import Testing

@testable import reelhouse

/// Which location and variable is in force, without files and servers.
@Suite struct ConfigurationTests {
    private static func variables(_ environment: [String: String], file: String = "") throws -> Variables {
        Variables(environment: environment, file: (".env", try EnvironmentFile(parsing: Array(file.utf8))))
    }

    @Test(
        arguments: [
            ("localhost:9092", "kafka://localhost:9092/movie"), ("a:1, b:2 ,c", "kafka://a:1,b:2,c/movie"),
            ("[::1]:9092", "kafka://[::1]:9092/movie"), ("a:1,", "kafka://a:1/movie"),
        ])
    func brokersBecomeATopic(_ servers: String, _ url: String) {
        #expect(ServerAddress.kafka(servers, topic: "movie") == url)
    }

    @Test(
        arguments: [
            ("mongodb://h/d", "mongodb://h/d"), ("mongodb://h:1,i:2/d?a=b", "mongodb://h:1,i:2/d?a=b"),
            ("mongodb://h", "mongodb://h/tmdb_data"), ("mongodb://h/", "mongodb://h/tmdb_data"),
            ("mongodb://h/?tls=true", "mongodb://h/tmdb_data?tls=true"),
            ("mongodb://h?tls=true", "mongodb://h/tmdb_data?tls=true"),
            // A user who has logged in at the database admin still does.
            ("mongodb://u:p@h", "mongodb://u:p@h/tmdb_data?authSource=admin"),
            ("mongodb+srv://u:p%2F@h/?w=1", "mongodb+srv://u:p%2F@h/tmdb_data?w=1&authSource=admin"),
            ("mongodb://u:p@h/?authsource=x", "mongodb://u:p@h/tmdb_data?authsource=x"),
            ("mongodb://u:p@h/d", "mongodb://u:p@h/d"), ("h", "h"),
        ])
    func aRawStoreHasADatabase(_ uri: String, _ url: String) { #expect(ServerAddress.mongoDB(uri) == url) }

    @Test(
        arguments: [
            ("postgresql://u@h/d", "postgresql://u@h/d"), ("postgresql+psycopg2://u@h/d?a=b", "postgresql://u@h/d?a=b"),
            ("postgres+asyncpg://h+i/d", "postgres://h+i/d"), ("postgresql://u+v@h/d", "postgresql://u+v@h/d"),
            ("mysql+x://h/d", "mysql+x://h/d"), ("host=h", "host=h"),
        ])
    func sqlAlchemysDriverIsLeftOut(_ uri: String, _ url: String) { #expect(ServerAddress.postgreSQL(uri) == url) }

    @Test func eachServerGivesItsPorts() throws {
        let all = try Self.variables([
            "POSTGRES_URI": "postgresql://h/d", "MONGO_URI": "mongodb://h/m", "KAFKA_BOOTSTRAP_SERVERS": "k:1",
        ])
        let urls = LivePort.allCases.map { $0.location(in: all)?.text }
        #expect(urls == ["kafka://k:1/movie", "kafka://k:1/user_logs", "mongodb://h/m", "postgresql://h/d"])
    }

    /// The environment, the file, and what counts of the two names of the warehouse.
    @Test(
        arguments: [
            ([:], "", nil), (["POSTGRES_URI": "a"], "", "a"), ([:], "POSTGRES_URI=a", "a"),
            (["POSTGRES_URI": "a"], "POSTGRES_URI=b", "a"), (["POSTGRES_URI": "a"], "REELHOUSE_WAREHOUSE=b", "b"),
            (["REELHOUSE_WAREHOUSE": "a", "POSTGRES_URI": "b"], "REELHOUSE_WAREHOUSE=c", "a"),
            // What is empty counts as not set, but beats the file.
            (["REELHOUSE_WAREHOUSE": ""], "", nil), (["REELHOUSE_WAREHOUSE": ""], "REELHOUSE_WAREHOUSE=a", nil),
            (["REELHOUSE_WAREHOUSE": "", "POSTGRES_URI": "a"], "", "a"),
            ([:], "REELHOUSE_WAREHOUSE=\nPOSTGRES_URI=a", "a"), ([:], "REELHOUSE_WAREHOUSE", nil),
        ] as [([String: String], String, String?)])
    func theFirstPlaceCounts(_ environment: [String: String], _ file: String, _ expected: String?) throws {
        let found = LivePort.warehouse.location(in: try Self.variables(environment, file: file))?.text
        #expect(found == expected, "\(environment) \(file)")
    }

    @Test func aPlaceHasItsLine() throws {
        let variables = try Self.variables(["B": "1"], file: "\nA=x\nB=y\n")
        #expect(variables["A"]?.place.text == ".env, line 2")
        #expect(variables["B"]?.place.text == "the environment")
        #expect(variables.all.map(\.name) == ["B", "A"] && variables.ofFile.map(\.name) == ["A"])
    }

    @Test(
        arguments: [
            ("REELHOUSE_WAREHOSE", "REELHOUSE_WAREHOUSE"), ("REELHOUSE_EVENT", "REELHOUSE_EVENTS"),
            ("REELHOUSE_MOVEIS", "REELHOUSE_MOVIES"), ("REELHOUSE_SOAK", nil), ("REELHOUSE_TEST_POSTGRES", nil),
            ("REELHOSE_RAW", "REELHOUSE_RAW"), ("POSTGRES_URL", "POSTGRES_URI"), ("MONGODB_URI", "MONGO_URI"),
            ("POSTGRES_PASSWORD", nil), ("POSTGRES_USER", nil), ("KAFKA_HEAP_OPTS", nil), ("TMDB_KEY", nil),
            ("KAFKA_BOOTSTRAP_SERVER", "KAFKA_BOOTSTRAP_SERVERS"), ("PGPASWORD", "PGPASSWORD"), ("PATH", nil),
            ("X", nil),
        ])
    func aSimilarNameIsFound(_ name: String, _ expected: String?) {
        #expect(KnownVariables.nearest(to: name) == expected, "\(name)")
    }

    @Test(arguments: [
        ("PGPASSWORD", true), ("PGSSLMODE", true), ("PGSERVICEFILE", true), ("KAFKA_SASL_PASSWORD", true),
        ("KAFKA_SSL_CA_LOCATION", true), ("REELHOUSE_RAW", true), ("KAFKA_BOOTSTRAP_SERVERS", true),
        ("TMDB_API_KEY", true),
        ("SSL_CERT_FILE", true), ("KAFKA_HEAP_OPTS", false), ("PGDATA", false), ("POSTGRES_PASSWORD", false),
        ("LD_PRELOAD", false), ("PATH", false), ("OPENSSL_CONF", false), ("REELHOUSE_SOAK", false),
    ])
    func whatBackendsReadIsKnown(_ name: String, _ expected: Bool) {
        #expect(KnownVariables.reads(name) == expected, "\(name)")
    }

    @Test(
        arguments: [
            ("PGPASSWORD", "s3cret"), ("TMDB_API_KEY", "s3cret"), ("X_TOKEN", "s3cret"), ("A_SECRET", "s3cret"),
            ("KAFKA_SSL_KEY_PEM", "s3cret"), ("KAFKA_SSL_KEYSTORE_PASSWORD", "s3cret"), ("AWS_ACCESS_KEY", "s3cret"),
            ("POSTGRES_URI", "postgresql://u:s3cret@h/d?sslpassword=s3cret"),
            ("POSTGRES_URI", "host=h password=s3cret"),
            ("MONGO_URI", "mongodb://u:s3cret@h"), ("REELHOUSE_EVENTS", "kafka://h/t?sasl.password=s3cret"),
            ("KAFKA_SASL_OAUTHBEARER_CONFIG", "s3cret"), ("PGOPTIONS", "-c password=s3cret"),
            ("MONGO_URI", "u:s3cret@h:27017"), ("MONGO_URI", "//u:s3cret@h/d"), ("MONGO_URI", "mongodb:/u:s3cret@h/d"),
            ("REELHOUSE_RAW", "mongodb//u:s3cret@h/d"), ("KAFKA_BOOTSTRAP_SERVERS", "u:s3cret@h:9092"),
        ])
    func secretsAreMasked(_ name: String, _ value: String) {
        let shown = KnownVariables.shown(.init(name: name, value: value, place: .environment))
        #expect(!shown.contains("s3cret") && shown.contains("***"), "\(shown)")
    }

    @Test func whatIsNoSecretIsShown() {
        for (name, value) in [("PGSSLKEY", "/a/b.key"), ("KAFKA_SASL_USERNAME", "u"), ("PGPASSWORD", "")] {
            #expect(KnownVariables.shown(.init(name: name, value: value, place: .environment)) == value)
        }
    }

    private static func settings(
        _ words: String..., environment: [String: String] = [:]
    ) throws -> (LiveSettings, ParsedArguments) {
        guard case .run(let arguments) = try CommandRegistry.root.parse(words, width: 80) else {
            throw UsageError("no command", hint: "")
        }
        let isLive = words.contains("--live")
        let settings = LiveSettings(arguments, Configuration(environment: environment, isLive: isLive))
        return (settings, settings.applied(to: arguments))
    }

    private static let servers = [
        "KAFKA_BOOTSTRAP_SERVERS": "k:1", "REELHOUSE_WAREHOUSE": "w.db", "REELHOUSE_RAW": "r",
    ]

    @Test func anOptionBeatsAVariable() throws {
        let (settings, arguments) = try Self.settings("run", "--live", "--movies", "m", "n", environment: Self.servers)
        #expect(arguments.strings("movies") == ["m", "n"] && arguments.strings("events") == ["kafka://k:1/user_logs"])
        #expect(arguments.string("warehouse") == "w.db" && arguments.string("raw") == "r")
        #expect(arguments.isGiven("movies") && !arguments.isGiven("events") && arguments.isNamed("events"))
        #expect(settings.settings.map(\.origin).first == .option && settings.warnings.isEmpty)
        try settings.check()
    }

    @Test func withoutLiveVariablesDoNotCount() throws {
        let (settings, arguments) = try Self.settings("run", environment: Self.servers)
        #expect(settings.areAllStandard && arguments.string("warehouse") == "sqlite:warehouse.db")
        #expect(!arguments.isNamed("events") && settings.warnings.isEmpty)
        try settings.check()
    }

    @Test func topicsAreThoseOfTheirPort() throws {
        for (port, topic) in [("movies", "movie"), ("events", "user_logs")] {
            let (_, arguments) = try Self.settings("publish", port, "--live", environment: Self.servers)
            #expect(arguments.string("to") == "kafka://k:1/\(topic)")
        }
        let (_, arguments) = try Self.settings("restore", "movies", "--live", environment: Self.servers)
        #expect(arguments.string("from") == "kafka://k:1/movie")
    }

    @Test func whatIsMissingIsSaid() throws {
        let (none, _) = try Self.settings("run", "--live")
        #expect(throws: ConfigurationError.self) { try none.check() }
        let (some, _) = try Self.settings("run", "--live", environment: ["REELHOUSE_EVENTS": "e"])
        try some.check()
        #expect(some.warnings.map(\.kind) == [.warning, .warning, .warning])
        #expect(some.warnings[0].message.hasSuffix("movies, so that none are read"), "\(some.warnings)")
        #expect(some.warnings[2].message.hasSuffix("the default is used: sqlite:warehouse.db"), "\(some.warnings)")
        let (other, _) = try Self.settings("report", "--live", "-w", "w.db")
        try other.check()
    }

    /// A wrong name would lead to the default, which nobody who writes it means.
    @Test func aMisspeltNameIsAnError() throws {
        let (settings, _) = try Self.settings(
            "run", "--live", environment: ["REELHOUSE_EVENTS": "e", "REELHOUSE_WAREHOSE": "w.db"])
        let error = #expect(throws: ConfigurationError.self) { try settings.check() }
        #expect(error?.message.hasSuffix("did you mean REELHOUSE_WAREHOUSE?") == true)
        // Where the right one is there too, the other does no harm.
        let (both, _) = try Self.settings(
            "report", "--live", environment: ["REELHOUSE_WAREHOUSE": "e", "REELHOUSE_WAREHOSE": "w.db"])
        try both.check()
    }

    @Test func aWrongLocationNamesItsVariable() throws {
        for (name, value) in [
            ("POSTGRES_URI", "postgresql://u:s3cret@h:99999/d"), ("REELHOUSE_WAREHOUSE", "invented://u:s3cret@h"),
        ] {
            let (settings, _) = try Self.settings("report", "--live", environment: [name: value])
            let error = #expect(throws: ConfigurationError.self) { try settings.check() }
            let message = error?.message ?? ""
            #expect(message.hasPrefix("the variable \(name) (the environment) cannot be used: "), "\(message)")
            #expect(!message.contains("s3cret") && error?.kind == .usage)
        }
        let (settings, _) = try Self.settings("run", "--live", environment: ["KAFKA_BOOTSTRAP_SERVERS": "h:99999"])
        #expect(throws: ConfigurationError.self) { try settings.check() }
    }

    /// Otherwise it would be the path of a file or folder, with the password in its name.
    @Test(arguments: [
        ("POSTGRES_URI", "host=h password=s3cret"), ("POSTGRES_URI", "mysql://u:s3cret@h/d"), ("POSTGRES_URI", "w.db"),
        ("MONGO_URI", "s3cret:27017"), ("MONGO_URI", "file:s3cret"),
    ])
    func anAddressOfAServerIsNoPath(_ name: String, _ value: String) throws {
        let other = name == "MONGO_URI" ? ["REELHOUSE_WAREHOUSE": "w.db"] : ["REELHOUSE_RAW": "r"]
        let (settings, _) = try Self.settings(
            "quarantine", "retry", "--live", environment: other.merging([name: value]) { first, _ in first })
        let error = #expect(throws: ConfigurationError.self) { try settings.check() }
        #expect(error?.message.hasPrefix("the variable \(name) (the environment) is not of the form ") == true)
        #expect(error?.message.contains("s3cret") == false)
    }

    /// Each command that takes the location of a port takes `--live`; `copy` has two, of which either may be live.
    @Test func commandsThatTakeAPortTakeLive() {
        func commands(_ command: CommandDeclaration, _ path: [String]) -> [([String], CommandDeclaration)] {
            [(path, command)] + command.subcommands.flatMap { commands($0, path + [$0.name]) }
        }
        for (path, command) in commands(CommandRegistry.root, []) {
            let names = command.options.filter { $0.value?.kind == .location }.map(\.name)
            // These have every place named.
            let takesPort = !names.isEmpty && !["copy", "rebuild"].contains(path.first)
            let options = command.options.map(\.name)
            #expect(options.contains("live") == takesPort, "\(path)")
            #expect(options.contains("env-file") == !names.isEmpty, "\(path)")
        }
    }
}
