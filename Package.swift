// swift-tools-version: 6.0
import PackageDescription

/// Debian's package for each system library; `make deps` installs them all.
let package = Package(
    name: "reelhouse",
    products: [
        .executable(name: "reelhouse", targets: ["reelhouse"]),
        .executable(name: "reelhouse-bench", targets: ["reelhouse-bench"]),
    ],
    targets: [
        // System libraries.
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CMongo", pkgConfig: "libmongoc-1.0", providers: [.apt(["libmongoc-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        // Thin C and C++ shims.
        // simdjson goes without pkg-config, whose flag for it (a -D) SwiftPM refuses with a warning.
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CArguments"),
        .target(name: "CPrefetch"),
        .target(name: "CMemory"),

        // What the domain stands on.
        .target(name: "Hashing", dependencies: ["CXXHash", "CCrypto"]),
        .target(name: "JSON", dependencies: ["CSimdJSON"]),

        // The core: no I/O, no driver, no clock.
        .target(name: "Domain", dependencies: ["CPrefetch", "Hashing", "JSON"]),

        // One target an outside system.
        .target(name: "Files", dependencies: ["Domain", "Hashing", "CZstd", "CZlib"]),
        .target(name: "SQLite", dependencies: ["Domain", "Hashing", "Schema", "CSQLite"]),
        .target(
            name: "Schema", path: "schema",
            exclude: ["EVENTS.md", "MOVIES.md", "QUESTIONS.md", "README.md", "RULES.md"],
            resources: [
                .embedInCode("sqlite/0001_operations.sql"), .embedInCode("sqlite/0002_movies.sql"),
                .embedInCode("sqlite/0003_behaviour.sql"), .embedInCode("sqlite/0004_marts.sql"),
                .embedInCode("sqlite/0005_readable_views.sql"), .embedInCode("sqlite/0006_rejected_view.sql"),
                .embedInCode("sqlite/0007_known_sources.sql"),
                .embedInCode("sqlite/0008_mart_refresh.sql"),
                .embedInCode("sqlite/0009_marker.sql"),
                .embedInCode("sqlite/0010_run_error.sql"),
                .embedInCode("sqlite/0011_cured_records.sql"),
            ]),

        // The use cases.
        .target(name: "Pipeline", dependencies: ["Domain", "Logging"]),
        .target(name: "Generator", dependencies: ["Domain", "Files"]),

        // The command.
        .target(name: "Arguments", dependencies: ["CArguments"]),
        .target(name: "Logging"),
        .executableTarget(
            name: "reelhouse",
            dependencies: [
                "Arguments", "CMemory", "Domain", "Files", "Generator", "Hashing", "JSON", "Logging", "Pipeline",
                "SQLite",
            ]
        ),
        .executableTarget(
            name: "reelhouse-bench",
            dependencies: ["Arguments", "CSQLite", "Domain", "Files", "Generator"],
            resources: [.embedInCode("Resources/duckdb_job.py")]
        ),

        // Tests, and what several of them share.
        .target(name: "TableTesting", dependencies: ["Domain"], path: "Tests/TableTesting"),
        .target(name: "TestSupport", dependencies: ["CSQLite", "CZlib", "CZstd"], path: "Tests/TestSupport"),
        .testTarget(name: "HashingTests", dependencies: ["Hashing"]),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(name: "DomainTests", dependencies: ["Domain", "Hashing", "JSON", "TableTesting"]),
        .testTarget(name: "FilesTests", dependencies: ["Files", "Domain", "CZstd", "CZlib"]),
        .testTarget(name: "SQLiteTests", dependencies: ["SQLite", "Schema", "Domain", "CSQLite", "TableTesting"]),
        .testTarget(
            name: "PipelineTests",
            dependencies: ["Pipeline", "Domain", "Files", "SQLite", "Schema", "Generator", "TestSupport"]
        ),
        .testTarget(name: "GeneratorTests", dependencies: ["Generator", "Domain", "Files", "JSON", "CZstd"]),
        .testTarget(name: "ArgumentsTests", dependencies: ["Arguments"]),
        .testTarget(name: "LoggingTests", dependencies: ["Logging"]),
        .testTarget(name: "CommandTests", dependencies: ["reelhouse", "Arguments", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
