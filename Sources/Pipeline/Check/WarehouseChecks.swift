import Domain
import Logging

/// Makes the checks of a warehouse. It only reads, and all checks see the same commit, while loads go on.
///
///     let report = try WarehouseChecks(set, of: reader, options, wallClock: SystemClock.milliseconds).run()
///     if let failure = report.failure { throw failure }
public struct WarehouseChecks {
    /// What is checked, and how.
    public struct Options: Sendable {
        /// The clock of the checks.
        public var clock: RunClock
        /// How many rows of each check are kept.
        public var rows = 10
        /// Whether slow checks are left out.
        public var isQuick = false
        /// Whether a warning counts as an error.
        public var isStrict = false

        /// The usual options under a clock.
        public init(clock: RunClock) { self.clock = clock }
    }

    private let set: CheckSet
    private let reader: any WarehouseReader
    private let options: Options
    private let logger: Logger
    private let wallClock: () -> Int64
    private let willCheck: (Check) -> Void

    /// Checks of a warehouse.
    ///
    /// - Parameters:
    ///   - wallClock: milliseconds since 1970.
    ///   - willCheck: called before each check is made.
    public init(
        _ set: CheckSet, of reader: any WarehouseReader, _ options: Options, logger: Logger = .silent,
        wallClock: @escaping () -> Int64, willCheck: @escaping (Check) -> Void = { _ in }
    ) {
        self.set = set
        self.reader = reader
        self.options = options
        self.logger = logger
        self.wallClock = wallClock
        self.willCheck = willCheck
    }

    /// Makes the checks.
    ///
    /// - Throws: `CheckError` when a check cannot be made; errors of the warehouse. That checks find rows is in the report.
    public func run() throws -> CheckReport {
        let schema = try reader.schemaVersion()
        if schema.applied > schema.known {
            throw WarehouseError.newerSchema(location: reader.location, version: schema.applied, known: schema.known)
        }
        if schema.applied < schema.known {
            throw CheckError.older(location: reader.location, version: schema.applied, known: schema.known)
        }
        let started = wallClock()
        var report = CheckReport(location: reader.location, now: options.clock.now)
        report.results = try reader.atOneMoment { () throws -> [CheckResult] in
            var results: [CheckResult] = []
            for check in set.checks { results.append(try result(of: check)) }
            return results
        }
        report.seconds = Double(wallClock() - started) / 1000
        logEnd(report)
        return report
    }

    private func logEnd(_ report: CheckReport) {
        let (passed, failed) = (Int64(report.passed.count), Int64(report.failed.count))
        let (warned, skipped) = (Int64(report.warned.count), Int64(report.skipped.count))
        logger.info(
            "Checks end",
            [
                "passed": .integer(passed), "failed": .integer(failed), "warned": .integer(warned),
                "skipped": .integer(skipped), "seconds": .number(report.seconds),
            ])
    }

    private func result(of declared: Check) throws -> CheckResult {
        var check = declared
        if options.isStrict { check.level = .error }
        if let reason = try reasonToSkip(check) { return CheckResult(check: check, outcome: .skipped(reason)) }
        let dialect = reader.queryDialect
        guard let query = check.query(for: dialect) else { throw CheckError.noQuery(check, database: dialect.name) }
        willCheck(check)
        let started = wallClock()
        var result = CheckResult(check: check, outcome: .passed)
        let sql = query.statement.text(set.values(now: options.clock.now), dialect)
        do {
            try reader.query(sql) {
                result.columns = $0
            } row: { row in
                if result.rows.count < options.rows { result.rows.append(row) }
                result.count += 1
            }
        } catch let error as QueryError {
            throw CheckError.query(check, line: query.line, words: error.words)
        } catch let error as any ReportedError where error.kind == .failed && !error.mayRetry {
            // The statement can be compiled, and a value that it meets cannot be computed with.
            throw CheckError.query(check, line: query.line, words: error.message, hint: error.hint)
        }
        result.seconds = Double(wallClock() - started) / 1000
        if result.count > 0 { result.outcome = .found }
        logger.debug(
            "Check made",
            ["check": .string(check.name), "rows": .integer(result.count), "seconds": .number(result.seconds)])
        return result
    }

    /// Why a check is not made; nil when it is.
    private func reasonToSkip(_ check: Check) throws -> String? {
        for need in check.needs {
            let names = need.split(separator: ".", maxSplits: 1).map(String.init)
            let columns = try reader.columnNames(of: names.first ?? "")
            if columns.isEmpty { return "there is no table \(names.first ?? "")" }
            if names.count == 2, !columns.contains(names[1]) { return "there is no column \(need)" }
        }
        return check.isSlow && options.isQuick ? "it is slow, and --quick leaves it out" : nil
    }
}
