import Domain

import enum Logging.Redaction

/// What to generate. The same options give the same lines on every machine, and the same files with the same version of
/// zstd.
public struct GeneratorOptions: Sendable {
    /// How many movies the movie files have; broken and repeated documents are added.
    public var movies: Int
    /// How many lines the event files have, unusual ones included.
    public var events: Int
    /// How many users there are; by Zipf's law some of them may have no event.
    public var users: Int
    /// How many days the events are spread over.
    public var days: Int
    /// The seed of all random numbers.
    public var seed: UInt64
    /// The folder in which `movies/` and `events/` are written.
    public var output: String
    /// The share of duplicated, broken, late, legacy-form and otherwise unusual lines, from 0 to 1. Each copy needs a
    /// clean original, so at most about 0.74 is reached.
    public var dirt: Double
    /// Whether dirt includes conflicts (one identity, two contents), which alone make the order of lines matter.
    public var plantsConflicts: Bool
    /// The last day of the data, as days since 1970-01-01.
    public var endDay: Int32
    /// The compression level of zstd, from 1 to 19.
    public var compressionLevel: Int
    /// What happens to files that are in the folder already.
    public var existing = ExistingFiles.sameDaysReplaced

    /// Creates options; the defaults are 100,000 clean events within 30 days.
    public init(
        movies: Int = 1000,
        events: Int = 100_000,
        users: Int = 5000,
        days: Int = 30,
        seed: UInt64 = 1,
        output: String,
        dirt: Double = 0,
        plantsConflicts: Bool = true,
        endDay: Int32,
        compressionLevel: Int = 3
    ) {
        self.movies = movies
        self.events = events
        self.users = users
        self.days = days
        self.seed = seed
        self.output = output
        self.dirt = dirt
        self.plantsConflicts = plantsConflicts
        self.endDay = endDay
        self.compressionLevel = compressionLevel
    }

    /// The first day of the data, as days since 1970-01-01.
    public var startDay: Int32 { endDay - Int32(days) + 1 }

    /// The days that events may have: from 1995-01-01, before which the contract rejects them, to 2199-12-31.
    static let possibleDays: ClosedRange<Int> = 9131...84005
    /// The most movies or users, so that their ids stay within 32 bits.
    static let mostIDs = 500_000_000

    /// Checks the options.
    ///
    /// - Throws: `GeneratorError.invalidOption` for the first one that is out of range.
    public func validate() throws(GeneratorError) {
        try check("movies", (0...Self.mostIDs).contains(movies), "a number from 0 to \(Self.mostIDs)")
        try check("events", (0...1_000_000_000_000).contains(events), "a number from 0 to 1000000000000")
        try check("users", (1...Self.mostIDs).contains(users), "a number from 1 to \(Self.mostIDs)")
        try check("end-date", Self.possibleDays.contains(Int(endDay)), "a date from 1995-01-01 to 2199-12-31")
        let mostDays = Int(endDay) - Self.possibleDays.lowerBound + 1
        try check("days", (1...mostDays).contains(days), "a number from 1 to \(mostDays), back to 1995-01-01")
        try check("dirt", (0.0...1.0).contains(dirt), "a share from 0 to 1")
        try check("compression-level", (1...19).contains(compressionLevel), "a number from 1 to 19")
        try check("output", !output.isEmpty, "the name of a folder")
    }

    private func check(_ name: String, _ isValid: Bool, _ expected: String) throws(GeneratorError) {
        if !isValid { throw .invalidOption(name: name, expected: expected) }
    }
}

/// What happens to files that are in the output folder already.
public enum ExistingFiles: Sendable {
    /// Nothing is generated unless the folder is empty (apart from dotted names) or does not exist.
    case refused
    /// Files of the same days are replaced. If `movies/` or `events/` has others, nothing is generated.
    case sameDaysReplaced
    /// Files of the same days are replaced; others stay and are read together with the new ones.
    case othersKept
}

/// Why the files could not be generated.
public enum GeneratorError: ReportedError, Equatable {
    /// An option is out of range.
    case invalidOption(name: String, expected: String)
    /// The folder has other files, which would be read together with the generated ones.
    case otherFiles(folder: String, name: String)
    /// The folder is not empty.
    case notEmpty(folder: String, name: String)
    /// The folder belongs to a warehouse or raw store, where no output may be written.
    case protected(folder: String, occupant: String)

    /// What to do next.
    public var hint: String {
        switch self {
        case .invalidOption: "See `reelhouse generate --help`."
        case .otherFiles, .protected: "Give another folder with --output."
        case .notEmpty:
            "Give a folder that is new or empty with --output. With --force, files of the same days are replaced, and "
                + "others stay and are read together with them."
        }
    }

    /// Another command line would do.
    public var kind: FailureKind { .usage }

    /// What failed, and where.
    public var message: String { Redaction.text(text) }

    private var text: String {
        switch self {
        case .invalidOption(let name, let expected): "--\(name) needs \(expected)"
        case .otherFiles(let folder, let name):
            "\(folder) contains \(name), which is not one of the files to be generated and would be read together with them; "
                + "remove it or give another folder"
        case .notEmpty(let folder, let name): "the folder \(folder) is not empty: it holds \(name)"
        case .protected(let folder, let occupant): "cannot write to \(folder): it belongs to \(occupant)"
        }
    }
}

/// The progress of a generation.
public struct GeneratorProgress: Sendable, Equatable {
    /// What is being written.
    public enum Stage: String, Sendable {
        case movies
        case events
    }

    /// What is being written.
    public var stage: Stage
    /// Lines written of this stage.
    public var done: Int
    /// Lines that this stage will have.
    public var total: Int
}
