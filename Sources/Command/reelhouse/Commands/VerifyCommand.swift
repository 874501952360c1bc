import Arguments
import Domain
import Files
import JSON
import Pipeline

import enum Logging.PlainText

/// `reelhouse verify`: checks snapshots against their manifests.
enum VerifyCommand: Command {
    static let declaration = CommandDeclaration(
        name: "verify",
        summary: "Check snapshots of `reelhouse export` against their manifests.",
        discussion: """
            Reads all files: their sizes and SHA-256; of CSV and NDJSON also each row, its columns and types, the order \
            of the keys, the number of rows and the digests; of a SQLite file the digests of its tables. A folder of \
            snapshots stands for all snapshots in it. All that are named are checked; the exit status is 1 where one of them is \
            damaged or cannot be read, else 2 where a name is that of no snapshot.
            """,
        options: [CommonOption.json, CommonOption.quiet],
        operands: [
            Operand(
                "snapshot", .folder,
                help: "A snapshot, or a folder of snapshots; \(ExportCommand.defaultFolder) unless given.",
                isOptional: true, repeats: true)
        ],
        examples: [
            .init(
                "reelhouse export --date 2026-11-28 && reelhouse verify snapshots/2026-11-28",
                "Make and check a snapshot"),
            .init("reelhouse export && reelhouse verify", "Check all snapshots in \(ExportCommand.defaultFolder)"),
        ])

    /// What was found in a snapshot.
    private struct Finding {
        var path: String
        var manifest: SnapshotManifest?
        var faults: [String]
        var note: String?
        /// Whether the path is that of a snapshot, damaged or not.
        var isSnapshot = true
    }

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let named = arguments.operands("snapshot")
        var findings: [Finding] = []
        let latest = context.latest
        let ticker = ProgressTicker(context.console.progress) { latest.value }
        do {
            defer { ticker.stop() }
            for name in named.isEmpty ? [ExportCommand.defaultFolder] : named {
                findings += try self.findings(name, isOnly: named.count < 2, context)
            }
        }
        context.console.progress.finish()
        let isGood = findings.allSatisfy(\.faults.isEmpty)
        if arguments.flag("json") {
            try context.console.print(json(findings, isGood).compact)
        } else {
            for finding in findings { try print(finding, on: context.console) }
        }
        if isGood { return .done }
        return findings.contains { $0.isSnapshot && !$0.faults.isEmpty } ? .failed : .usage
    }

    /// What was found in the snapshots that a path stands for.
    ///
    /// - Parameter isOnly: whether no other path is named. Then an error of it is that of the command.
    private static func findings(_ path: String, isOnly: Bool, _ context: CommandContext) throws -> [Finding] {
        let paths: [String]
        do { paths = try snapshots(path) } catch let error as any ReportedError where !isOnly {
            return [Finding(path: path, manifest: nil, faults: [error.message], isSnapshot: error.kind != .usage)]
        }
        return try paths.map { path in
            do { return try finding(path, context) } catch let error as any ReportedError
                where !isOnly || paths.count > 1
            {
                // The others are checked all the same.
                return Finding(path: path, manifest: nil, faults: [error.message])
            }
        }
    }

    /// The snapshots that a path stands for.
    private static func snapshots(_ path: String) throws -> [String] {
        if (try? SnapshotFolderSource(path)) != nil { return [path] }
        let names = try (SnapshotFolder.names(in: path) + SnapshotFolder.brokenNames(in: path)).sorted()
        if names.isEmpty {
            // Says what is wrong with it.
            _ = try SnapshotFolderSource(path)
        }
        return names.map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
    }

    private static func finding(_ path: String, _ context: CommandContext) throws -> Finding {
        let source: SnapshotFolderSource
        do { source = try SnapshotFolderSource(path) } catch SnapshotError.damaged(_, let how) {
            return Finding(path: path, manifest: nil, faults: [how])
        } catch SnapshotError.noSnapshot {
            return Finding(path: path, manifest: nil, faults: ["its manifest is missing or cannot be read"])
        }
        let faults = try faults(of: source) {
            context.latest.value = WorkProgress(label: $0.label, read: $0.rows, noun: .rows, rowsTotal: $0.totalRows)
        }
        return Finding(path: path, manifest: source.manifest, faults: faults, note: note(source))
    }

    /// What is wrong with a snapshot.
    static func faults(
        of source: SnapshotFolderSource, progress: @escaping (SnapshotProgress) -> Void = { _ in }
    ) throws -> [String] {
        try SnapshotVerification(
            source, openWarehouse: { try Backends.reader("sqlite:\($0)") }, progress: progress
        ).faults()
    }

    /// What is to be said of the snapshot that one was compared with.
    private static func note(_ source: SnapshotFolderSource) -> String? {
        guard let base = source.manifest.base else { return nil }
        let there = try? SnapshotFolderSource("\(source.location)/../\(base.name)")
        if there?.manifestSHA256 == base.sha256 { return nil }
        return "it has what changed since \(base.name), which is not beside it"
    }

    private static func print(_ finding: Finding, on console: Console) throws {
        let path = PlainText.escape(finding.path)
        let count = finding.manifest.map { manifest in
            ": \(NumberFormat.count(manifest.files.reduce(0) { $0 + $1.rows }, "row", "rows")) in "
                + NumberFormat.count(manifest.files.count, "file", "files")
        }
        let state = finding.faults.isEmpty ? "ok" : finding.isSnapshot ? "damaged" : "no snapshot"
        try console.print(console.style.bold("\(state) \(path)\(count ?? "")"))
        for fault in finding.faults { try console.print(paragraph: "  \(PlainText.escape(fault))") }
        if let note = finding.note { try console.print(paragraph: "  note: \(PlainText.escape(note))") }
    }

    private static func json(_ findings: [Finding], _ isGood: Bool) -> JSONText {
        let list = findings.map { finding in
            JSONText.object([
                ("snapshot", .string(finding.path)), ("ok", .boolean(finding.faults.isEmpty)),
                ("files", .integer(Int64(finding.manifest?.files.count ?? 0))),
                ("rows", .integer(finding.manifest?.files.reduce(0) { $0 + $1.rows } ?? 0)),
                ("bytes", .integer(finding.manifest?.files.reduce(0) { $0 + $1.bytes } ?? 0)),
                ("faults", .array(finding.faults.map { .string($0) })),
                ("note", finding.note.map { .string($0) } ?? .null),
            ])
        }
        return .object([("ok", .boolean(isGood)), ("snapshots", .array(list))])
    }
}
