import Domain

/// The lines of a file that is to be compacted, all of them from the first.
final class FileLines: CompactReading {
    let firstRun: Int64
    private let reader: LineReader
    private let input: SourceInput
    private let hash = SourceHash()
    private let key: FileKey
    private let source: Source

    /// - Parameters:
    ///   - file: open at its start.
    ///   - key: what the ledger knows the file by.
    init(_ file: OpenFile, _ found: CompactFile, number: Int, key: FileKey, firstRun: Int64) throws(FileError) {
        self.key = key
        self.firstRun = firstRun
        input = SourceInput(file, hash: hash)
        source = Source(name: found.name, port: .events, number: number)
        // A compacted file of lines that are no JSON is still one.
        reader = LineReader(
            try Decompression.stream(input), source: source,
            kindCheck: found.isCompacted ? nil : UnsupportedKindCheck())
    }

    func next() throws -> LineChunk? {
        do throws(FileError) {
            if let chunk = try reader.next() { return chunk }
            try input.passRest()
            return nil
        } catch {
            guard error.isOfTheFile else { throw error }
            let chunk = LineChunk(source: source, capacity: 0, start: SourcePosition())
            (chunk.notice, chunk.isLast) = (.unreadable("\(error.why); \(error.advice)"), true)
            return chunk
        }
    }

    func verify() -> String? { hash.key == key ? nil : "it was changed while it was read" }
}
