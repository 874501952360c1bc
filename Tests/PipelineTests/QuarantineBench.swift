import Domain
import Files
import Generator
import Pipeline
import SQLite
import TestSupport

/// Generated input with dirt, and warehouses that it is loaded into, in a folder that goes with this object.
final class QuarantineBench {
    /// A few days before the end of the data: what comes later is out of range.
    static let early = RunClock(now: 1_794_700_000_000)  // 2026-11-14T23:46:40Z
    /// After the end of the data.
    static let late = RunClock(now: 1_795_305_600_000)  // 2026-11-22

    private let files: TemporaryFolder
    var folder: String { files.path }

    init() throws { files = try TemporaryFolder() }

    /// Writes movies and events with dirt.
    func generate(events: Int = 2000, withConflicts: Bool = false) throws {
        _ = try Generator.generate(
            GeneratorOptions(
                movies: 30, events: events, users: 40, days: 10, seed: 5, output: folder, dirt: 0.4,
                plantsConflicts: withConflicts, endDay: 20_777))  // 2026-11-20
    }

    /// Writes a file of lines.
    func write(_ name: String, _ lines: [String]) throws -> String {
        try files.write(name, lines.map { $0 + "\n" }.joined())
    }

    /// Writes a file of bytes.
    func write(_ name: String, bytes: [UInt8]) throws -> String { try files.write(name, bytes) }

    func warehouse(_ name: String) -> QuarantineWarehouse { QuarantineWarehouse(path: "\(folder)/\(name).db") }

    /// A warehouse that the generated input is loaded into.
    func loaded(_ name: String, _ clock: RunClock) throws -> QuarantineWarehouse {
        let warehouse = warehouse(name)
        try warehouse.load(movies: ["\(folder)/movies"], events: ["\(folder)/events"], clock)
        return warehouse
    }
}

/// A warehouse as a test loads it, tries its quarantine again and looks at it.
struct QuarantineWarehouse {
    let path: String

    @discardableResult
    func load(
        movies: [String]? = nil, events: [String]? = nil, _ clock: RunClock, isReload: Bool = false
    ) throws -> LoadReport {
        var options = LoadOptions(clock: clock)
        options.isReload = isReload
        let loader = Loader(
            warehouse: try SQLiteWarehouse(path: path), rawStore: nil, options: options, wallClock: { clock.now })
        return try loader.run(
            movies: try movies.map { try FileSet($0, port: .movies) },
            events: try events.map { try FileSet($0, port: .events) })
    }

    /// How small the pieces are that a retry works in.
    struct Sizes: Sendable {
        var pageLines = 4096
        var groupRows = 1 << 16
        var transactionLines: Int64 = 2_000_000

        static let all = [
            Sizes(), Sizes(pageLines: 50, groupRows: 7, transactionLines: 120),
            Sizes(pageLines: 1, transactionLines: 25),
        ]
    }

    @discardableResult
    func retry(
        _ clock: RunClock, _ sizes: Sizes = Sizes(), lines: QuarantineSelection = .stored(RejectedFilter()),
        isDryRun: Bool = false, stop: StopSignal = StopSignal(),
        through wrap: (SQLiteWarehouse) -> any Warehouse = { $0 },
        progress: @escaping (LoadProgress) -> Void = { _ in }
    ) throws -> QuarantineReport {
        var options = LoadOptions(clock: clock)
        options.isDryRun = isDryRun
        options.groupRows = sizes.groupRows
        options.transactionLines = sizes.transactionLines
        let retry = QuarantineRetry(
            warehouse: wrap(try SQLiteWarehouse(path: path)), rawStore: nil, options: options, stop: stop,
            pageLines: sizes.pageLines, wallClock: { clock.now }, progress: progress)
        return try retry.run(lines)
    }

    /// The digest of each table.
    func digest() throws -> [String] {
        try SQLiteReader(path: path).digest().map { "\($0.table) \($0.digest.text)" }
    }

    /// The open lines in quarantine: all that is stored of them but their numbers and runs.
    func rejected() throws -> [String] {
        try rows(
            """
            SELECT source, line, byte_offset, rule, message, hex(raw), port, coalesce(snapshot_date, '')
            FROM rejected_record WHERE cured_run_id IS NULL ORDER BY source, line, rule, raw
            """)
    }

    /// What the runs read, summed up.
    func runs() throws -> [String] {
        try rows("SELECT count(*), sum(read), sum(accepted), sum(duplicates), sum(rejected) FROM load_run")
    }

    func integer(_ sql: String) throws -> Int64 {
        var value: Int64 = -1
        try SQLiteReader(path: path).query(
            sql, header: { _ in }, row: { if case .integer(let integer) = $0[0] { value = integer } })
        return value
    }

    func rows(_ sql: String) throws -> [String] {
        var rows: [String] = []
        try SQLiteReader(path: path).query(
            sql, header: { _ in },
            row: { row in
                rows.append(
                    row.map { value in
                        switch value {
                        case .null: "null"
                        case .integer(let integer): String(integer)
                        case .real(let real): String(real)
                        case .text(let text): text
                        case .blob(let bytes): "\(bytes)"
                        }
                    }.joined(separator: "|"))
            })
        return rows
    }
}

extension QuarantineSelection {
    /// Lines as a person mended them.
    static func mended(_ lines: [MendedLine]) -> QuarantineSelection {
        var rest = lines[...]
        return .mended { rest.popFirst() }
    }
}
