import Domain
import JSON

/// The text of a plan: one JSON object.
enum FetchPlanText {
    private static let keys: [StaticString] = ["key", "arguments", "day", "started"]

    static func text(_ plan: FetchPlan) -> String {
        JSONText.object([
            ("key", .string(plan.key)), ("arguments", .array(plan.arguments.map { .string($0) })),
            ("day", .string(CivilDate.text(ofDay: plan.day))), ("started", .integer(plan.started)),
        ]).compact + "\n"
    }

    /// The plan in a file; nil where there is no file.
    ///
    /// - Throws: `FileError` where the file is no plan.
    static func read(_ path: String) throws -> FetchPlan? {
        guard let file = try OpenFile.ifThere(path) else { return nil }
        let parser = try JSONParser(keys: keys, keepsUnknown: false)
        let bytes = ByteBuffer(capacity: 1024)
        try file.readAll().withUnsafeBytes { _ = bytes.append($0) }
        return try withExtendedLifetime((parser, bytes)) {
            guard let object = try? parser.parse(bytes.bytes), let key = string(object.member(0)),
                let day = ScalarRules.text(object.member(2)).flatMap({ CivilDate.parse($0) }),
                let started = ScalarRules.integer(object.member(3))
            else { throw FileError(.read, path, .damaged("it is no plan of a fetch")) }
            let arguments = object.member(1).map { $0.elements.compactMap { string($0) } } ?? []
            return FetchPlan(key: key, arguments: arguments, day: day, started: started)
        }
    }

    /// A text member of one JSON object; nil where there is none.
    static func member(_ name: StaticString, of text: String) -> String? { read(name, of: text, string) }

    /// A whole number of one JSON object; nil where there is none.
    static func number(_ name: StaticString, of text: String) -> Int64? {
        read(name, of: text) { ScalarRules.integer($0) }
    }

    private static func read<Value>(
        _ name: StaticString, of text: String, _ body: (JSONValue?) -> Value?
    ) -> Value? {
        guard let parser = try? JSONParser(keys: [name], keepsUnknown: false) else { return nil }
        let bytes = ByteBuffer(capacity: text.utf8.count + 1)
        Array(text.utf8).withUnsafeBytes { _ = bytes.append($0) }
        return withExtendedLifetime((parser, bytes)) {
            (try? parser.parse(bytes.bytes)).flatMap { body($0.member(0)) }
        }
    }

    private static func string(_ value: JSONValue?) -> String? {
        ScalarRules.text(value).map { String(decoding: $0, as: UTF8.self) }
    }
}
