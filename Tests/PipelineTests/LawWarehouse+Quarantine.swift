import Domain
import Fixtures
import Pipeline

extension LawWarehouse {
    /// The sizes of a retry's pages and transactions.
    struct RetrySizes: Sendable, CustomStringConvertible {
        var pageLines = 4096
        var groupRows = 1 << 16
        var transactionLines: Int64 = 2_000_000
        var description: String { "pages of \(pageLines), transactions of \(transactionLines)" }

        static let all = [
            RetrySizes(), RetrySizes(pageLines: 50, groupRows: 7, transactionLines: 120),
            RetrySizes(pageLines: 1, transactionLines: 25),
        ]
    }

    /// Tries lines of the quarantine again.
    @discardableResult
    func retry(
        _ clock: RunClock, _ sizes: RetrySizes = RetrySizes(),
        lines: QuarantineSelection = .stored(RejectedFilter()), isDryRun: Bool = false,
        stop: StopSignal = StopSignal(), through wrap: (any Warehouse) -> any Warehouse = { $0 },
        progress: @escaping (LoadProgress) -> Void = { _ in }
    ) throws -> QuarantineReport {
        var options = LoadOptions(clock: clock)
        options.isDryRun = isDryRun
        options.groupRows = sizes.groupRows
        options.transactionLines = sizes.transactionLines
        let retry = QuarantineRetry(
            warehouse: wrap(try fixture.writer()), rawStore: nil, options: options, stop: stop,
            pageLines: sizes.pageLines, wallClock: { clock.now }, progress: progress)
        return try retry.run(lines)
    }

    /// The open lines in quarantine: all that is stored of them but their numbers and runs.
    func rejected() throws -> [String] {
        try fixture.database().literals(
            of: """
                (SELECT source, line, byte_offset, rule, message, raw, port, snapshot_date FROM rejected_record
                WHERE cured_run_id IS NULL) AS open_lines
                """
        ).sorted()
    }

    /// The open lines in quarantine, as the project reads them.
    func openRecords(limit: Int = .max) throws -> [RejectedRecord] {
        try fixture.reader().rejected(matching: RejectedFilter(), after: 0, limit: limit)
    }

    /// The number of the open line in quarantine that has a place.
    func record(ofLine line: Int64, source: String) throws -> Int64 {
        try integer(
            "SELECT rejected_id FROM rejected_record WHERE line = \(line) AND source = '\(source)' AND cured_run_id IS NULL"
        )
    }
}

extension QuarantineSelection {
    /// A selection of corrected lines.
    static func mended(_ lines: [MendedLine]) -> QuarantineSelection {
        var rest = lines[...]
        return .mended { rest.popFirst() }
    }
}
