import Domain
import JSON
import Pipeline

import enum Logging.PlainText

/// The output of `export`.
struct SnapshotResult {
    let report: SnapshotReport

    private var manifest: SnapshotManifest { report.manifest }
    private var rowsPerSecond: Double { report.seconds > 0 ? Double(manifest.totalRows) / report.seconds : 0 }

    /// What `export --json` prints: an interface, documented in the README.
    var json: JSONText {
        let tables = manifest.tables.map { table in
            JSONText.object([
                ("name", .string(table.name)), ("rows", .integer(table.rows)),
                ("exported", .integer(table.file?.rows ?? table.rows)), ("removed", .integer(table.removed?.rows ?? 0)),
                ("bytes", .integer((table.file?.bytes ?? 0) + (table.removed?.bytes ?? 0))),
            ])
        }
        return .object([
            ("snapshot", .string(report.path)), ("was_there", .boolean(report.wasThere)),
            ("format", .string(manifest.form.format.rawValue)),
            ("snapshot_date", .string(CivilDate.text(ofDay: manifest.day))),
            ("since", manifest.base.map { .string($0.name) } ?? .null), ("rows", .integer(manifest.totalRows)),
            ("bytes", .integer(report.bytes)), ("digest", manifest.digest.map { .string($0) } ?? .null),
            (
                "last_run",
                manifest.lastRun.map {
                    .object([("run_id", .integer($0.id)), ("outcome", .string($0.outcome))])
                } ?? .null
            ),
            ("log_growth_bytes", report.logGrowth.map { .integer($0) } ?? .null), ("seconds", .double(report.seconds)),
            ("rows_per_second", .double(rowsPerSecond.rounded())), ("tables", .array(tables)),
        ])
    }

    func print(on console: Console) throws {
        let path = PlainText.escape(report.path)
        if report.wasThere {
            return try console.print(
                paragraph: "Nothing has changed: \(path) has the same content, and no other snapshot was written.")
        }
        let rows = NumberFormat.count(manifest.totalRows, "row", "rows")
        let time = NumberFormat.duration(seconds: report.seconds)
        let what = manifest.base.map { "\(rows) compared with \(PlainText.escape($0.name))" } ?? "\(rows) exported"
        try console.print(console.style.bold("\(what) in \(time): \(path) (\(NumberFormat.bytes(report.bytes)))"))
        if console.isQuiet { return }
        try console.print()
        try console.print(table)
        try console.print()
        var lines = "Check it with: reelhouse verify '\(path)'"
        if let growth = report.logGrowth, growth > 0 {
            lines = "The write-ahead log grew by \(NumberFormat.bytes(growth)) meanwhile. " + lines
        }
        try console.print(paragraph: lines)
    }

    private var table: TextTable {
        let isChanges = manifest.base != nil
        var table = TextTable(
            isChanges
                ? [.text("table"), .number("new or changed"), .number("removed"), .number("rows in all")]
                : [.text("table"), .number("rows")])
        for exported in manifest.tables {
            let changed = exported.file?.rows ?? 0
            let removed = exported.removed?.rows ?? 0
            if isChanges ? changed + removed == 0 : exported.rows == 0 { continue }
            let rows = NumberFormat.grouped(exported.rows)
            table.add(
                isChanges
                    ? [exported.name, NumberFormat.grouped(changed), NumberFormat.grouped(removed), rows]
                    : [exported.name, rows])
        }
        return table
    }

    /// What has to be told whatever the form of the output: that the last run had not ended as it was meant to.
    func warning(of location: Location) -> Report? {
        guard let run = manifest.lastRun, run.outcome != RunOutcome.completed.rawValue, !report.wasThere else {
            return nil
        }
        let state = run.outcome == RunOutcome.running.rawValue ? "had not ended" : "is \(run.outcome)"
        return Report(
            kind: .warning,
            message: "run \(run.id) of \(location) \(state); the snapshot holds what was committed until then")
    }
}
