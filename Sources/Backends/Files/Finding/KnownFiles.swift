import Domain

/// What is known of the files of a port, kept small: a warehouse may know a million of them.
struct KnownFiles {
    /// A file that is known by the bytes that it begins with.
    struct Entry {
        let key: FileKey
        /// How many bytes the key is of; nil in rows of older versions, whose key is of the whole file.
        let bytes: Int64?
        let head: Int64
        let day: Int32?
        let position: FilePosition
        let isComplete: Bool
        let mayGrow: Bool
        /// What its lines became, over all runs.
        let counts: LineCounts
        /// The run in which the reading of it began.
        let firstRun: Int64
        /// Whether an equal file alone is meant: one that has grown since, or cannot grow.
        let isOutgrown: Bool
        /// Whether this run read it.
        let isOfThisRun: Bool
        /// The next entry with the same head; -1 is the end.
        fileprivate var next: Int32 = -1
        fileprivate(set) var isRemoved = false
        /// The name that it was read under last.
        fileprivate(set) var name = ""
        /// Whether a file of this run was found to be it.
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

        /// Whether only a file of as many bytes can be it.
        var isExact: Bool { isOutgrown || (isComplete && !mayGrow) }
    }

    private(set) var entries: [Entry] = []
    private var firstByHead: [Int64: Int32] = [:]
    /// The lengths below `SourceHash.headLength` that are there.
    private(set) var shortLengths: Set<Int64> = []
    /// The entries without a length.
    private(set) var older: [Int] = []

    /// Adds what the ledger knows.
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

    /// Forgets an entry: it goes on under another key.
    mutating func remove(_ index: Int) { entries[index].isRemoved = true }

    /// Whether a source that is met has another name now than the ledger says. The first name in a run is the one that
    /// counts, so that copies do not change it to and fro.
    mutating func meetsUnderOtherName(_ index: Int, _ name: String) -> Bool {
        let entry = entries[index]
        if entry.isMet || entry.isOfThisRun || entry.isOutgrown { return false }
        entries[index].isMet = true
        return entry.name != name
    }

    /// The entries whose first bytes have a short hash.
    func indexes(head: Int64) -> [Int] {
        var found: [Int] = []
        var index = firstByHead[head] ?? -1
        while index >= 0 {
            if !entries[Int(index)].isRemoved { found.append(Int(index)) }
            index = entries[Int(index)].next
        }
        return found
    }

    /// The name that an entry of no bytes was read under.
    func nameOfEmpty(_ index: Int) -> String? { entries[index].bytes == 0 ? entries[index].name : nil }
}
