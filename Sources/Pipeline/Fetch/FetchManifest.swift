import Domain
import JSON

/// The manifest of a snapshot: what it is, how it was made and when. One JSON object, documented in the README.
enum FetchManifest {
    /// Writes a manifest.
    static func text(
        _ report: FetchReport, _ plan: FetchPlan, _ snapshot: FetchedSnapshot, service: any MovieService,
        finished: Int64
    ) -> String {
        let failures = report.failures.map { movieID, words in
            JSONText.object([("id", .integer(movieID)), ("why", .string(words))])
        }
        let object = JSONText.object([
            ("key", .string(plan.key)), ("arguments", .array(plan.arguments.map { .string($0) })),
            ("service", .string(service.location)), ("api_version", .string(service.version)),
            ("snapshot_date", .string(CivilDate.text(ofDay: plan.day))),
            ("started", .string(Timestamp.text(plan.started))), ("finished", .string(Timestamp.text(finished))),
            ("file", snapshot.path.map { .string($0) } ?? .null), ("bytes", .integer(snapshot.bytes)),
            ("sha256", .string(snapshot.sha256)), ("ids", .integer(report.ids)),
            ("documents", .integer(report.documents)), ("new", .integer(report.new)),
            ("changed", .integer(report.changed)), ("unchanged", .integer(report.unchanged)),
            ("gone", .integer(report.gone)), ("left_out", .integer(report.leftOut)),
            ("failed", .integer(report.failed)),
            ("failures", .array(failures)), ("failed_list", report.failedList.map { .string($0) } ?? .null),
            ("cut_lists", .array(report.cutLists.map { .string($0) })),
        ])
        return object.pretty + "\n"
    }

    private static let keys: [StaticString] = [
        "ids", "new", "changed", "unchanged", "gone", "left_out", "failed", "file", "bytes", "sha256", "failures",
        "id", "why", "failed_list",
    ]

    /// Reads the counts and the snapshot of a manifest. What is not there stays as it is.
    static func read(_ text: String, into report: inout FetchReport) {
        let bytes = ByteBuffer(capacity: 4096)
        Array(text.utf8).withUnsafeBytes { _ = bytes.append($0) }
        guard let parser = try? JSONParser(keys: keys, keepsUnknown: false), let object = try? parser.parse(bytes.bytes)
        else { return }
        withExtendedLifetime(parser) {
            func count(_ key: Int) -> Int64 { ScalarRules.integer(object.member(key)) ?? 0 }
            (report.ids, report.new, report.changed) = (count(0), count(1), count(2))
            (report.unchanged, report.gone, report.leftOut, report.failed) = (count(3), count(4), count(5), count(6))
            func text(_ key: Int) -> String? {
                ScalarRules.text(object.member(key)).map { String(decoding: $0, as: UTF8.self) }
            }
            report.failures = (object.member(10)?.elements.map { $0 } ?? []).compactMap { failure in
                guard let movieID = ScalarRules.id(failure.member(11)) else { return nil }
                let words = ScalarRules.text(failure.member(12)).map { String(decoding: $0, as: UTF8.self) }
                return (movieID, words ?? "")
            }
            report.failedList = text(13)
            report.snapshot = FetchedSnapshot(path: text(7), sha256: text(9) ?? "", bytes: count(8))
        }
    }
}
