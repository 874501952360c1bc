import CKafka
import Domain
import Hashing

/// Puts the values of records into chunks, as lines.
struct RecordLines {
    /// The header of a movie's record that has its snapshot date, `YYYY-MM-DD`.
    static let dateHeader = "snapshot_date"

    private let port: SourcePort
    private let request: SourceRequest

    init(_ port: SourcePort, _ request: SourceRequest) {
        self.port = port
        self.request = request
    }

    /// Adds the line of a record; nothing for a record without a value (a tombstone) or with a blank one.
    @inline(__always)
    func add(_ record: UnsafePointer<rd_kafka_message_t>, to chunk: LineChunk) {
        guard let value = record.pointee.payload, record.pointee.len > 0 else { return }
        let base = UnsafeRawPointer(value)
        var length = record.pointee.len
        if base.load(fromByteOffset: length - 1, as: UInt8.self) == LineContent.lineFeed { length -= 1 }
        guard let content = LineContent.range(base, 0, length) else { return }
        let bytes = UnsafeRawBufferPointer(start: base + content.lowerBound, count: content.count)
        let day = port == .movies ? snapshotDay(record) : request.clockDay
        guard bytes.count <= maximumLineLength else { return addLong(bytes, record.pointee.offset, day, to: chunk) }
        let span = ByteRange(offset: chunk.buffer.append(bytes), length: bytes.count)
        chunk.lines.append(Line(span: span, number: record.pointee.offset, byteOffset: 0, snapshotDay: day))
    }

    private func addLong(_ bytes: UnsafeRawBufferPointer, _ offset: Int64, _ day: Int32, to chunk: LineChunk) {
        let kept = UnsafeRawBufferPointer(rebasing: bytes[..<keptOfLongLine])
        let span = ByteRange(offset: chunk.buffer.append(kept), length: kept.count)
        let note = Int32(chunk.notes.count)
        chunk.notes.append(.tooLong(length: Int64(bytes.count), sha256: Digest.sha256(bytes).hexadecimal))
        chunk.lines.append(Line(span: span, number: offset, byteOffset: 0, snapshotDay: day, note: note))
    }

    /// The date that was given for the run, else that of the header, else the UTC day of the record's timestamp.
    private func snapshotDay(_ record: UnsafePointer<rd_kafka_message_t>) -> Int32 {
        if let day = request.snapshotDay ?? RecordLines.dateInHeader(record) { return day }
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let time = rd_kafka_message_timestamp(record, &kind)
        guard kind != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE, time >= 0 else { return request.clockDay }
        return CivilDate.day(ofMilliseconds: time)
    }

    /// The last such header counts; one that is no date does not.
    private static func dateInHeader(_ record: UnsafePointer<rd_kafka_message_t>) -> Int32? {
        var headers: OpaquePointer?
        var value: UnsafeRawPointer?
        var size = 0
        guard rd_kafka_message_headers(record, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers,
            rd_kafka_header_get_last(headers, dateHeader, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR, let value
        else { return nil }
        return CivilDate.parse(UnsafeRawBufferPointer(start: value, count: size))
    }
}
