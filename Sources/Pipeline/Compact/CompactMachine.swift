import Domain

/// Decides, without I/O, what a compact does next. `Compactor` does it.
///
/// The order of the steps is what keeps every line and loads none twice, wherever a kill comes between two of them:
///
/// 1. Originals are read and sorted. What may not be compacted is left, and so is what has lines of a day whose file may not
///    be replaced. Then the compacted files of the days that get lines are read too.
///    An original with an event that has lost against one that is in none of the lines is left too, since a rebuild would
///    meet the loser first.
/// 2. All new files are written under temporary names, flushed and read back. Until here nothing has changed.
/// 3. They are recorded in the warehouse, in one transaction. This comes before they have their names: a file is known by
///    its bytes, so that a run skips it from the moment at which it can meet it. (The other way round, a kill in between
///    would let the next run count its lines again, as duplicates and rejected ones.)
/// 4. Originals that have the name of a compacted file get another name; their lines may be of other days too.
/// 5. The new files get their names, each in the place of the compacted file of its day, whose lines it has. The folder is
///    flushed.
/// 6. Only then the originals are removed.
///
/// After a kill the next compact begins anew, with what is there: a file that was recorded and has no name yet is swept, and
/// originals that are still there are merged with the new files, which gives these once more.
public struct CompactMachine {
    /// A step.
    public enum Step: Equatable, Sendable {
        /// Read a file and sort its lines.
        case read(Int)
        /// Merge the sorted lines into new files, and verify them.
        case write
        /// Record the new files in the warehouse.
        case record
        /// Give an original another name.
        case setAside(Int)
        /// Give a new file its name.
        case publish(CompactedDay)
        /// Make the names durable.
        case flush
        /// Remove an original.
        case remove(Int)
        /// Remove what is unfinished.
        case finish
    }

    /// What became of the reading of a file.
    public enum Reading: Equatable, Sendable {
        /// It can be compacted, and has lines of these days.
        case whole(days: Set<CompactedDay>)
        /// It stays as it is, for the reason in words.
        case left(String)
        /// It cannot be read, for the reason in words.
        case unreadable(String)
    }

    private let files: [CompactFile]
    private let isDryRun: Bool
    private var readings: [Int: Reading] = [:]
    private var places: [CompactedDay: Int] = [:]
    private var steps: [Step]
    private var hasWritten = false
    /// The new files that differ from what is there.
    public private(set) var changed: [CompactedFile] = []

    /// A machine for the files of a folder.
    public init(_ files: [CompactFile], isDryRun: Bool = false) {
        self.files = files
        self.isDryRun = isDryRun
        for (index, file) in files.enumerated() { if let place = file.place { places[place] = index } }
        steps = files.indices.filter { !files[$0].isCompacted }.reversed().map { .read($0) }
    }

    /// The next step; nil at the end. A reading has to be told by `didRead`, the writing by `didWrite`.
    public mutating func next() -> Step? {
        if steps.isEmpty, !hasWritten { plan() }
        return steps.popLast()
    }

    /// Notes what became of a reading.
    public mutating func didRead(_ file: Int, _ reading: Reading) { readings[file] = reading }

    /// Leaves originals that were read, and plans anew. Called in the place of `didWrite`.
    public mutating func leave(_ losers: [Int], because reason: String) {
        for file in losers { readings[file] = .left(reason) }
        (hasWritten, steps) = (false, [])
    }

    /// Notes the new files, and plans the rest.
    public mutating func didWrite(_ written: [CompactedFile]) {
        changed = written.filter { !$0.isUnchanged }
        var rest: [Step] = changed.isEmpty ? [] : [.record]
        rest += changed.compactMap { file in
            places[file.day].flatMap { files[$0].isCompacted ? nil : .setAside($0) }
        }
        rest += changed.map { .publish($0.day) }
        if !changed.isEmpty { rest.append(.flush) }
        rest += originals.map { .remove($0) }
        steps = (rest + [.finish]).reversed()
    }

    /// The originals that are compacted.
    public var originals: [Int] { files.indices.filter { !files[$0].isCompacted && isTaken($0) } }

    /// The compacted files that are merged with them.
    public var merged: [Int] { files.indices.filter { files[$0].isCompacted && isTaken($0) } }

    /// The files that stay as they are although they are no compacted ones, and why.
    public var left: [(file: Int, reason: String)] {
        files.indices.compactMap { file in
            guard case .left(let reason) = readings[file] else { return nil }
            return (file, reason)
        }
    }

    /// The files that cannot be read, and why.
    public var unreadable: [(file: Int, reason: String)] {
        files.indices.compactMap { file in
            guard case .unreadable(let reason) = readings[file] else { return nil }
            return (file, reason)
        }
    }

    /// The days of the originals that are compacted.
    public var days: Set<CompactedDay> { originals.reduce(into: []) { $0.formUnion(days(of: $1)) } }

    /// Whether the lines of a file that was read go into new files.
    public func isTaken(_ file: Int) -> Bool {
        if case .whole = readings[file] { return true }
        return false
    }

    private func days(of file: Int) -> Set<CompactedDay> {
        if case .whole(let days) = readings[file] { return days }
        return []
    }

    /// Leaves files with lines of days that cannot be replaced, until there is none; then asks for the compacted files of their
    /// days, and when these are read too, for the writing.
    private mutating func plan() {
        var isSettled = false
        while !isSettled {
            isSettled = true
            for file in files.indices where isTaken(file) {
                guard let blocked = days(of: file).sorted().first(where: { isBlocked($0) }) else { continue }
                let name = places[blocked].map { files[$0].name } ?? blocked.fileName
                readings[file] = .left("it has lines of \(blocked.text), and \(name) cannot be replaced")
                isSettled = false
            }
        }
        let wanted = merged.reduce(into: days) { $0.formUnion(days(of: $1)) }
        let unread = wanted.compactMap { places[$0] }.filter { readings[$0] == nil }.sorted()
        if !unread.isEmpty {
            steps = unread.reversed().map { .read($0) }
            return
        }
        hasWritten = true
        steps = originals.isEmpty || isDryRun ? [.finish] : [.write]
    }

    /// Whether the place of a day is taken by a file that stays as it is.
    private func isBlocked(_ day: CompactedDay) -> Bool {
        switch places[day].flatMap({ readings[$0] }) {
        case .left, .unreadable: true
        case .whole, nil: false
        }
    }
}
