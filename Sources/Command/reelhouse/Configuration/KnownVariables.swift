import Arguments
import Domain
import Files

import enum Logging.Redaction

/// The variables that this program and its backends read.
enum KnownVariables {
    /// Those that say where the ports are, which count with `--live`, and the keys of services.
    static let ports = locations + keys

    private static let locations: [CommandDeclaration.EnvironmentVariable] = [
        .init(LivePort.movies.variable, "with --live: where movie documents come from"),
        .init(LivePort.events.variable, "with --live: where user events come from"),
        .init(LivePort.raw.variable, "with --live: where documents are kept as they came"),
        .init(LivePort.warehouse.variable, "with --live: the warehouse"),
        .init(
            "KAFKA_BOOTSTRAP_SERVERS",
            "with --live: the brokers, as host:9092,host:9092. Events come from their topic user_logs and movie documents "
                + "from movie, where \(LivePort.events.variable) and \(LivePort.movies.variable) say nothing else"),
        .init(
            "MONGO_URI",
            "with --live: the raw store where \(LivePort.raw.variable) is not set, as mongodb://HOST/DATABASE; the "
                + "database is \(ServerAddress.rawDatabase) unless named"),
        .init(
            "POSTGRES_URI",
            "with --live: the warehouse where \(LivePort.warehouse.variable) is not set, as "
                + "postgresql://USER@HOST/DATABASE"),
    ]

    private static let keys: [CommandDeclaration.EnvironmentVariable] = [
        .init("TMDB_ACCESS_TOKEN", "the read access token of TMDB's API, for `reelhouse fetch`"),
        .init("TMDB_API_KEY", "the key of TMDB's API, for `reelhouse fetch`, where there is no token"),
    ]

    /// Those that change what is printed.
    static let output: [CommandDeclaration.EnvironmentVariable] = [
        .init("NO_COLOR", "no colours, unless it is empty"),
        .init("COLUMNS", "the width that results are laid out for; the terminal's unless set"),
        .init("REELHOUSE_NO_PROGRESS", "no progress, unless it is empty"),
        .init("REELHOUSE_PROGRESS_SECONDS", "seconds between lines of progress off a terminal; 10 unless set"),
    ]

    /// Those of `reelhouse export`.
    static let snapshots: [CommandDeclaration.EnvironmentVariable] = [
        .init(
            Pseudonyms.variable,
            "with --pseudonymize: the key of the pseudonyms, at least 16 bytes, kept for later "
                + "exports; also in .env"),
        .init(
            ParquetMaker.variable, "with --format parquet: the Python that has DuckDB or PyArrow; python3 unless set"),
    ]

    /// Those of the libraries that are no backend's own: the folders of temporary files, and certificates.
    private static let libraries: Set<String> = ["TMPDIR", "SQLITE_TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR"]

    /// Whether a variable is one that systems set for all programs.
    static func isOfSystem(_ name: String) -> Bool { libraries.contains(name) }

    /// The names of this program's own variables.
    static let own = (ports + output + snapshots).map(\.name)

    /// What the names of variables begin with that are for this program alone.
    static let prefix = "REELHOUSE_"

    /// Whether this program or one of its backends reads a variable.
    static func reads(_ name: String) -> Bool { own.contains(name) || isOfBackend(name) || libraries.contains(name) }

    /// Whether a backend reads a variable.
    static func isOfBackend(_ name: String) -> Bool {
        BackendRegistry.all.contains { $0.naming.readsVariable(name) }
    }

    /// Well-known variables of backends, which an unknown name may stand for.
    private static let common = [
        "PGPASSWORD", "KAFKA_SECURITY_PROTOCOL", "KAFKA_SASL_MECHANISMS", "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD",
        "KAFKA_SSL_CA_LOCATION",
    ]

    /// The known name that is most similar to an unknown one; nil where none is. A first part that both have, such as
    /// `REELHOUSE_`, does not count.
    static func nearest(to name: String) -> String? {
        let all = own + common
        let first = firstPart(name)
        let rests = all.filter { firstPart($0) == first && !first.isEmpty }.map { String($0.dropFirst(first.count)) }
        if !rests.isEmpty {
            return Suggestion.nearest(to: String(name.dropFirst(first.count)), among: rests).map { first + $0 }
        }
        // Two different first parts, such as MONGODB_ and MONGO_: only names that are as long are similar.
        guard let nearest = Suggestion.nearest(to: name, among: all), abs(nearest.count - name.count) <= 2 else {
            return nil
        }
        return nearest
    }

    private static func firstPart(_ name: String) -> String {
        name.firstIndex(of: "_").map { String(name[...$0]) } ?? ""
    }

    /// The value of a variable as it may be shown: without passwords, and not at all where the variable is a secret.
    static func shown(_ variable: Variables.Variable) -> String {
        if isSecret(variable.name), !variable.value.isEmpty { return Redaction.mask }
        return Redaction.location(variable.value)
    }

    /// Whether the value of a variable is a secret as a whole.
    static func isSecret(_ name: String) -> Bool {
        Redaction.isSecret(name) || name.uppercased().hasSuffix("_KEY") || name.uppercased().hasSuffix("_PASS")
    }
}
