import Domain

/// The files of a port that the ledger knows, in little memory: a warehouse may know a million of them.
struct KnownFiles {
    /// A file that is recognized by the bytes that it begins with.
    struct Entry {
        let key: FileKey
        /// How many bytes the key covers. It is nil in rows of older versions, whose key covers the whole file.
        let bytes: Int64?
        let head: Int64
        let day: Int32?
        let position: FilePosition
        let isComplete: Bool
        let mayGrow: Bool
        /// How many lines were accepted, rejected and so on, over all runs.
        let counts: LineCounts
        /// The run that began to read the file.
        let firstRun: Int64
        /// Whether only an equal file matches, because the known one has grown since or cannot grow.
        let isOutgrown: Bool
        /// Whether this run read the file.
        let isOfThisRun: Bool
        /// The index of the next entry with the same head; -1 at the end of the list.
        fileprivate var next: Int32 = -1
        fileprivate(set) var isRemoved = false
        /// The name under which the file was read last.
        fileprivate(set) var name = ""
        /// Whether this run met a file that matches the entry.
        fileprivate var isMet = false

        init(
            key: FileKey, bytes: Int64?, head: Int64, day: Int32?, position: FilePosition, isComplete: Bool,
            mayGrow: Bool, counts: LineCounts = LineCounts(), firstRun: Int64 = 0, isOutgrown: Bool = false,
            isOfThisRun: Bool = false
        ) {
            self.key = key
            self.bytes = bytes
            self.head = head
            self.day = day
            self.position = position
            self.isComplete = isComplete
            self.mayGrow = mayGrow
            self.counts = counts
            self.firstRun = firstRun
            self.isOutgrown = isOutgrown
            self.isOfThisRun = isOfThisRun
        }

        /// Whether only a file of the same length matches.
        var isExact: Bool { isOutgrown || (isComplete && !mayGrow) }
    }

    private(set) var entries: [Entry] = []
    private var firstByHead: [Int64: Int32] = [:]
    /// The lengths of all entries that are shorter than `SourceHash.headLength`.
    private(set) var shortLengths: Set<Int64> = []
    /// The indexes of the entries of older versions, which have no length.
    private(set) var older: [Int] = []

    /// Adds a source that the ledger knows.
    mutating func add(_ known: KnownSource) {
        let (checkpoint, mark) = (known.checkpoint, known.mark)
        guard let key = FileKey(text: mark.identity.key) else { return }
        add(
            Entry(
                key: key, bytes: mark.bytes, head: mark.head ?? 0, day: mark.identity.snapshotDay,
                position: FilePosition(checkpoint.position), isComplete: checkpoint.isComplete, mayGrow: mark.mayGrow,
                counts: checkpoint.counts, firstRun: checkpoint.firstRun, isOutgrown: known.isOutgrown),
            name: checkpoint.source)
    }

    /// Adds an entry.
    mutating func add(_ entry: Entry, name: String) {
        var entry = entry
        entry.name = name
        let index = entries.count
        if let bytes = entry.bytes {
            entry.next = firstByHead[entry.head] ?? -1
            firstByHead[entry.head] = Int32(index)
            if bytes < Int64(SourceHash.headLength) { shortLengths.insert(bytes) }
        } else {
            older.append(index)
        }
        entries.append(entry)
    }

    /// Removes an entry, because its source continues under another key.
    mutating func remove(_ index: Int) { entries[index].isRemoved = true }

    /// Whether a file was met under another name than the ledger has. Only the first name of a run counts, so that the
    /// name does not alternate between copies of a file.
    mutating func meetsUnderOtherName(_ index: Int, _ name: String) -> Bool {
        let entry = entries[index]
        if entry.isMet || entry.isOfThisRun || entry.isOutgrown { return false }
        entries[index].isMet = true
        return entry.name != name
    }

    /// The indexes of the entries whose first bytes have the given short hash.
    func indexes(head: Int64) -> [Int] {
        var found: [Int] = []
        var index = firstByHead[head] ?? -1
        while index >= 0 {
            if !entries[Int(index)].isRemoved { found.append(Int(index)) }
            index = entries[Int(index)].next
        }
        return found
    }

    /// The name of an entry that covers no bytes; nil for other entries.
    func nameOfEmpty(_ index: Int) -> String? { entries[index].bytes == 0 ? entries[index].name : nil }
}
