import Domain
import Hashing

/// Puts documents into chunks, as lines: those of this program byte for byte, those of other programs as plain JSON.
///
/// Of a document of another program, `_id` and a `snapshot_date` that is a date are no part of the line. Where it has no
/// `id`, a number as `_id` becomes the `id`. Rejections name such documents by their `_id`.
final class DocumentLines {
    private let request: SourceRequest
    private let file: (String) throws(MongoError) -> [UInt8]?
    private var writer = PlainJSONWriter(.plain)
    /// How many numbers became null because they were not finite.
    private(set) var nonFiniteCount = 0
    /// The document with the first of them.
    private(set) var firstNonFinite: DocumentID?
    /// How many documents have a `snapshot_date` that is no date, and got the day of the run.
    private(set) var undatedCount = 0
    /// The first of them.
    private(set) var firstUndated: DocumentID?

    /// - Parameter file: gives a file of GridFS; nil when it is not there.
    init(_ request: SourceRequest, file: @escaping (String) throws(MongoError) -> [UInt8]?) {
        self.request = request
        self.file = file
    }

    /// Adds the line of a document, unless it is blank.
    ///
    /// - Parameters:
    ///   - document: its bytes.
    ///   - number: the number of the line.
    /// - Returns: the `_id`; nil when there is none.
    /// - Throws: `MongoError`, when a file cannot be read now.
    func add(
        _ document: UnsafeRawBufferPointer, number: Int64, to chunk: LineChunk
    ) throws(MongoError) -> DocumentID? {
        let outline: Outline
        do throws(BSONFault) {
            outline = try Outline(document)
        } catch {
            addDamaged("the server sent a document that is no BSON", document, number, nil, to: chunk)
            return nil
        }
        do {
            switch try StoredMovie.decode(document, file: file) {
            case .movie(let movie):
                movie.document.withUnsafeBytes { add($0, number, movie.rank.snapshotDay, to: chunk) }
            case .otherProgram: try addOther(document, outline, number, to: chunk)
            }
        } catch let error as MongoError {
            guard error.isDamage else { throw error }
            addDamaged(error.words, document, number, outline.id, to: chunk)
        } catch let damage as StoredMovie.Damage {
            addDamaged("it \(damage.what)", document, number, outline.id, to: chunk)
        } catch {
            addDamaged("it is no BSON", document, number, outline.id, to: chunk)
        }
        return outline.id
    }

    // MARK: Documents of other programs

    /// What counts of a document of another program beside its content.
    private struct Outline {
        var id: DocumentID?
        /// The `_id`, where it is a number and the document has no `id`.
        var number: BSONElement?
        var snapshotDay: Int32?
        /// Whether there is a `snapshot_date` that is neither a date nor null.
        var hasWrongDate = false

        init(_ document: UnsafeRawBufferPointer) throws(BSONFault) {
            var hasID = false
            var reader = try BSONReader(document)
            while let element = try reader.next() {
                if element.isNamed("_id") {
                    id = DocumentID(element)
                    switch element.type {
                    case .int32, .int64, .double, .decimal128: number = element
                    default: break
                    }
                } else if element.isNamed("id") {
                    hasID = true
                } else if element.isNamed("snapshot_date") {
                    snapshotDay = Outline.day(element)
                    hasWrongDate = snapshotDay == nil && element.type != .null
                }
            }
            if hasID { number = nil }
        }

        /// The day of a date, or of a text that begins with one.
        private static func day(_ element: BSONElement) -> Int32? {
            if let date = element.date {
                let days: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999
                return days.contains(date) ? CivilDate.day(ofMilliseconds: date) : nil
            }
            guard element.type == .string, let text = element.text, text.count >= 10,
                text.count == 10 || text[10] | 0x20 == UInt8(ascii: "t") || text[10] == UInt8(ascii: " ")
            else { return nil }
            return CivilDate.parse(UnsafeRawBufferPointer(rebasing: text[..<10]))
        }
    }

    private func addOther(
        _ document: UnsafeRawBufferPointer, _ outline: Outline, _ number: Int64, to chunk: LineChunk
    ) throws(BSONFault) {
        let hasDay = outline.snapshotDay != nil
        try writer.write(document, id: outline.number) {
            $0.isNamed("_id") || hasDay && $0.isNamed("snapshot_date")
        }
        if writer.nonFiniteCount > 0 {
            if nonFiniteCount == 0 { firstNonFinite = outline.id }
            nonFiniteCount += writer.nonFiniteCount
        }
        if outline.hasWrongDate, request.snapshotDay == nil {
            if undatedCount == 0 { firstUndated = outline.id }
            undatedCount += 1
        }
        chunk.names[number] = outline.id.map(Self.name)
        add(writer.bytes, number, outline.snapshotDay, to: chunk)
    }

    /// The name of a document in messages: `_id oid:65f1c0ffee010203040506ab`.
    private static func name(_ id: DocumentID) -> String { "_id \(id.text)" }

    // MARK: Lines

    private func add(_ bytes: UnsafeRawBufferPointer, _ number: Int64, _ day: Int32?, to chunk: LineChunk) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        let length = bytes[bytes.count - 1] == LineContent.lineFeed ? bytes.count - 1 : bytes.count
        guard let content = LineContent.range(base, 0, length) else { return }
        let line = UnsafeRawBufferPointer(rebasing: bytes[content])
        if line.count <= maximumLineLength { return append(line, number, day, note: nil, to: chunk) }
        append(
            UnsafeRawBufferPointer(rebasing: line[..<keptOfLongLine]), number, day,
            note: .tooLong(length: Int64(line.count), sha256: Digest.sha256(line).hexadecimal), to: chunk)
    }

    /// Adds a document that cannot be given back, as a line that is rejected; its native part is what is kept of it.
    private func addDamaged(
        _ words: String, _ document: UnsafeRawBufferPointer, _ number: Int64, _ id: DocumentID?, to chunk: LineChunk
    ) {
        chunk.names[number] = id.map(Self.name)
        let isWritten = (try? writer.write(document) { $0.isNamed("original") }) != nil
        let kept = isWritten ? UnsafeRawBufferPointer(rebasing: writer.bytes.prefix(keptOfLongLine)) : nil
        append(
            kept ?? UnsafeRawBufferPointer(start: nil, count: 0), number, nil,
            note: .damage("the stored document cannot be read: \(words)"), to: chunk)
    }

    private func append(
        _ bytes: UnsafeRawBufferPointer, _ number: Int64, _ day: Int32?, note: LineNote?, to chunk: LineChunk
    ) {
        let span = ByteRange(offset: chunk.buffer.append(bytes), length: bytes.count)
        let snapshotDay = request.snapshotDay ?? day ?? request.clockDay
        var place: Int32 = -1
        if let note {
            place = Int32(chunk.notes.count)
            chunk.notes.append(note)
        }
        chunk.lines.append(Line(span: span, number: number, byteOffset: 0, snapshotDay: snapshotDay, note: place))
    }
}
