@testable import Domain

/// Lines in a chunk, as a reader puts them there.
///
/// - Parameter day: the snapshot date of each line, as days since 1970-01-01.
func chunk(of lines: [[UInt8]], port: SourcePort, day: Int32 = 0) -> LineChunk {
    let source = Source(name: "\(port.rawValue).ndjson", port: port, number: 0)
    let chunk = LineChunk(source: source, capacity: 64, start: SourcePosition())
    for (index, line) in lines.enumerated() {
        let offset = line.withUnsafeBytes { chunk.buffer.append($0) }
        chunk.lines.append(
            Line(
                span: ByteRange(offset: offset, length: line.count), number: Int64(index + 1),
                byteOffset: Int64(offset), snapshotDay: day))
    }
    return chunk
}
