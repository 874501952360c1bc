import Domain

/// A document that was not restored.
public struct LeftOutDocument: Sendable, Equatable {
    /// Why a document is left out.
    public enum Reason: Sendable, Equatable {
        /// It is over 16 MiB, so that only its beginning was read.
        case tooLong
        /// It is no JSON, and no line of a file can hold it, because of the line feeds in it.
        case notOneLine
        /// Its snapshot date, that of the record's timestamp, is before the year 1 or after the year 9999.
        case noDate
    }

    /// The source that it came from: `movie/0` is a partition.
    public var source: String
    /// Its number in the source: the record's offset.
    public var line: Int64
    /// Its length in bytes.
    public var bytes: Int64
    /// Why.
    public var reason: Reason
}

/// The result of a restore.
public struct RestoreReport: Sendable {
    /// How many documents were restored.
    public var documents: Int64 = 0
    /// How many bytes they have.
    public var bytes: Int64 = 0
    /// The files that they are in.
    public var files = RestoredFiles()
    /// The documents that were left out, at most `mostLeftOut` of them.
    public var leftOut: [LeftOutDocument] = []
    /// How many documents were left out.
    public var leftOutCount: Int64 = 0
    /// Sources of which records were deleted before they were read.
    public var lost: [SourceRemark] = []
    /// What else there is to know of sources.
    public var remarks: [SourceRemark] = []
    /// How long it took, in seconds.
    public var seconds = 0.0

    /// How many documents `leftOut` has at most.
    public static let mostLeftOut = 1000

    /// Whether something of the backup is not in the files.
    public var isIncomplete: Bool { leftOutCount > 0 || !lost.isEmpty }
}
