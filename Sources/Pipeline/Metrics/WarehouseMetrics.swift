import Domain

/// The metrics of a warehouse. Every series is there from the first run on, with 0 where there is nothing to count.
///
///     let metrics = try WarehouseMetrics(of: reader, now: SystemClock.milliseconds())
///     print(Metric.text(metrics.all))
public struct WarehouseMetrics: Sendable {
    /// The metrics, in order.
    public let all: [Metric]

    /// Whether a warehouse can be read, for a warehouse that cannot.
    public static let unreadable = [up(0)]

    private static func up(_ value: Double) -> Metric {
        Metric("warehouse_up", "Whether the warehouse could be read: 1 or 0.", value)
    }

    /// Reads a warehouse, as of one commit.
    ///
    /// - Parameter now: the clock that ages are counted to, milliseconds since 1970.
    public init(of reader: any WarehouseReader, now: Int64) throws {
        // Read before, since a reader that waits for nobody is asked for it more than once.
        let last = try reader.judgedRuns(limit: 1).first
        all = try reader.atOneMoment { () throws -> [Metric] in
            let sums = WarehouseSums(reader)
            return try [Self.up(1)] + Self.stored(reader) + Self.runs(sums, last) + Self.lines(sums, last)
                + Self.rejected(reader, sums, last) + Self.ages(reader, sums, now)
                + ((reader as? any NightlyHistory).map { try NightlyMetrics.all($0) } ?? [])
        }
    }

    // MARK: What is stored

    private static func stored(_ reader: any WarehouseReader) throws -> [Metric] {
        let rows = try reader.rowCounts()
        let marts = try reader.martState()
        return [
            Metric("warehouse_size_bytes", "The size of the warehouse.", Double(try reader.size())),
            Metric(
                "schema_version", "The number of the last migration that was applied.",
                Double(try reader.schemaVersion().applied)),
            Metric(
                "table_rows", "The rows of each table.",
                rows.map { .init([.init("table", $0.table)], Double($0.rows)) }),
            Metric("marts_stale", "Whether the marts lack what was loaded last: 1 or 0.", marts.isStale ? 1 : 0),
        ]
    }

    // MARK: Runs

    private static func runs(_ sums: WarehouseSums, _ last: RunRecord?) throws -> [Metric] {
        let ended = RunOutcome.allCases.filter { $0 != .running }
        let counts = try sums.integers("SELECT outcome, count(*) FROM load_run GROUP BY outcome")
        let seconds = last.flatMap { run in run.endedAt.map { Double(max(0, $0 - run.startedAt)) / 1000 } }
        return [
            Metric(
                "runs_total", .counter, "The runs that ended, by outcome. One that was killed is interrupted.",
                ended.map { .init([.init("outcome", $0.rawValue)], Double(counts[$0.rawValue] ?? 0)) }),
            Metric("run_under_way", "Whether a run is under way: 1 or 0.", last?.outcome == .running ? 1 : 0),
            Metric("last_run_id", "The number of the last run; 0 before the first.", Double(last?.id ?? 0)),
            Metric(
                "last_run_outcome", "Whether the last run ended so: 1 or 0.",
                RunOutcome.allCases.map {
                    .init([.init("outcome", $0.rawValue)], last?.outcome == $0 ? 1 : 0)
                }),
            Metric(
                "last_run_start_timestamp_seconds", "When the last run began, in unix time; 0 before the first.",
                Double(last?.startedAt ?? 0) / 1000),
            Metric(
                "last_run_duration_seconds",
                "How long the last run took; 0 while it is under way, or when it was killed.",
                seconds ?? 0),
            Metric(
                "last_success_timestamp_seconds", "When a run was last completed, in unix time; 0 before the first.",
                try sums.seconds("SELECT max(ended_at) FROM load_run WHERE outcome = 'completed'")),
        ]
    }

    // MARK: Lines

    private static func outcomes(_ counts: LineCounts) -> [(String, Int64)] {
        [("accepted", counts.accepted), ("duplicate", counts.duplicates), ("rejected", counts.rejected)]
    }

    private static func lines(_ sums: WarehouseSums, _ last: RunRecord?) throws -> [Metric] {
        let total = try sums.counts("SELECT '', sum(accepted), sum(duplicates), sum(rejected) FROM load_run")[""]
        let byPort = try sums.counts(
            "SELECT port, sum(accepted), sum(duplicates), sum(rejected) FROM load_checkpoint GROUP BY port")
        return [
            Metric(
                "lines_total", .counter, "The lines that runs have read, by outcome.",
                outcomes(total ?? LineCounts()).map { .init([.init("outcome", $0)], Double($1)) }),
            Metric(
                "source_lines", "The lines of the sources that are loaded, by port and outcome.",
                SourcePort.allCases.flatMap { port in
                    outcomes(byPort[port.rawValue] ?? LineCounts()).map {
                        .init([.init("port", port.rawValue), .init("outcome", $0)], Double($1))
                    }
                }),
            Metric(
                "last_run_lines", "The lines that the last run read, by outcome.",
                outcomes(last?.counts ?? LineCounts()).map { .init([.init("outcome", $0)], Double($1)) }),
            Metric(
                "last_run_warnings", "Values that the last run dropped or made null in lines that it took.",
                Double(last?.counts.warnings ?? 0)),
        ]
    }

    private static func rejected(
        _ reader: any WarehouseReader, _ sums: WarehouseSums, _ last: RunRecord?
    ) throws -> [Metric] {
        let total = try sums.integers("SELECT rule, sum(rejected) FROM load_run_rule GROUP BY rule")
        let lastRun = try sums.integers(
            "SELECT rule, sum(rejected) FROM load_run_rule WHERE run_id = \(last?.id ?? 0) GROUP BY rule")
        let quarantine = try reader.quarantineTotals()
        func byRule(_ counts: [String: Int64]) -> [Metric.Series] {
            CleaningRule.allCases.map { .init([.init("rule", $0.rawValue)], Double(counts[$0.rawValue] ?? 0)) }
        }
        return [
            Metric("rejected_lines_total", .counter, "The lines that runs have rejected, by rule.", byRule(total)),
            Metric("last_run_rejected_lines", "The lines that the last run rejected, by rule.", byRule(lastRun)),
            Metric(
                "quarantine_lines", "The lines in quarantine, by state.",
                [
                    .init([.init("state", "open")], Double(quarantine.open)),
                    .init([.init("state", "cured")], Double(quarantine.cured)),
                ]),
            Metric(
                "quarantine_dropped_lines_total", .counter, "The lines that were dropped from the quarantine.",
                Double(quarantine.dropped)),
        ]
    }

    // MARK: Ages

    private static func ages(_ reader: any WarehouseReader, _ sums: WarehouseSums, _ now: Int64) throws -> [Metric] {
        let event = try reader.newestEventTime()
        let snapshot = try reader.newestSnapshotDay().map { Int64($0) * CivilDate.millisecondsPerDay }
        func age(_ time: Int64?) -> Double { time.map { Double(max(0, now - $0)) / 1000 } ?? 0 }
        let success = try sums.seconds("SELECT max(ended_at) FROM load_run WHERE outcome = 'completed'")
        let metrics = [
            Metric(
                "last_success_age_seconds", "How long ago a run was last completed; 0 before the first.",
                success > 0 ? max(0, Double(now) / 1000 - success) : 0),
            Metric(
                "newest_event_timestamp_seconds", "The time of the newest event, in unix time; 0 when there is none.",
                Double(event ?? 0) / 1000),
            Metric("newest_event_age_seconds", "How old the newest event was; 0 when there is none.", age(event)),
            Metric(
                "newest_snapshot_timestamp_seconds",
                "The snapshot date of the newest movie document, in unix time; 0 when there is none.",
                Double(snapshot ?? 0) / 1000),
            Metric(
                "newest_snapshot_age_seconds", "How old the newest movie document was; 0 when there is none.",
                age(snapshot)),
        ]
        return try metrics + activeUsers(reader, sums)
    }

    /// Those of the newest day, where there is the mart of days. It has none of a day that is to be counted anew.
    private static func activeUsers(_ reader: any WarehouseReader, _ sums: WarehouseSums) throws -> [Metric] {
        guard try reader.columnNames(of: "site_daily").contains("active_users") else { return [] }
        let newest = try sums.integers(
            """
            SELECT day, active_users FROM site_daily
            WHERE day = (SELECT max(day) FROM site_daily WHERE active_users IS NOT NULL)
            """
        ).first
        let day = newest.flatMap { entry in Array(entry.key.utf8).withUnsafeBytes { CivilDate.parse($0) } }
        return [
            Metric(
                "active_users", "The users who were active on the newest day; 0 when there is none.",
                Double(newest?.value ?? 0)),
            Metric(
                "active_users_day_timestamp_seconds", "The beginning of that day, in unix time; 0 when there is none.",
                Double(day ?? 0) * Double(CivilDate.millisecondsPerDay) / 1000),
        ]
    }
}
