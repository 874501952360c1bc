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
        let position: SourcePosition
        let isComplete: Bool
        let mayGrow: Bool
        /// Whether an equal file alone is meant: one that has grown since, or cannot grow.
        let isOutgrown: Bool
        /// Whether this run read it.
        let isOfThisRun: Bool
        /// The next entry with the same head; -1 is the end.
        fileprivate var next: Int32 = -1
        fileprivate(set) var isRemoved = false
        /// A hash of the name that it was read under last.
        fileprivate var name = 0
        /// Whether a file of this run was found to be it.
        fileprivate var isMet = false

        init(
            key: FileKey, bytes: Int64?, head: Int64, day: Int32?, position: SourcePosition, isComplete: Bool,
            mayGrow: Bool, isOutgrown: Bool = false, isOfThisRun: Bool = false
        ) {
            self.key = key
            self.bytes = bytes
            self.head = head
            self.day = day
            self.position = position
            self.isComplete = isComplete
            self.mayGrow = mayGrow
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
    /// Which name a file had that nothing was read of yet: bytes do not tell it from others.
    private var namesOfEmpty: [Int: String] = [:]

    /// Adds what the ledger knows.
    mutating func add(_ known: KnownSource) {
        guard let key = FileKey(text: known.mark.identity.key) else { return }
        add(
            Entry(
                key: key, bytes: known.mark.bytes, head: known.mark.head ?? 0, day: known.mark.identity.snapshotDay,
                position: known.position, isComplete: known.isComplete, mayGrow: known.mark.mayGrow,
                isOutgrown: known.isOutgrown),
            name: known.name)
    }

    /// Adds an entry.
    mutating func add(_ entry: Entry, name: String) {
        var entry = entry
        entry.name = name.hashValue
        let index = entries.count
        if let bytes = entry.bytes {
            entry.next = firstByHead[entry.head] ?? -1
            firstByHead[entry.head] = Int32(index)
            if bytes < Int64(SourceHash.headLength) { shortLengths.insert(bytes) }
            if bytes == 0 { namesOfEmpty[index] = name }
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
        return entry.name != name.hashValue
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
    func nameOfEmpty(_ index: Int) -> String? { namesOfEmpty[index] }
}
