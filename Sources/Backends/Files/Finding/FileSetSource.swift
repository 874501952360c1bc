import Domain
import Glibc

/// Reads the lines of a set of files. Each file is opened when its turn comes, and recognized by its content.
///
/// For a file that is skipped or cannot be read, the source gives a chunk without lines whose notice says why; the
/// other files are read.
final class FileSetSource: LineSource {
    /// The options for all files of the set.
    struct Options {
        var port: SourcePort
        var request: SourceRequest
        var own: OwnFiles
        var chunkSize: ChunkSize
        /// Whether a last line without LF is read although it is not a whole JSON object.
        var readsUnfinished: Bool
    }

    /// A file's state and snapshot date. When the same pair is met again in a run, the file is skipped without being
    /// opened again.
    private struct Met: Hashable {
        var file: FileState
        var day: Int32?
    }

    private let files: [FoundFile]
    private let options: Options
    private var known: KnownFiles
    private let wholeObject: WholeObject
    private var met: Set<Met> = []
    private var place = 0
    private var current: FileReading?

    init(_ files: [FoundFile], options: Options, known: KnownFiles) throws {
        self.files = files
        self.options = options
        self.known = known
        wholeObject = try WholeObject()
    }

    /// Returns the next chunk, or nil when all files have been read.
    func next() throws(FileError) -> LineChunk? {
        while true {
            do throws(FileError) {
                if let current, let chunk = try current.next() {
                    if chunk.isLast { finish(current, chunk) }
                    return chunk
                }
                current = nil
                guard place < files.count else { return nil }
                place += 1
                if let chunk = try begin(files[place - 1], number: place - 1) { return chunk }
            } catch {
                guard error.isOfTheFile else { throw error }
                let file = files[place - 1]
                let source = current?.source ?? source(file, number: place - 1)
                current = nil
                return notice(.unreadable("\(error.why); \(error.advice)"), of: source)
            }
        }
    }

    private func finish(_ reading: FileReading, _ chunk: LineChunk) {
        current = nil
        guard let mark = chunk.mark, let key = FileKey(text: mark.identity.key) else { return }
        let entry = KnownFiles.Entry(
            key: key, bytes: mark.bytes, head: mark.head ?? 0, day: mark.identity.snapshotDay,
            position: FilePosition(chunk.end),
            isComplete: true, mayGrow: mark.mayGrow, isOfThisRun: true)
        known.add(entry, name: chunk.source.name)
    }

    /// Opens a file.
    ///
    /// - Returns: nil when the file is being read now; otherwise a chunk whose notice says why it is not read.
    private func begin(_ found: FoundFile, number: Int) throws(FileError) -> LineChunk? {
        let day = day(of: found)
        let path: String
        switch found.location {
        case .file(let place): path = place
        case .standardInput:
            let source = source(found, number: number)
            current = try FileReading(
                stream: OpenFile(standardInput: ()), source, snapshotDay: snapshotDay(day), options.chunkSize)
            return nil
        case .opened(let opened):
            current = try FileReading(
                opened: opened, source(found, number: number), snapshotDay: snapshotDay(day), options.chunkSize)
            return nil
        }
        let (file, status) = try OpenFile.input(path, as: found.name, unless: options.own)
        let source = source(found, number: number)
        guard status.st_mode & S_IFMT == S_IFREG else {
            current = try FileReading(stream: file, source, snapshotDay: snapshotDay(day), options.chunkSize)
            return nil
        }
        guard met.insert(Met(file: FileState(status), day: day)).inserted else { return notice(.skipped, of: source) }
        let lookup = try FileLookup(file, size: Int64(status.st_size))
        if lookup.size == 0, !lookup.head.isEmpty {
            // A generated file, as in /proc: its size is given as 0, so that it cannot be recognized later.
            current = try FileReading(stream: file, source, snapshotDay: snapshotDay(day), options.chunkSize)
            return nil
        }
        let match = try lookup.match(in: known, day: day, name: found.name, isWholeLine: isWholeLine)
        return try begin(lookup, match, found, number: number, day: day)
    }

    /// Decides whether a last line without LF is read; nil when such a line is always read.
    private var isWholeLine: ((UnsafeRawBufferPointer) throws -> Bool)? {
        options.readsUnfinished ? nil : { [wholeObject] in try wholeObject.isOne($0) }
    }

    private func begin(
        _ lookup: FileLookup, _ match: FileLookup.Match?, _ found: FoundFile, number: Int, day: Int32?
    ) throws(FileError) -> LineChunk? {
        let isReadAgain =
            options.request.readsAgain(firstRun: match?.entry.firstRun ?? 0) && match?.entry.isOfThisRun != true
        // Whatever follows the bytes of an outgrown source is an unfinished line, so the file is loaded completely.
        let isWhole = match.map { $0.entry.isComplete && ($0.bytes == lookup.size || $0.entry.isOutgrown) } ?? false
        if let match, isWhole, !isReadAgain { return skip(lookup, match, found, number: number, day: day) }
        var ledgerRow: Checkpoint?
        if let match, !match.entry.isOutgrown {
            ledgerRow = checkpoint(match.entry)
            known.remove(match.index)
            if match.entry.isComplete, match.entry.mayGrow || match.entry.bytes == nil { rememberOutgrown(match) }
        }
        let source = source(found, number: number, known: ledgerRow, isReadAgain: isReadAgain)
        let from = isReadAgain || match?.entry.isOutgrown == true ? nil : match
        current = try FileReading(
            lookup, from: from, source, snapshotDay: snapshotDay(day),
            SourceIdentity(port: options.port, key: "", snapshotDay: day), isWholeLine: isWholeLine,
            chunkSize: options.chunkSize)
        return nil
    }

    /// Remembers a source as it was before it grew, so that a copy of the shorter file is still recognized.
    private func rememberOutgrown(_ match: FileLookup.Match) {
        let entry = match.entry
        known.add(
            KnownFiles.Entry(
                key: entry.key, bytes: match.bytes, head: match.hash.headHash, day: entry.day,
                position: entry.position, isComplete: true, mayGrow: false, isOutgrown: true,
                isOfThisRun: entry.isOfThisRun),
            name: "")
    }

    /// Skips a file that is loaded completely. If the ledger's row lacks the number of bytes or has another name, the
    /// chunk carries a mark that corrects the row.
    private func skip(
        _ lookup: FileLookup, _ match: FileLookup.Match, _ found: FoundFile, number: Int, day: Int32?
    ) -> LineChunk {
        let ledgerRow = checkpoint(match.entry)
        let isOlder = match.entry.bytes == nil
        let isRenamed = known.meetsUnderOtherName(match.index, found.name)
        let source = source(found, number: number, known: isOlder || isRenamed ? ledgerRow : nil)
        let chunk = notice(.skipped, of: source)
        if isOlder || isRenamed {
            chunk.mark = SourceMark(
                identity: ledgerRow.identity, bytes: match.bytes, head: match.hash.headHash,
                mayGrow: isOlder
                    ? lookup.compression == nil && match.entry.position.byteOffset == match.bytes : match.entry.mayGrow)
            chunk.end = match.entry.position.opaque
        }
        return chunk
    }

    private func notice(_ notice: SourceNotice, of source: Source) -> LineChunk {
        let chunk = LineChunk(source: source, capacity: 0, start: SourcePosition())
        chunk.notice = notice
        chunk.isLast = true
        return chunk
    }

    /// The date that is a part of the file's identity: the one that the user gave, else the one in the file's name.
    private func day(of file: FoundFile) -> Int32? {
        guard options.port == .movies else { return nil }
        return options.request.snapshotDay ?? SnapshotDate.inName(file.lastPathComponent)
    }

    /// The snapshot date of the file's documents.
    private func snapshotDay(_ day: Int32?) -> Int32 { options.request.snapshotDay ?? day ?? options.request.clockDay }

    /// The ledger's row of a known file.
    private func checkpoint(_ entry: KnownFiles.Entry) -> Checkpoint {
        let mark = SourceMark(
            identity: SourceIdentity(port: options.port, key: entry.key.text, snapshotDay: entry.day),
            bytes: entry.bytes, head: entry.bytes == nil ? nil : entry.head, mayGrow: entry.mayGrow)
        return Checkpoint(
            mark, source: entry.name, position: entry.position.opaque, isComplete: entry.isComplete,
            counts: entry.counts, firstRun: entry.firstRun)
    }

    private func source(
        _ file: FoundFile, number: Int, known: Checkpoint? = nil, isReadAgain: Bool = false
    ) -> Source {
        Source(name: file.name, known: known, port: options.port, number: number, isReadAgain: isReadAgain)
    }
}
