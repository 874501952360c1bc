/// The place that movie documents are restored to, sorted by snapshot date. Used by one thread.
///
///     try target.add(line, of: day)          // for each document
///     let restored = try target.finish()     // or `discard`
///
/// Nothing is visible to others before `finish`, which makes all of it visible.
public protocol RestoreTarget: AnyObject {
    /// The location, as the user named it.
    var location: String { get }

    /// Appends a document to those of a snapshot date.
    ///
    /// - Parameters:
    ///   - line: the document and an LF.
    ///   - day: the snapshot date, as days since 1970-01-01, of the years 0001 to 9999.
    func add(_ line: UnsafeRawBufferPointer, of day: Int32) throws

    /// Makes all documents durable, and visible under their final names. Called once.
    func finish() throws -> RestoredFiles

    /// Removes what was written and is not finished. May be called twice, and after `finish`, when it does nothing.
    func discard()
}

/// What was written by a restore.
public struct RestoredFiles: Sendable, Equatable {
    /// How many files there are: one for each snapshot date.
    public var count = 0
    /// How many bytes they have, as they are stored (compressed).
    public var bytes: Int64 = 0
    /// The first and the last snapshot date, as days since 1970-01-01; nil without files.
    public var days: ClosedRange<Int32>?

    /// No files.
    public init() {}
}
