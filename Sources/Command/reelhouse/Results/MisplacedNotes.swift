import Domain
import JSON

import enum Logging.PlainText

/// Notes about events that were accepted without a part of their payload, because its key is in the wrong place.
enum MisplacedNotes {
    /// One sentence for each key, the most frequent first, with a few example lines.
    static func lines(_ tally: MisplacedTally) -> [String] {
        sorted(tally).map { key, count in
            let places = tally.examples[key, default: []].map { "\(PlainText.escape($0.source)):\($0.line)" }
            return "\(NumberFormat.grouped(count)) \(count == 1 ? "line has" : "lines have") \(key.explanation) "
                + "(\(count > Int64(places.count) ? "such as " : "")\(places.joined(separator: ", ")))."
        }
    }

    /// The members `misplaced` and `misplaced_examples`.
    static func json(_ tally: MisplacedTally) -> [(String, JSONText)] {
        let keys = sorted(tally)
        let counts = Dictionary(keys.map { ($0.key.name, $0.count) }, uniquingKeysWith: +)
        let examples = keys.flatMap { key, _ in
            tally.examples[key, default: []].map { example in
                JSONText.object([
                    ("key", .string(key.name)), ("source", .string(example.source)), ("line", .integer(example.line)),
                ])
            }
        }
        return [
            ("misplaced", .object(counts.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })),
            ("misplaced_examples", .array(examples)),
        ]
    }

    private static func sorted(_ tally: MisplacedTally) -> [(key: MisplacedKey, count: Int64)] {
        tally.byKey.map { ($0.key, $0.value) }.sorted { ($1.count, $0.key) < ($0.count, $1.key) }
    }
}
