/// A file that compact has found in its folder.
public struct CompactFile: Sendable, Equatable {
    /// Its name, the folder as the user named it included.
    public var name: String
    /// Its size in bytes.
    public var size: Int64
    /// The day of the compacted file whose place it has; nil where its name is not that of one.
    public var place: CompactedDay?
    /// Whether compact made it. Such a file is read only when its day gets more lines.
    public var isCompacted: Bool

    /// A file.
    public init(name: String, size: Int64, place: CompactedDay? = nil, isCompacted: Bool = false) {
        self.name = name
        self.size = size
        self.place = place
        self.isCompacted = isCompacted
    }
}

/// A compacted file that is durable and verified, and does not have its name yet.
public struct CompactedFile: Sendable, Equatable {
    /// What it holds.
    public var day: CompactedDay
    /// The name that it gets.
    public var name: String
    /// What the ledger knows it by: its bytes, as they were read back.
    public var mark: SourceMark
    /// The position after its last line.
    public var end: SourcePosition
    /// How many lines it has.
    public var lines: Int64
    /// Its size in bytes.
    public var size: Int64
    /// The ledger's key of the compacted file that it replaces; nil where there is none.
    public var previous: SourceIdentity?

    /// A file.
    public init(
        day: CompactedDay, name: String, mark: SourceMark, end: SourcePosition, lines: Int64, size: Int64,
        previous: SourceIdentity? = nil
    ) {
        self.day = day
        self.name = name
        self.mark = mark
        self.end = end
        self.lines = lines
        self.size = size
        self.previous = previous
    }

    /// Whether it has the same bytes as the one that it would replace.
    public var isUnchanged: Bool { previous == mark.identity }
}

/// The lines of a file that is to be compacted.
public protocol CompactReading: AnyObject {
    /// The run that began to load the file; 0 for a compacted file.
    var firstRun: Int64 { get }
    /// The next lines; nil at the end. A chunk whose notice is `unreadable` is the last one. The reading is whole only when
    /// `verify` has been called after the end.
    func next() throws -> LineChunk?
    /// Why what was read is not what the warehouse has loaded; nil where it is.
    func verify() -> String?
}

/// What may be compacted of a file.
public enum CompactOpening {
    /// Its lines.
    case lines(any CompactReading)
    /// Nothing, for the reason in words.
    case left(String)
    /// Nothing, since it cannot be read; why, and what to do, in words.
    case unreadable(String)
}

/// A compacted file that is being written under a temporary name.
public protocol CompactWriter: AnyObject {
    /// Appends a line, without LF.
    func add(_ line: UnsafeRawBufferPointer) throws
    /// Ends the file, flushes it, reads it back and compares.
    ///
    /// - Throws: when what was read back is not what was written.
    func finish() throws -> CompactedFile
}

/// The folder of event files that `reelhouse compact` works on. One object at a time has it; it is used by one thread.
public protocol CompactStore: AnyObject {
    /// The folder, as the user named it.
    var location: String { get }
    /// Removes what an earlier compact left unfinished, and makes the place for unfinished files of this one.
    func sweep() throws
    /// Finds the files, in the order in which a run reads them. Later calls name a file by its index in this list.
    ///
    /// - Parameter known: calls its argument with each event source that is in the ledger.
    func survey(known: ((KnownSource) throws -> Void) throws -> Void) throws -> [CompactFile]
    /// Files and folders that cannot be read.
    var unreadable: [SourceRemark] { get }
    /// Opens a file that was loaded whole.
    ///
    /// - Parameter settledBefore: a file that can grow is left if it was changed at this time or later, in milliseconds
    ///   since 1970.
    func open(_ file: Int, settledBefore: Int64) throws -> CompactOpening
    /// A sorter of lines with room on the same disk.
    func makeSorter() throws -> any RowSorter
    /// Begins a compacted file.
    func begin(_ day: CompactedDay) throws -> any CompactWriter
    /// Gives a file that has the name of a compacted one another name, durably.
    func setAside(_ file: Int) throws
    /// Gives a compacted file its name.
    func publish(_ day: CompactedDay) throws
    /// Makes new names durable.
    func flush() throws
    /// Removes an original, or moves it to where originals are kept, unless it was changed since it was read.
    ///
    /// - Returns: whether it is gone; false where it was changed.
    func remove(_ file: Int) throws -> Bool
    /// Removes the folders that have no file any more since their originals were removed, but never the folder itself;
    /// makes removals durable, and removes the place for unfinished files.
    func finish() throws
}

/// What compact needs of a warehouse.
public protocol CompactingWarehouse: Warehouse {
    /// The hash of the content that the warehouse has of an event's identity; nil where it has no such event.
    func contentHash(ofEventAt time: Int64, idHigh: UInt64, idLow: UInt64) throws -> UInt64?
    /// Whether a line was ever rejected since another one with its identity and other content is the event.
    func hasConflicts() throws -> Bool
    /// Writes checkpoints that no run has counted, within a transaction. They get the number of the last run.
    func record(_ checkpoints: [CheckpointChange]) throws
}
