import Domain

/// What a copy of a raw store has done.
public struct RawCopyReport: Sendable, Equatable {
    /// What was found of one kind of content.
    public struct Count: Sendable, Equatable {
        /// How many were put into the target.
        public var copied: Int64 = 0
        /// How many the target had already; of movies: a document that is not less.
        public var alreadyThere: Int64 = 0

        /// How many good ones the source has.
        public var found: Int64 { copied + alreadyThere }
    }

    /// Something in the source that is damaged and was not copied.
    public struct Damage: Sendable, Equatable {
        /// What is damaged, and where.
        public var message: String
        /// What to do.
        public var hint: String

        init(message: String, hint: String) { (self.message, self.hint) = (message, hint) }

        /// The damage that an error tells of.
        init(_ error: any ReportedError) { self.init(message: error.message, hint: error.hint) }
    }

    /// Movie documents.
    public var movies = Count()
    /// Comment bodies.
    public var comments = Count()
    /// Posters.
    public var posters = Count()
    /// How many bytes the copied documents, bodies and images have.
    public var bytes: Int64 = 0
    /// What is damaged in the source, at most `mostDamages` of it.
    public var damages: [Damage] = []
    /// How many damaged documents, files of documents, bodies and images there are.
    public var damagedCount: Int64 = 0
    /// Entries of other programs in the source, which are not copied, at most `mostDamages` of them.
    public var leftOut: [String] = []
    /// How many entries of other programs there are.
    public var leftOutCount: Int64 = 0
    /// Why the copy was stopped before its end; nil when it was not.
    public var stopReason: StopSignal.Reason?
    /// How long it took, in seconds.
    public var seconds = 0.0

    /// How many entries `damages` and `leftOut` have at most.
    public static let mostDamages = 1000

    init() {}

    /// How many documents, bodies and images were put into the target.
    public var copied: Int64 { movies.copied + comments.copied + posters.copied }
    /// Whether nothing was found in the source, not even damage or what is of other programs.
    public var isEmpty: Bool { movies.found + comments.found + posters.found + damagedCount + leftOutCount == 0 }
    /// Whether all that is in the source is in the target now.
    public var isWhole: Bool { damagedCount + leftOutCount == 0 }

    mutating func add(_ damage: Damage) {
        damagedCount += 1
        if damages.count < Self.mostDamages { damages.append(damage) }
    }

    mutating func add(leftOut name: String) {
        leftOutCount += 1
        if leftOut.count < Self.mostDamages { leftOut.append(name) }
    }
}

/// The progress of a copy of a raw store.
public struct RawCopyProgress: Sendable, Equatable {
    /// What is being copied.
    public enum Phase: String, Sendable {
        case movies, comments, posters
    }

    /// What is being copied.
    public var phase: Phase
    /// How many of it were looked at so far.
    public var count: Int64
}
