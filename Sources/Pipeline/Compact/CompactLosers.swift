import Domain

/// Finds the files with an event that has lost against one with other content that is in none of the lines. Such a file is not
/// compacted: where the winner stands in a file that is left, its loser would come before it in a rebuild.
struct CompactLosers {
    private let standing: (CompactKey) throws -> UInt64?
    /// The identity whose lines come now.
    private var current: CompactKey?
    private var contents: Set<UInt64> = []
    private var filesOfCurrent: Set<UInt32> = []
    /// The files.
    private(set) var files: Set<UInt32> = []

    /// - Parameter standing: the hash of the content that the warehouse has of an identity.
    init(standing: @escaping (CompactKey) throws -> UInt64?) { self.standing = standing }

    /// Takes the next key in the order of the keys.
    mutating func add(_ key: CompactKey) throws {
        guard key.kind == .event else { return }
        if let current, !key.isSameEvent(as: current) { try flush() }
        current = key
        contents.insert(key.hash)
        filesOfCurrent.insert(key.file)
    }

    /// To be called after the last key too.
    mutating func flush() throws {
        guard let identity = current else { return }
        if let winner = try standing(identity), !contents.contains(winner) { files.formUnion(filesOfCurrent) }
        current = nil
        contents.removeAll(keepingCapacity: true)
        filesOfCurrent.removeAll(keepingCapacity: true)
    }
}
