import Arguments
import Domain
import Files
import JSON

import enum Logging.PlainText

/// `reelhouse prune`: removes old snapshots.
enum PruneCommand: Command {
    static let declaration = CommandDeclaration(
        name: "prune",
        summary: "Remove old snapshots: keep the last of so many days, weeks and months.",
        discussion: """
            Goes by the dates in the names. Kept are the last snapshot of each of the last N days, weeks (from Monday) and \
            months that have one. Only snapshots count that were verified, as by `reelhouse verify`: one that would be \
            kept and is damaged is left for you to look at, the one before it takes its place, and the exit status is 3. \
            The newest good snapshot is never removed, nor is the one that a kept snapshot of --since was compared with. \
            Folders that are no snapshots, or that do not have a date for a name, are left alone, and so are symbolic links. \
            Two prunes of one folder do not get in each other's way: the second waits for the end of the first.
            """,
        options: [
            .value(
                "daily", .integer(0...100_000),
                help: "Of how many days the last snapshot is kept; with 0 of none, but for the newest good one."),
            .value("weekly", .integer(0...100_000), help: "Of how many weeks the last snapshot is kept."),
            .value("monthly", .integer(0...100_000), help: "Of how many months the last snapshot is kept."),
            .flag("dry-run", short: "n", help: "Only say what would be removed."), CommonOption.json,
            CommonOption.quiet,
        ],
        operands: [
            Operand(
                "folder", .folder, help: "The folder of snapshots; \(ExportCommand.defaultFolder) unless given.",
                isOptional: true)
        ],
        examples: [
            .init("reelhouse prune --daily 7 --weekly 4 --monthly 12 --dry-run", "Say what would be removed"),
            .init("reelhouse prune --daily 7", "Keep the last snapshot of each of seven days"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let names = ["daily", "weekly", "monthly"]
        guard names.contains(where: arguments.isGiven) else {
            throw UsageError(
                "prune needs --daily, --weekly or --monthly",
                hint: "Say how many to keep, as in --daily 7 --weekly 4 --monthly 12.")
        }
        let counts = names.map { Int(arguments.integer($0) ?? 0) }
        let folder = arguments.operand("folder") ?? ExportCommand.defaultFolder
        // The folder that nobody named need not be there yet.
        if arguments.operand("folder") != nil, !Folder.isFolder(folder) { throw FileError(.list, folder, .notThere) }
        let isDryRun = arguments.flag("dry-run")
        let lock = isDryRun ? nil : try lock(folder, context)
        defer { withExtendedLifetime(lock) {} }
        let (decisions, unreadable) = try decide(
            SnapshotRetention(daily: counts[0], weekly: counts[1], monthly: counts[2]), folder, context)
        if !isDryRun { SnapshotFolder.sweepLeftovers(in: folder) }
        var rows = try decisions.map { try row($0, isDryRun, folder) }
        rows += unreadable.map { ($0, "damaged", "its manifest cannot be read") }
        if arguments.flag("json") {
            try context.console.print(json(rows, isDryRun).compact)
        } else if rows.isEmpty {
            try context.console.print(paragraph: "There are no snapshots in \(PlainText.escape(folder)).")
        } else {
            var table = TextTable([.text("snapshot"), .text("decision"), .text("why")])
            for row in rows { table.add([PlainText.escape(row.name), row.what, row.why]) }
            try context.console.print(table)
        }
        return rows.contains { $0.what == "damaged" } ? .notAllTaken : .done
    }

    /// What is printed of a snapshot.
    private typealias Row = (name: String, what: String, why: String)

    /// Does what was decided of a snapshot, but in a dry run.
    private static func row(
        _ decided: (candidate: SnapshotRetention.Candidate, decision: SnapshotRetention.Decision), _ isDryRun: Bool,
        _ folder: String
    ) throws -> Row {
        let name = decided.candidate.name
        switch decided.decision {
        case .kept(let reasons): return (name, "kept", reasons.joined(separator: ", "))
        // It seemed damaged while somebody else removed it.
        case .damaged where !SnapshotFolder.isThere(name, in: folder): return gone(name)
        case .damaged: return (name, "damaged", "left as it is")
        case .removed where isDryRun: return (name, "to be removed", "")
        case .removed:
            switch try SnapshotFolder.prune(name, in: folder) {
            case .removed: return (name, "removed", "")
            case .inUse: return (name, "kept", "in use by an export")
            case .gone: return gone(name)
            }
        }
    }

    /// The row of a snapshot that somebody else has removed meanwhile.
    private static func gone(_ name: String) -> Row { (name, "gone", "removed by somebody else") }

    /// Keeps other prunes from the folder; nil where there is none.
    private static func lock(_ folder: String, _ context: CommandContext) throws -> SnapshotLock? {
        guard Folder.isFolder(folder) else { return nil }
        return try SnapshotLock(whole: folder) {
            context.console.say("Waiting for another prune of \(PlainText.escape(folder)).")
        }
    }

    private static func decide(
        _ retention: SnapshotRetention, _ folder: String, _ context: CommandContext
    ) throws -> (
        [(candidate: SnapshotRetention.Candidate, decision: SnapshotRetention.Decision)], unreadable: [String]
    ) {
        var candidates: [SnapshotRetention.Candidate] = []
        var unreadable = try SnapshotFolder.brokenNames(in: folder)
        for name in try SnapshotFolder.names(in: folder) {
            guard let source = try? SnapshotFolderSource("\(folder)/\(name)") else {
                unreadable.append(name)
                continue
            }
            let candidate = SnapshotRetention.Candidate(
                name: name, base: source.manifest.base?.name, isLink: SnapshotFolder.isLink(name, in: folder))
            if let candidate { candidates.append(candidate) }
        }
        unreadable.removeAll {
            SnapshotFolder.isLink($0, in: folder) || !SnapshotFolder.isThere($0, in: folder)
        }
        let decisions = try retention.decisions(candidates) { candidate in
            context.latest.value = WorkProgress(label: "verifying \(candidate.name)")
            let isGood: Bool
            do {
                isGood = try VerifyCommand.faults(of: SnapshotFolderSource("\(folder)/\(candidate.name)")).isEmpty
            } catch {
                // Somebody else removes it.
                if SnapshotFolder.isThere(candidate.name, in: folder) { throw error }
                isGood = false
            }
            // What was not read to its end is not damaged.
            try StopRequest.checkReading()
            return isGood
        }
        return (decisions, unreadable)
    }

    private static func json(_ rows: [Row], _ isDryRun: Bool) -> JSONText {
        func named(_ what: String) -> JSONText { .array(rows.filter { $0.what == what }.map { .string($0.name) }) }
        let kept = rows.filter { $0.what == "kept" }.map { row in
            JSONText.object([("snapshot", .string(row.name)), ("why", .string(row.why))])
        }
        return .object([
            ("dry_run", .boolean(isDryRun)), ("kept", .array(kept)),
            ("removed", named(isDryRun ? "to be removed" : "removed")), ("damaged", named("damaged")),
        ])
    }
}
