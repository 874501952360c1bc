import Arguments

/// The options of the benchmark.
struct BenchOptions {
    var events: Int
    var runs: Int
    var withPeers: Bool
    /// The scenarios to measure; nil for all.
    var only: Set<Scenario>?
    /// A folder to work in, which is kept; nil for a temporary one.
    var folder: String?

    static let declaration = CommandDeclaration(
        name: "reelhouse-bench",
        summary:
            "Measure reelhouse on generated events: end to end, by stages, and beside what its parts could do alone.",
        discussion: """
            Every number is of a whole process, measured from outside; what is compared takes turns, and medians are \
            shown. A busy machine moves the seconds of the wall more than the seconds of the processor and the ratios. \
            It needs room for about 250 bytes an event and ten times that for the warehouse of ten times as much.
            """,
        options: [
            .value("events", .integer(1000...1_000_000_000), defaultValue: "1000000", help: "How many events."),
            .value("runs", .integer(1...100), defaultValue: "3", help: "How often each is run."),
            .flag("peers", help: "Add DuckDB, in a Python environment of its own that is made on first use."),
            .value(
                "only", .choice(Scenario.allCases.map(\.rawValue)), repetition: .repeats,
                help: "Measure this and no other; may be given several times. Ratios are to 'fresh'."),
            .value(
                "keep", .folder,
                help: "Work in this folder and leave it as it is; input that was generated there is taken again."),
        ],
        examples: [
            .init("reelhouse-bench", "A million events"),
            .init("reelhouse-bench --events 5000000 --runs 5 --peers", "Five million, with DuckDB"),
        ],
        environment: [
            .init("REELHOUSE_REAL", "a folder with tmdb_5000.ndjson.zst, whose documents are then loaded too"),
            .init("TMPDIR", "where the temporary folder is made; /tmp unless set"),
        ])

    init(_ arguments: ParsedArguments) {
        events = Int(arguments.integer("events") ?? 0)
        runs = Int(arguments.integer("runs") ?? 1)
        withPeers = arguments.flag("peers")
        if arguments.isGiven("only") { only = Set(arguments.strings("only").compactMap(Scenario.init)) }
        folder = arguments.string("keep")
    }
}
