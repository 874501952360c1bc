/// Why a part of an accepted line was dropped or made null (contract §3, "counted as a warning on the run").
public struct WarningReason: Hashable, Sendable, Comparable {
    /// The kinds of warnings.
    enum Kind: Hashable, Sendable {
        /// A field of a movie document, or of a part of it, has a value of the wrong form.
        case movieField(MovieKey, MoviePart)
        /// An entry of a list of a movie document lacks its id, name or code.
        case movieEntry(MoviePart)
        /// A key of an event is over 512 bytes.
        case eventKey(EventKey)
    }

    let kind: Kind

    init(_ kind: Kind) { self.kind = kind }

    /// A stable name, made of the keys of the line: `release_date_invalid`, `genre_dropped`, `session_id_too_long`.
    public var name: String {
        switch kind {
        case .movieField(let key, let part): "\(part.prefix)\(MovieKey.names[key.rawValue])_invalid"
        case .movieEntry(let part): "\(part.entryName)_dropped"
        case .eventKey(let key): "\(key.name)_too_long"
        }
    }

    /// What happens to the value, in words: `made null`.
    public var consequence: String {
        switch kind {
        case .movieField(let key, let part): part.consequence(of: key)
        case .movieEntry(.collection): "made null"
        case .movieEntry: "the entry is dropped"
        case .eventKey: "made null"
        }
    }

    /// What was expected instead, in words: `a real date, YYYY-MM-DD`.
    public var expectation: String {
        switch kind {
        case .movieField(let key, let part): part.expectation(of: key)
        case .movieEntry(let part): part.entryExpectation
        case .eventKey: "at most \(ScalarRules.maximumKeyLength) bytes"
        }
    }

    /// Compares by name.
    public static func < (left: WarningReason, right: WarningReason) -> Bool { left.name < right.name }
}

/// Counts the warnings of a batch by reason, and keeps examples.
public struct WarningTally: Sendable {
    /// A warning that is kept to be shown.
    public struct Example: Sendable, Equatable {
        /// The index of its line in the chunk's lines.
        public var line: Int
        /// What the line has, and what was expected.
        public var message: String
    }

    /// How many warnings there are.
    public private(set) var count = 0
    /// How many warnings there are of each reason.
    public private(set) var byReason: [WarningReason: Int] = [:]
    /// The first warnings of each reason, up to the limit.
    public private(set) var examples: [WarningReason: [Example]] = [:]
    private let exampleLimit: Int

    /// Creates a tally without warnings.
    ///
    /// - Parameter exampleLimit: how many of each reason are kept to be shown.
    public init(exampleLimit: Int = 0) { self.exampleLimit = exampleLimit }

    /// Counts a warning.
    ///
    /// - Parameter found: gives what the line has, in words; called only if the warning is kept.
    mutating func add(_ reason: WarningReason, line: Int, found: () -> String) {
        count += 1
        byReason[reason, default: 0] += 1
        guard exampleLimit > 0, examples[reason, default: []].count < exampleLimit else { return }
        let message = "\(found()); expected \(reason.expectation)"
        examples[reason, default: []].append(Example(line: line, message: message))
    }
}
