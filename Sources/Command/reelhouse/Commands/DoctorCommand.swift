import Arguments
import Domain
import JSON

import enum Logging.PlainText
import enum Logging.Redaction

/// `reelhouse doctor`: checks the installation and the backends, and says how to repair what does not work.
enum DoctorCommand: Command {
    static let declaration = CommandDeclaration(
        name: "doctor",
        summary: "Check the installation and every configured backend, and say how to mend what is wrong.",
        discussion: """
            Exits with status 1 when something fails, and with 5 when all that fails is a server that cannot be reached; a \
            warning is no failure. Nothing is changed: a warehouse that is \
            not there yet is fine, and is not made. Of a topic it prints brokers, partitions, offsets, and how many \
            records the warehouse has not loaded yet; of one with movie documents, whether its settings would delete a \
            backup. The check of a large warehouse's integrity reads all of it.

            With --live, all four ports are checked as variables name them. What is found is in the order in which one             would mend it: the configuration, this installation, each server, and then what the servers have.
            """,
        options: [
            CommonOption.movies, CommonOption.events,
            CommonOption.raw, CommonOption.warehouse, LiveOption.live, LiveOption.environmentFile, CommonOption.json,
        ],
        examples: [
            .init("reelhouse doctor", "Check everything that `reelhouse run` uses"),
            .init("reelhouse doctor --live", "Check everything that `reelhouse run --live` uses"),
            .init("reelhouse doctor --json | jq '.checks[] | select(.outcome != \"ok\")'", "Only what is not well"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let ports = SourcePort.allCases.filter { arguments.isNamed($0.rawValue) }
        let backends = BackendChecks(
            warehouse: arguments.string("warehouse") ?? "", rawStore: arguments.string("raw") ?? "",
            movies: arguments.strings("movies"), events: arguments.strings("events"), named: Set(ports),
            unusable: ConfigurationChecks.unusable(arguments, context.configuration))
        let temporaryFolder = context.console.environment["TMPDIR"] ?? "/tmp"
        let unordered =
            ConfigurationChecks.findings(arguments, context.configuration)
            + InstallationChecks.findings(temporaryFolder: temporaryFolder) + backends.findings
            + FetchChecks.findings(context.configuration.variables, today: context.clock.day)
        let isLive = context.configuration.isLive
        let findings = isLive ? Finding.inOrderOfRemedy(unordered) : unordered
        let status = status(of: findings)
        if arguments.flag("json") {
            let checks = JSONText.array(findings.map(json))
            try context.console.print(JSONText.object([("ok", .boolean(status == .done)), ("checks", checks)]).compact)
        } else {
            try print(findings, on: context.console)
            // With --live they are in the order in which one would mend them.
            if isLive, findings.count(where: { $0.outcome == .fail }) > 1,
                let first = findings.first(where: { $0.outcome == .fail })
            {
                try context.console.print("Begin with: \(plain(first.subject))")
            }
        }
        return status
    }

    /// The exit status: that of a server that cannot be reached only where nothing else fails.
    static func status(of findings: [Finding]) -> ExitStatus {
        let failures = findings.filter { $0.outcome == .fail }
        if failures.isEmpty { return .done }
        return failures.allSatisfy { $0.kind == .unreachable } ? .unreachable : .failed
    }

    private static func json(_ finding: Finding) -> JSONText {
        .object([
            ("check", .string(finding.subject)), ("outcome", .string(finding.outcome.rawValue)),
            ("detail", .string(Redaction.text(finding.detail))),
            ("remedy", finding.remedy.map { .string(Redaction.text($0)) } ?? .null),
        ])
    }

    private static func print(_ findings: [Finding], on console: Console) throws {
        let width = findings.reduce(0) { max($0, $1.subject.count) }
        for finding in findings {
            let mark = finding.outcome.rawValue + String(repeating: " ", count: 4 - finding.outcome.rawValue.count)
            let styled =
                switch finding.outcome {
                case .ok: console.style.green(mark)
                case .warn: console.style.yellow(mark)
                case .fail: console.style.red(mark)
                }
            let subject = finding.subject + String(repeating: " ", count: width - finding.subject.count)
            try console.print(paragraph: "\(styled)  \(subject)  \(plain(finding.detail))", hangingIndent: 6)
            if let remedy = finding.remedy {
                try console.print(paragraph: "      → \(plain(remedy))", hangingIndent: 8)
            }
        }
        let failed = findings.count { $0.outcome == .fail }
        let warned = findings.count { $0.outcome == .warn }
        try console.print()
        if failed + warned == 0 { return try console.print("All is well.") }
        let words = [(failed, "failure", "failures"), (warned, "warning", "warnings")].filter { $0.0 > 0 }
        try console.print(words.map { NumberFormat.count($0.0, $0.1, $0.2) }.joined(separator: ", ") + ".")
    }

    /// Escapes control characters, since a path may contain any, and masks what may be a password in one.
    private static func plain(_ text: String) -> String { PlainText.escape(Redaction.text(text)) }
}
