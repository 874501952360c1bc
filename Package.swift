// swift-tools-version: 6.0
import PackageDescription

// The folders of `Sources` are layers, and this manifest is the check of who may use whom: a target uses targets of the
// layers that its own one names here, and no others. `CONTRIBUTING.md` says the same in a sentence.

/// A folder of `Sources`.
enum Layer: String {
    /// Module maps of C libraries, and thin C and C++ shims.
    case c = "C"
    /// The rules, tables and ports, without I/O, and the hashing, JSON and log lines that they stand on.
    case core = "Core"
    /// One target an outside system; each fills ports of the core.
    case backends = "Backends"
    /// The use cases, written against the ports.
    case pipeline = "Pipeline"
    /// Synthetic data.
    case generator = "Generator"
    /// The command line.
    case command = "Command"
    /// The measuring program.
    case benchmark = "Benchmark"

    /// The layers whose targets its own may use.
    var mayUse: Set<Layer> {
        switch self {
        case .c: []
        case .core: [.core, .c]
        case .backends: [.core, .c]
        case .pipeline: [.core]
        case .generator: [.core, .backends]
        case .command: [.command, .pipeline, .generator, .backends, .core, .c]
        case .benchmark: [.command, .generator, .backends, .core, .c]
        }
    }
}

/// What backends share: each of them may use these targets of their own layer.
let sharedByBackends: Set<String> = ["Schema", "SQLWarehouse"]

/// C libraries that only backends use (and the measuring program, which compares with them).
let librariesOfBackends: Set<String> = ["CCurl", "CKafka", "CMongo", "CPostgres", "CSQLite", "CZstd", "CZlib"]

/// The targets of each layer. A system library's provider is Debian's package; `make deps` installs them all.
let layers: [(Layer, [Target])] = [
    (
        .c,
        [
            .systemLibrary(
                name: "CSQLite", path: "Sources/C/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
            .systemLibrary(
                name: "CZstd", path: "Sources/C/CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
            .systemLibrary(
                name: "CZlib", path: "Sources/C/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
            .systemLibrary(
                name: "CXXHash", path: "Sources/C/CXXHash", pkgConfig: "libxxhash",
                providers: [.apt(["libxxhash-dev"])]),
            .systemLibrary(
                name: "CCrypto", path: "Sources/C/CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
            .systemLibrary(
                name: "CPostgres", path: "Sources/C/CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
            .systemLibrary(
                name: "CKafka", path: "Sources/C/CKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
            .systemLibrary(
                name: "CMongo", path: "Sources/C/CMongo", pkgConfig: "libmongoc-1.0",
                providers: [.apt(["libmongoc-dev"])]
            ),
            .systemLibrary(
                name: "CCurl", path: "Sources/C/CCurl", pkgConfig: "libcurl",
                providers: [.apt(["libcurl4-openssl-dev"])]),
            // simdjson goes without pkg-config, whose flag for it (a -D) SwiftPM refuses with a warning.
            .target(name: "CSimdJSON", path: "Sources/C/CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
            .target(name: "CArguments", path: "Sources/C/CArguments"),
            .target(name: "CPrefetch", path: "Sources/C/CPrefetch"),
            .target(name: "CMemory", path: "Sources/C/CMemory"),
        ]
    ),
    (
        .core,
        [
            .target(name: "Hashing", dependencies: ["CXXHash", "CCrypto"], path: "Sources/Core/Hashing"),
            .target(name: "JSON", dependencies: ["CSimdJSON"], path: "Sources/Core/JSON"),
            .target(name: "Logging", dependencies: ["JSON"], path: "Sources/Core/Logging"),
            .target(
                name: "Domain", dependencies: ["CPrefetch", "Hashing", "JSON", "Logging"], path: "Sources/Core/Domain"),
        ]
    ),
    (
        .backends,
        [
            .target(
                name: "Files", dependencies: ["Domain", "Hashing", "JSON", "Logging", "CZstd", "CZlib"],
                path: "Sources/Backends/Files", resources: [.embedInCode("Snapshots/Resources/parquet.py")]),
            // The rules of a warehouse in any SQL database; each of these adds a session and a dialect.
            .target(
                name: "SQLWarehouse", dependencies: ["Domain", "Schema"], path: "Sources/Backends/SQLWarehouse"),
            .target(
                name: "SQLite", dependencies: ["Domain", "Logging", "Schema", "SQLWarehouse", "CSQLite"],
                path: "Sources/Backends/SQLite"),
            .target(
                name: "PostgreSQL", dependencies: ["Domain", "Logging", "Schema", "SQLWarehouse", "CPostgres"],
                path: "Sources/Backends/PostgreSQL"),
            .target(
                name: "Kafka", dependencies: ["Domain", "Hashing", "Logging", "CKafka", "CPrefetch"],
                path: "Sources/Backends/Kafka"),
            .target(
                name: "MongoDB", dependencies: ["Domain", "Hashing", "JSON", "Logging", "CMongo"],
                path: "Sources/Backends/MongoDB"),
            .target(
                name: "TMDB", dependencies: ["Domain", "JSON", "Logging", "CCurl"], path: "Sources/Backends/TMDB"),
            // The migrations, which people read too.
            .target(
                name: "Schema", path: "schema",
                exclude: ["EVENTS.md", "MOVIES.md", "QUESTIONS.md", "README.md", "RULES.md", "postgres/README.md"],
                resources: [
                    .embedInCode("checks.sql"),
                    .embedInCode("sqlite/0001_operations.sql"), .embedInCode("sqlite/0002_movies.sql"),
                    .embedInCode("sqlite/0003_behaviour.sql"), .embedInCode("sqlite/0004_marts.sql"),
                    .embedInCode("sqlite/0005_readable_views.sql"), .embedInCode("sqlite/0006_rejected_view.sql"),
                    .embedInCode("sqlite/0007_known_sources.sql"), .embedInCode("sqlite/0008_mart_refresh.sql"),
                    .embedInCode("sqlite/0009_marker.sql"), .embedInCode("sqlite/0010_run_error.sql"),
                    .embedInCode("sqlite/0011_cured_records.sql"), .embedInCode("sqlite/0012_source_positions.sql"),
                    .embedInCode("sqlite/0013_tasks.sql"), .embedInCode("sqlite/0014_site_daily.sql"),
                    .embedInCode("postgres/0001_operation_tables.sql"),
                    .embedInCode("postgres/0002_movie_tables.sql"),
                    .embedInCode("postgres/0003_behaviour_tables.sql"),
                    .embedInCode("postgres/0004_mart_tables.sql"), .embedInCode("postgres/0005_views.sql"),
                    .embedInCode("postgres/0006_rejected_event_view.sql"),
                    .embedInCode("postgres/0007_comments.sql"), .embedInCode("postgres/0008_tasks.sql"),
                    .embedInCode("postgres/0009_site_daily.sql"),
                ]),
        ]
    ),
    (
        .pipeline,
        [.target(name: "Pipeline", dependencies: ["Domain", "Hashing", "JSON", "Logging"], path: "Sources/Pipeline")]
    ),
    (
        .generator,
        [.target(name: "Generator", dependencies: ["Domain", "Files", "Logging"], path: "Sources/Generator")]
    ),
    (
        .command,
        [
            .target(name: "Arguments", dependencies: ["CArguments"], path: "Sources/Command/Arguments"),
            // The grammar of `.env`.
            .target(name: "EnvironmentFile", path: "Sources/Command/EnvironmentFile"),
            .executableTarget(
                name: "reelhouse",
                dependencies: [
                    "Arguments", "CMemory", "Domain", "EnvironmentFile", "Files", "Generator", "Hashing", "JSON",
                    "Kafka", "Logging", "MongoDB", "Pipeline", "PostgreSQL", "SQLite", "Schema", "TMDB",
                ], path: "Sources/Command/reelhouse"),
        ]
    ),
    (
        .benchmark,
        [
            .executableTarget(
                name: "reelhouse-bench",
                dependencies: [
                    "Arguments", "CKafka", "CMongo", "CPostgres", "CSQLite", "Domain", "Files", "Generator", "Logging",
                ],
                path: "Sources/Benchmark", resources: [.embedInCode("Resources/duckdb_job.py")])
        ]
    ),
]

/// The tests of each target, and what several of them share.
let tests: [Target] = [
    .target(name: "TableTesting", dependencies: ["Domain"], path: "Tests/Support/TableTesting"),
    .target(
        name: "TestSupport", dependencies: ["CPostgres", "CSQLite", "CZlib", "CZstd", "Servers"],
        path: "Tests/Support/TestSupport"
    ),
    .target(
        name: "Fixtures",
        dependencies: [
            "Domain", "Files", "Kafka", "KafkaTesting", "MongoDB", "MongoTesting", "PostgreSQL", "SQLWarehouse",
            "SQLite",
            "Schema", "Servers", "TestSupport",
        ],
        path: "Tests/Support/Fixtures"),
    .testTarget(name: "HashingTests", dependencies: ["Hashing"], path: "Tests/Core/HashingTests"),
    .testTarget(name: "JSONTests", dependencies: ["JSON"], path: "Tests/Core/JSONTests"),
    .testTarget(name: "LoggingTests", dependencies: ["Logging"], path: "Tests/Core/LoggingTests"),
    .testTarget(
        name: "DomainTests", dependencies: ["Domain", "Hashing", "JSON", "TableTesting"],
        path: "Tests/Core/DomainTests"),
    .testTarget(
        name: "FilesTests", dependencies: ["Files", "Domain", "CZstd", "CZlib"], path: "Tests/Backends/FilesTests"),
    .testTarget(
        name: "SQLWarehouseTests",
        dependencies: ["SQLWarehouse", "SQLite", "Schema", "Domain", "TableTesting"],
        path: "Tests/Backends/SQLWarehouseTests"),
    .testTarget(
        name: "SQLiteTests", dependencies: ["SQLite", "PostgreSQL", "Schema", "Domain", "CSQLite", "TableTesting"],
        path: "Tests/Backends/SQLiteTests"),
    .target(name: "Servers", path: "Tests/Support/Servers", exclude: ["airflow_runs.py", "tmdb_server.py"]),
    // A producer and an administrator of topics for tests.
    .target(name: "KafkaTesting", dependencies: ["CKafka", "Servers"], path: "Tests/Support/KafkaTesting"),
    .testTarget(
        name: "KafkaTests", dependencies: ["Kafka", "KafkaTesting", "Domain", "Servers", "TestSupport"],
        path: "Tests/Backends/KafkaTests"),
    // A client of MongoDB for tests, without the project's code.
    .target(name: "MongoTesting", dependencies: ["CMongo", "Servers"], path: "Tests/Support/MongoTesting"),
    .testTarget(
        name: "MongoDBTests",
        dependencies: ["MongoDB", "MongoTesting", "CMongo", "Domain", "JSON", "Servers", "TestSupport"],
        path: "Tests/Backends/MongoDBTests"),
    .testTarget(
        name: "TMDBTests", dependencies: ["TMDB", "Domain", "Servers", "TestSupport"], path: "Tests/Backends/TMDBTests"),
    .testTarget(
        name: "PostgreSQLTests",
        dependencies: [
            "CPostgres", "PostgreSQL", "Domain", "Schema", "Servers", "SQLite", "TableTesting",
            "TestSupport",
        ],
        path: "Tests/Backends/PostgreSQLTests"),
    .testTarget(
        name: "PipelineTests",
        dependencies: [
            "Pipeline", "Domain", "Files", "Fixtures", "Generator", "Kafka", "KafkaTesting", "Logging", "PostgreSQL",
            "SQLite",
            "SQLWarehouse", "Schema", "Servers",
            "TestSupport",
        ],
        path: "Tests/PipelineTests"),
    .testTarget(
        name: "GeneratorTests", dependencies: ["Generator", "Domain", "Files", "JSON", "CZstd"],
        path: "Tests/GeneratorTests"),
    .testTarget(name: "ArgumentsTests", dependencies: ["Arguments"], path: "Tests/Command/ArgumentsTests"),
    .testTarget(
        name: "EnvironmentFileTests", dependencies: ["EnvironmentFile"], path: "Tests/Command/EnvironmentFileTests"),
    .testTarget(
        name: "CommandTests",
        dependencies: [
            "reelhouse", "Arguments", "Domain", "EnvironmentFile", "Files", "Fixtures", "Generator", "JSON", "Kafka",
            "KafkaTesting", "MongoDB", "MongoTesting", "PostgreSQL", "Servers", "SQLite", "TMDB", "TestSupport",
        ],
        path: "Tests/Command/CommandTests"),
]

/// Ends the build where a target uses one of a layer that its own layer does not name, or lies in the wrong folder.
func checkLayers(_ layers: [(Layer, [Target])], shared: Set<String>, drivers: Set<String>) {
    var layerOfTarget: [String: Layer] = [:]
    for (layer, targets) in layers { for target in targets { layerOfTarget[target.name] = layer } }
    for (layer, targets) in layers {
        for target in targets {
            let folder = "Sources/" + layer.rawValue
            precondition(
                target.name == "Schema" || target.path == folder || target.path?.hasPrefix(folder + "/") == true,
                "\(target.name) belongs to the layer \(layer.rawValue), so its folder has to be in \(folder)")
            for dependency in target.dependencies {
                let name: String
                switch dependency {
                case .byNameItem(let item, _), .targetItem(let item, _): name = item
                default: preconditionFailure("\(target.name) uses something that is no target of this package")
                }
                guard let other = layerOfTarget[name] else { preconditionFailure("\(name) is in no layer") }
                precondition(
                    !drivers.contains(name) || layer == .backends || layer == .benchmark,
                    "\(target.name) may not use \(name), a library of a backend")
                precondition(
                    layer.mayUse.contains(other) || (layer == .backends && shared.contains(name)),
                    "\(target.name) may not use \(name): \(layer.rawValue) does not use \(other.rawValue)")
            }
        }
    }
}
checkLayers(layers, shared: sharedByBackends, drivers: librariesOfBackends)

// Tests load some million lines, which takes many times as long in code that is not optimised. Commands and benchmarks are
// left as they are, since they take most of the time to compile and little of the time to run.
for target in layers.filter({ [.core, .backends, .pipeline, .generator].contains($0.0) }).flatMap(\.1)
where target.type == .regular {
    target.swiftSettings = [.unsafeFlags(["-O"], .when(configuration: .debug))]
}

let package = Package(
    name: "reelhouse",
    products: [
        .executable(name: "reelhouse", targets: ["reelhouse"]),
        .executable(name: "reelhouse-bench", targets: ["reelhouse-bench"]),
    ],
    targets: layers.flatMap { $0.1 } + tests,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
