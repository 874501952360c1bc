import Domain
import Files

/// Reads the lines of a folder's files, one chunk after the other, without a warehouse.
struct EventFiles {
    private let source: any LineSource

    init(folder: String) throws {
        let files = try FileSources(port: .events, arguments: [folder])
        let planned = try files.describe().enumerated().map { index, description in
            PlannedSource(
                index: index,
                source: Source(
                    name: description.name, identity: description.identity, port: .events, snapshotDay: 0, number: index
                ),
                start: SourcePosition())
        }
        source = try files.open(planned)
    }

    /// Calls `body` for each chunk.
    func forEachChunk(_ body: (LineChunk) throws -> Void) throws {
        while let chunk = try source.next() { try body(chunk) }
    }
}
