import Arguments
import Domain
import Files
import Logging
import Pipeline

/// `reelhouse export`: a snapshot of the warehouse for analysis.
enum ExportCommand: Command {
    /// The folder of snapshots unless another one is named.
    static let defaultFolder = "snapshots"

    static let declaration = CommandDeclaration(
        name: "export",
        summary: "Export the warehouse as a snapshot for analysis: CSV, NDJSON, SQLite or Parquet, with a manifest.",
        discussion: """
            Writes snapshots/2026-11-28/ with a file for each table and manifest.json, which names them with their rows, \
            columns and SHA-256, the digest of the warehouse and its last run. All tables are as of one moment, while \
            loads go on. The folder appears when it is complete. A second snapshot of a date is 2026-11-28-2; where \
            nothing has changed, the first one stays the only one.

            By default all tables that `reelhouse digest` covers are exported, marts included, and load_run; the other \
            tables of the loader, and the quarantine, when they are named with --tables. CSV and NDJSON are the same \
            bytes from SQLite and PostgreSQL: rows are sorted by their keys, times and dates are ISO 8601 in UTC. In CSV \
            an empty field is a null and "" an empty text.

            --since compares with an earlier whole snapshot of the same format: files have the rows that are new or \
            changed, and NAME.removed has the keys of those that were removed.

            While it is read, the write-ahead log of a SQLite warehouse cannot begin anew, so that it grows by what is \
            loaded meanwhile. Past --log-limit the export ends with an error.
            """,
        options: [
            CommonOption.warehouse, LiveOption.live, LiveOption.environmentFile,
            .value("to", .folder, defaultValue: defaultFolder, help: "The folder of snapshots."),
            .value(
                "format", short: "f", .choice(SnapshotFormat.allCases.map(\.rawValue)), placeholder: "format",
                defaultValue: SnapshotFormat.csv.rawValue,
                help: "csv and ndjson: a file for each table, compressed with zstd; sqlite: one file, which is a "
                    + "warehouse; parquet: by DuckDB or PyArrow, where Python has one of them."),
            .value("tables", .text, placeholder: "names", help: "Only these tables, with commas between them."),
            .value(
                "query", .text, placeholder: "sql", help: "The rows of one statement that reads, instead of tables."),
            .value(
                "since", .path, placeholder: "snapshot",
                help: "Only what changed against this snapshot, and what was removed: a folder, or a name in --to."),
            .value("date", .date, help: "The date in the snapshot's name; the UTC day of the clock unless given."),
            .flag(
                "pseudonymize",
                help: "Replace user ids, and the ids of sessions, comments and events, by keyed hashes, and leave out "
                    + "comment bodies. The key is in \(Pseudonyms.variable)."),
            .flag("bom", help: "Begin CSV with a byte order mark, by which some spreadsheets know UTF-8."),
            .flag(
                "guard-formulas",
                help: "Put an apostrophe before texts in CSV that a spreadsheet would take for a formula."),
            .value(
                "log-limit", .integer(1...1 << 30), placeholder: "MiB",
                defaultValue: String(SnapshotRequest.defaultLogLimit >> 20),
                help: "How far the log of a SQLite warehouse may grow meanwhile, in MiB."),
            CommonOption.now, CommonOption.json,
            .flag("json-progress", help: "Print progress as JSON lines on standard error."), CommonOption.quiet,
        ],
        examples: [
            .init("reelhouse export", "A snapshot of all tables as CSV"),
            .init("reelhouse export --tables movies,ratings --format ndjson", "Two tables as NDJSON"),
            .init(
                "reelhouse export --date 2026-11-27 && reelhouse export --since 2026-11-27",
                "A snapshot, and later what has changed since"),
            .init("reelhouse export --format sqlite --to backup", "The whole as one SQLite file"),
        ],
        environment: KnownVariables.snapshots)

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let asked = try ExportArguments(arguments, context)
        let (backend, location) = try Backends.warehouseBackend(arguments.string("warehouse") ?? "")
        let latest = context.latest
        let ticker = ProgressTicker(context.console.progress) { latest.value }
        let report: SnapshotReport
        do {
            defer { ticker.stop() }
            report = try export(asked, arguments, context, backend, location)
        }
        context.console.progress.finish()
        let result = SnapshotResult(report: report)
        if arguments.flag("json") {
            try context.console.print(result.json.compact)
        } else {
            try result.print(on: context.console)
        }
        if let warning = result.warning(of: location) { context.console.report(warning) }
        return .done
    }

    private static func export(
        _ asked: ExportArguments, _ arguments: ParsedArguments, _ context: CommandContext, _ backend: WarehouseBackend,
        _ location: Location
    ) throws -> SnapshotReport {
        let latest = context.latest
        let tell = { (progress: SnapshotProgress) in
            latest.value = WorkProgress(
                label: progress.label, read: progress.rows, noun: .rows, rowsTotal: progress.totalRows)
        }
        var request = asked.request
        request.warehouse = backend.naming.schemes.first ?? ""
        request.program = Reelhouse.version
        // What can be wrong is found before anything is written.
        let parquet =
            asked.request.form.format == .parquet
            ? try ParquetMaker(python: context.configuration.variables[ParquetMaker.variable]?.value) : nil
        let base = try asked.base.map { try SnapshotFolderSource($0, isHeld: true) }
        let folder = {
            try SnapshotFolder(asked.folder, day: request.day, protected: Backends.protectedPlaces(arguments))
        }
        if let query = asked.query {
            let reader = try backend.openReader(location)
            do {
                return try SnapshotQuery(
                    query, from: reader, to: folder(), request, wallClock: SystemClock.milliseconds, progress: tell
                ).run()
            } catch let error as QueryError {
                throw QueryFault(error: error, help: backend.queryHelp)
            }
        }
        let source = try Backends.copySource("\(location.text)")
        let makers = SnapshotExport.Makers(
            openCopyTarget: { try Backends.copyTarget("sqlite:\($0)") },
            makeParquet: { try parquet?.make($0) })
        return try SnapshotExport(
            from: source, to: folder(), request, since: base, pseudonyms: asked.pseudonyms, makers: makers,
            logger: context.logger, wallClock: SystemClock.milliseconds, progress: tell
        ).run()
    }
}

/// What the command line of `export` asks for.
struct ExportArguments {
    var request: SnapshotRequest
    var folder: String
    var query: String?
    var base: String?
    var pseudonyms: Pseudonyms?

    /// - Throws: `SnapshotError`.
    init(_ arguments: ParsedArguments, _ context: CommandContext) throws {
        let format = arguments.choice("format", as: SnapshotFormat.self) ?? .csv
        folder = arguments.string("to") ?? ExportCommand.defaultFolder
        query = arguments.string("query")
        var form = SnapshotForm(
            format, hasMark: arguments.flag("bom"), guardsFormulas: arguments.flag("guard-formulas"))
        try Self.check(arguments, format)
        if arguments.flag("pseudonymize") {
            guard let key = context.configuration.variables[Pseudonyms.variable]?.value else {
                throw SnapshotError.noKey
            }
            let made = try Pseudonyms(key: key)
            (pseudonyms, form.pseudonymKey) = (made, made.keyName)
        }
        request = SnapshotRequest(
            form: form, day: arguments.day("date") ?? context.clock.day,
            logLimit: (arguments.integer("log-limit") ?? SnapshotRequest.defaultLogLimit >> 20) << 20)
        if let names = arguments.string("tables") { request.tables = try Self.tables(names) }
        if pseudonyms != nil, let refused = request.tables.first(where: Pseudonyms.refuses) {
            throw SnapshotError.options(
                "\(refused.name) has lines as they came, with user ids in them, and cannot be pseudonymized",
                hint: "Leave it out of --tables.")
        }
        base = arguments.string("since").map { [folder] name in
            Folder.isFolder(name) || name.contains("/") ? name : "\(folder)/\(name)"
        }
    }

    /// Refuses options that exclude each other.
    private static func check(_ arguments: ParsedArguments, _ format: SnapshotFormat) throws {
        func refuse(_ words: String, _ hint: String) -> SnapshotError { .options(words, hint: hint) }
        if format != .csv, arguments.flag("bom") || arguments.flag("guard-formulas") {
            throw refuse("--bom and --guard-formulas are for --format csv", "Leave them out, or export as csv.")
        }
        if format == .sqlite, arguments.isGiven("tables") || arguments.flag("pseudonymize") {
            throw refuse(
                "--format sqlite is the whole warehouse as it is, without --tables and --pseudonymize",
                "Choose csv, ndjson or parquet.")
        }
        if arguments.isGiven("since"), !format.isText {
            throw refuse("--since compares lines of text, and --format is \(format.rawValue)", "Choose csv or ndjson.")
        }
        guard arguments.isGiven("query") else { return }
        if !format.isText {
            throw refuse(
                "--query exports csv or ndjson, since the columns of a result have no declared types",
                "Choose csv or ndjson.")
        }
        for name in ["tables", "since"] where arguments.isGiven(name) {
            throw refuse("--query and --\(name) exclude each other", "Leave one of them out.")
        }
        if arguments.flag("pseudonymize") {
            throw refuse(
                "--query cannot be pseudonymized: which of its columns are user ids is not known",
                "Export tables with --pseudonymize, and leave --query out.")
        }
    }

    private static func tables(_ names: String) throws -> [Table] {
        var tables: [Table] = []
        for name in names.split(separator: ",").map({ $0.filter { !$0.isWhitespace } }) where !name.isEmpty {
            guard let table = SnapshotTables.table(name) else { throw SnapshotError.unknownTable(name) }
            if !tables.contains(where: { $0.name == name }) { tables.append(table) }
        }
        guard !tables.isEmpty else { throw SnapshotError.unknownTable(names) }
        return tables
    }
}
