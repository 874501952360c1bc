import Domain

/// Makes of sorted lines those of the compacted files: of one identity and content the first, of equal rejected lines one.
/// Where an identity has several contents, all are kept: first that which the warehouse has, then the others in the order
/// in which they were committed.
struct CompactMerge {
    /// What became of the lines.
    struct Counts: Equatable {
        var read: Int64 = 0
        var written: Int64 = 0
        var duplicates: Int64 = 0
        /// Lines that conflict with the event of their identity.
        var conflicts: Int64 = 0
        /// Lines that are no events.
        var rejected: Int64 = 0
    }

    private let standing: (CompactKey) throws -> UInt64?
    private let emit: (CompactedDay, UnsafeRawBufferPointer) throws -> Void
    private let mostHeld: Int
    private(set) var counts = Counts()
    /// The identity whose contents are held.
    private var current: CompactKey?
    private var contents: Set<UInt64> = []
    private let buffer = ByteBuffer()
    private var held: [(hash: UInt64, span: ByteRange)] = []
    private var lastRejected: CompactKey?

    /// - Parameters:
    ///   - mostHeld: how many bytes of the lines of one identity are held at most.
    ///   - standing: the hash of the content that the warehouse has of an identity.
    ///   - emit: takes the lines of the files, in their order.
    init(
        mostHeld: Int = 64 << 20, standing: @escaping (CompactKey) throws -> UInt64?,
        emit: @escaping (CompactedDay, UnsafeRawBufferPointer) throws -> Void
    ) {
        self.mostHeld = mostHeld
        self.standing = standing
        self.emit = emit
    }

    /// Takes the next line in the order of the keys.
    ///
    /// - Throws: `CompactError.tooManyContents`; the errors of the closures.
    mutating func add(_ key: CompactKey, _ line: UnsafeRawBufferPointer) throws {
        counts.read += 1
        guard key.kind == .event else {
            try flush()
            if let lastRejected, key.isSameRejectedLine(as: lastRejected) {
                counts.duplicates += 1
                return
            }
            lastRejected = key
            counts.rejected += 1
            return try write(key.day, line)
        }
        if let current, key.isSameEvent(as: current) {
            guard contents.insert(key.hash).inserted else {
                counts.duplicates += 1
                return
            }
            guard buffer.count + line.count <= mostHeld else {
                throw CompactError.tooManyContents(time: key.time, idHigh: key.idHigh, idLow: key.idLow)
            }
            counts.conflicts += 1
        } else {
            try flush()
            current = key
            if !contents.isEmpty { contents.removeAll(keepingCapacity: true) }
            contents.insert(key.hash)
        }
        held.append((key.hash, ByteRange(offset: buffer.count, length: line.count)))
        buffer.append(line)
    }

    /// Writes what is held. To be called after the last line too.
    mutating func flush() throws {
        guard let identity = current else { return }
        current = nil
        if held.count > 1, let winner = try standing(identity),
            let place = held.firstIndex(where: { $0.hash == winner })
        {
            held.insert(held.remove(at: place), at: 0)
        }
        for (_, span) in held {
            try write(identity.day, buffer.bytes(at: Int(span.offset), count: Int(span.length)))
        }
        held.removeAll(keepingCapacity: true)
        buffer.truncate(to: 0)
    }

    private mutating func write(_ day: CompactedDay, _ line: UnsafeRawBufferPointer) throws {
        counts.written += 1
        try emit(day, line)
    }
}
