/// A key of an event's payload that stands where it is not read, while the event lacks what it says.
///
/// Such an event is taken (unknown keys are ignored), so this is neither a rejection nor a warning.
public struct MisplacedKey: Hashable, Sendable, Comparable {
    let found: EventKey
    /// Whether it stands inside `metadata`; else beside it.
    let isInside: Bool
    /// The key of the payload that is read.
    let wanted: EventKey

    /// The key as it was found: `watched_seconds`, or `metadata.seconds` where it stands inside `metadata`.
    public var name: String { (isInside ? "metadata." : "") + "\(found.name)" }

    /// Why it is not read and where it belongs, after "… lines have": a clause.
    public var explanation: String {
        let place =
            isInside ? "\(found.name) inside metadata" : "\(found.name) beside metadata"
        if found == wanted { return "\(place), where it is not read; it belongs inside metadata" }
        let types = wanted == .watchedSeconds ? "watch takes" : "trailer and dwell take"
        return "\(place), where it is not read; \(types) \(wanted.name) inside metadata"
    }

    /// By name.
    public static func < (left: MisplacedKey, right: MisplacedKey) -> Bool {
        (left.name, left.wanted.rawValue) < (right.name, right.wanted.rawValue)
    }
}

/// How many events have keys in the wrong place, by key, and the first of each.
public struct MisplacedTally: Sendable, Equatable {
    /// A line, to be shown.
    public struct Example: Sendable, Equatable {
        /// The source's name.
        public var source: String
        /// The line's number.
        public var line: Int64
    }

    /// Lines by key.
    public private(set) var byKey: [MisplacedKey: Int64] = [:]
    /// The first lines of each key, three at most.
    public private(set) var examples: [MisplacedKey: [Example]] = [:]

    private static let exampleLimit = 3

    /// None yet.
    public init() {}

    /// Whether there are none.
    public var isEmpty: Bool { byKey.isEmpty }

    /// Counts a line.
    mutating func add(_ key: MisplacedKey, source: String, line: Int64) {
        byKey[key, default: 0] += 1
        guard examples[key, default: []].count < Self.exampleLimit else { return }
        examples[key, default: []].append(Example(source: source, line: line))
    }

    /// Adds up, in the order of the lines.
    public mutating func add(_ other: MisplacedTally) {
        if other.isEmpty { return }
        byKey.merge(other.byKey, uniquingKeysWith: +)
        examples.merge(other.examples) { Array(($0 + $1).prefix(Self.exampleLimit)) }
    }
}
