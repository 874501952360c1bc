import Domain
import Files

/// Reads the lines of a folder's files, one chunk after the other, without a warehouse.
struct EventFiles {
    private let source: FileSource

    init(folder: String) throws {
        let files = try FileDiscovery.find([folder]).files
        source = FileSource(
            files.enumerated().map { number, file in
                let source = Source(name: file.name, port: .events, number: number)
                return PlannedFile(location: file.location, source: source)
            })
    }

    /// Calls `body` for each chunk.
    func forEachChunk(_ body: (LineChunk) throws -> Void) throws {
        while let chunk = try source.next() { try body(chunk) }
    }
}
