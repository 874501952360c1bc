/// A key of an event's payload that is in a place where it is not read, such as `seconds` beside `metadata`.
///
/// The event is accepted without the value, since unknown keys are ignored. So this is neither a rejection nor a
/// warning, but worth a note.
public struct MisplacedKey: Hashable, Sendable, Comparable {
    let found: EventKey
    /// Whether the key is inside `metadata`; if not, it is beside it.
    let isInside: Bool
    /// The key that is read instead.
    let wanted: EventKey

    /// The key as it was found: `watched_seconds`, or `metadata.seconds` if it is inside `metadata`.
    public var name: String { (isInside ? "metadata." : "") + "\(found.name)" }

    /// Why it is not read and where it belongs, after "… lines have": a clause.
    public var explanation: String {
        let place =
            isInside ? "\(found.name) inside metadata" : "\(found.name) beside metadata"
        if found == wanted { return "\(place), where it is not read; it belongs inside metadata" }
        let types = wanted == .watchedSeconds ? "watch takes" : "trailer and dwell take"
        return "\(place), where it is not read; \(types) \(wanted.name) inside metadata"
    }

    /// Compares by name.
    public static func < (left: MisplacedKey, right: MisplacedKey) -> Bool {
        (left.name, left.wanted.rawValue) < (right.name, right.wanted.rawValue)
    }
}

/// Counts the events with keys in the wrong place by key, and keeps examples.
public struct MisplacedTally: Sendable, Equatable {
    /// A line that is kept to be shown.
    public struct Example: Sendable, Equatable {
        /// The source's name.
        public var source: String
        /// The line's number.
        public var line: Int64
    }

    /// How many lines have each key in the wrong place.
    public private(set) var byKey: [MisplacedKey: Int64] = [:]
    /// The first lines with each key, three at most.
    public private(set) var examples: [MisplacedKey: [Example]] = [:]

    private static let exampleLimit = 3

    /// Creates a tally without lines.
    public init() {}

    /// Whether the tally has no lines.
    public var isEmpty: Bool { byKey.isEmpty }

    /// Counts a line.
    mutating func add(_ key: MisplacedKey, source: String, line: Int64) {
        byKey[key, default: 0] += 1
        guard examples[key, default: []].count < Self.exampleLimit else { return }
        examples[key, default: []].append(Example(source: source, line: line))
    }

    /// Adds the tally of later lines.
    public mutating func add(_ other: MisplacedTally) {
        if other.isEmpty { return }
        byKey.merge(other.byKey, uniquingKeysWith: +)
        examples.merge(other.examples) { Array(($0 + $1).prefix(Self.exampleLimit)) }
    }
}
