import Arguments
import Foundation

/// What is measured on a PostgreSQL server, in the order of a round.
enum LiveScenario: String, CaseIterable {
    /// `reelhouse run` into a warehouse that has the movies and no event.
    case fresh
    /// COPY into a staging table and a merge into one keyed table, as people write it by hand.
    case merge
    /// `fresh` with the lines in random order.
    case shuffled
    /// `merge` with the rows in random order.
    case mergeShuffled = "merge-shuffled"
    /// COPY into a table without an index.
    case copy
    /// `reelhouse run` into SQLite.
    case sqlite
    /// `reelhouse run` into a warehouse that has ten times as many events.
    case grown

    /// The load by reelhouse of events in the same order, to which its speed is compared.
    var counterpart: LiveScenario { self == .shuffled || self == .mergeShuffled ? .shuffled : .fresh }
}

/// The options of `reelhouse-bench live`.
struct LiveOptions {
    /// The numbers of events to measure, one after the other.
    var events: [Int]
    var runs: Int
    var scenarios: [LiveScenario]
    /// Whether loads from Kafka and publishing are measured.
    var withKafka: Bool
    /// Whether a raw store on MongoDB and loads from it are measured.
    var withMongo: Bool
    /// A folder to work in, which is kept; nil for a temporary one.
    var folder: String?
    /// The URL of a server to measure; nil for a temporary one.
    var server: String?

    /// The environment variable that names a server.
    static let variable = "REELHOUSE_BENCH_POSTGRES"

    static let declaration = CommandDeclaration(
        name: "reelhouse-bench live",
        summary: "Measure reelhouse with PostgreSQL, Kafka and MongoDB, beside what others do with the same servers.",
        discussion: """
            A PostgreSQL server is started in a temporary folder with PostgreSQL's default settings. What is compared \
            takes turns, and medians are shown. The hand-written merge loads the facts alone, from rows that were \
            prepared before its time begins; reelhouse reads the compressed lines, checks them, and fills every table. \
            Both are measured with the events in the order of the files, and again in random order. \
            The server's processor time is that of all its processes. \
            Where there is a Kafka broker, loads from a topic are measured beside loads of the same lines from files, and \
            publishing beside kcat's producer. Where there is a MongoDB server, a raw store on it and loads from its \
            collection are measured beside bare bulk upserts and a bare cursor.
            """,
        options: [
            .value(
                "events", .integer(1000...1_000_000_000), repetition: .repeats,
                help: "How many events; may be given several times. Unless given, 1,000,000 and then 5,000,000."),
            .value("runs", .integer(1...100), defaultValue: "3", help: "How often each is run."),
            .flag(
                "grown",
                help: "Also load the first number of events into a warehouse that has ten times as many. This is slow: "
                    + "filling that warehouse takes minutes."),
            .value(
                "only", .choice(LiveScenario.allCases.map(\.rawValue) + [Self.kafka, Self.mongo]), repetition: .repeats,
                help:
                    "Measure this and no other; may be given several times. Ratios are to 'fresh' and 'shuffled'; 'kafka' and "
                    + "'mongodb' are all that is measured with these."),
            .value(
                "keep", .folder,
                help: "Work in this folder and leave it as it is; input that was generated there is taken again."),
        ],
        examples: [
            .init("reelhouse-bench live", "One million events, then five"),
            .init("reelhouse-bench live --events 1000000 --grown", "One million, also into ten million"),
        ],
        environment: [
            .init(KafkaServer.variable, "host:port of a Kafka broker, or the path of a script that starts one"),
            .init(MongoServer.variable, "mongodb://HOST:PORT of a MongoDB server"),
            .init(variable, "the URL of a database on a server to measure, whose role may create databases"),
            .init("TMPDIR", "where the temporary folders are made; /tmp unless set"),
        ])

    /// The name of what is measured with Kafka.
    private static let kafka = "kafka"
    /// The name of what is measured with MongoDB.
    private static let mongo = "mongodb"

    init(_ arguments: ParsedArguments) {
        let given = arguments.strings("events").compactMap { Int($0) }
        events = given.isEmpty ? [1_000_000, 5_000_000] : given
        runs = Int(arguments.integer("runs") ?? 1)
        let chosen = arguments.strings("only")
        let only = chosen.compactMap(LiveScenario.init)
        withKafka = chosen.isEmpty || chosen.contains(Self.kafka)
        withMongo = chosen.isEmpty || chosen.contains(Self.mongo)
        let all = LiveScenario.allCases.filter { $0 != .grown || arguments.flag("grown") }
        scenarios = chosen.isEmpty ? all : LiveScenario.allCases.filter(only.contains)
        folder = arguments.string("keep")
        let named = ProcessInfo.processInfo.environment[Self.variable] ?? ""
        server = named.isEmpty ? nil : named
    }
}
