import Domain

/// What a compact has done.
public struct CompactReport: Sendable {
    /// A compacted file.
    public struct File: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// How many lines it has.
        public var lines: Int64
        /// Its size in bytes.
        public var size: Int64
        /// Whether it takes the place of an earlier compacted file.
        public var isMerged: Bool
    }

    /// Whether nothing was changed, and this is what would be done.
    public var isDryRun = false
    /// The compacted files that were written; of a dry run none.
    public var files: [File] = []
    /// The days that are compacted.
    public var days: [CompactedDay] = []
    /// The originals that were compacted, by their names.
    public var originals: [String] = []
    /// Originals that were changed meanwhile, and are still there.
    public var notRemoved: [String] = []
    /// Files that stay as they are, and why.
    public var left: [SourceRemark] = []
    /// Files and folders that cannot be read.
    public var unreadable: [SourceRemark] = []
    /// Lines of the originals and of the compacted files that were merged with them.
    public var read: Int64 = 0
    /// Lines of the compacted files.
    public var written: Int64 = 0
    /// Lines that were there more than once.
    public var duplicates: Int64 = 0
    /// Lines of an identity with other content; they are kept.
    public var conflicts: Int64 = 0
    /// Rejected lines; they are kept.
    public var rejected: Int64 = 0
    /// The size of the originals, and of the compacted files that were replaced.
    public var bytesBefore: Int64 = 0
    /// The size of the compacted files.
    public var bytesAfter: Int64 = 0
    /// How long it took, in seconds.
    public var seconds: Double = 0
    /// Why it was stopped before it changed anything; nil where it was not.
    public var stopReason: StopSignal.Reason?

    /// Nothing done.
    public init() {}
}

/// How far a compact is.
public struct CompactProgress: Sendable, Equatable {
    /// What it does.
    public enum Phase: String, Sendable {
        case reading, writing, removing
    }

    /// What it does.
    public var phase: Phase
    /// Bytes of the originals that were read.
    public var bytes: Int64
    /// Their size.
    public var totalBytes: Int64
    /// Lines that were read, or written.
    public var lines: Int64
}

/// Why a compact ended without an effect.
public enum CompactError: ReportedError, Equatable {
    /// One identity has more contents than memory holds.
    case tooManyContents(time: Int64, idHigh: UInt64, idLow: UInt64)
    /// The lines that were read are not those that were written and left out.
    case unbalanced(read: Int64, written: Int64, duplicates: Int64)
    /// What was sorted did not come back as it was.
    case unreadableKey

    /// What failed, and where.
    public var message: String {
        switch self {
        case .tooManyContents(let time, _, _):
            "more than 64 MiB of lines have the same event_id at \(Timestamp.text(time)), each with other content"
        case .unbalanced(let read, let written, let duplicates):
            "\(read) lines were read, but \(written) were written and \(duplicates) left out as duplicates"
        case .unreadableKey: "lines that were sorted in files did not come back as they were written"
        }
    }

    /// What to do next.
    public var hint: String {
        switch self {
        case .tooManyContents:
            "Nothing was changed. What sends these events gives them one event_id; take the file out of the folder."
        case .unreadableKey:
            "Nothing was changed. The disk or the memory fails: look at the system's log, then run again."
        case .unbalanced: "Nothing was changed. This is a defect of reelhouse: please report it."
        }
    }
}
