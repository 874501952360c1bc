import CZstd
import Domain
import Glibc

/// The file of what a fetch has so far: a record after the other, in the order in which they came. Each record is appended
/// by one write, so that what was written is there after a kill of the program, and only the last one may be cut off.
///
/// A record is a skippable frame of zstd with its head, and a frame with the document. So `zstd -dc` gives the documents of
/// the file as NDJSON.
final class FetchRecordFile {
    /// Where a document is in the file.
    struct Place {
        var offset: Int64
        var length: Int32
    }

    private let file: OpenFile
    private let path: String
    private let compressor: OpaquePointer
    private let decompressor: OpaquePointer
    /// Where the next record begins.
    private var end: Int64 = 0
    /// Where the documents are, by their places in the list of ids.
    private var places: [Int: Place] = [:]
    private var frame: [UInt8] = []

    /// The mark of a skippable frame, 0x184D2A5C in little endian.
    private static let mark: [UInt8] = [0x5c, 0x2a, 0x4d, 0x18]
    /// The longest head; that of another file is none.
    private static let longestHead = 16 << 10

    /// Opens a file, and makes it where it is missing.
    init(_ path: String) throws(FileError) {
        self.path = path
        file = try OpenFile(locking: path)
        guard let compressor = ZSTD_createCCtx(), let decompressor = ZSTD_createDCtx() else {
            throw FileError(.create, path, .system(ENOMEM))
        }
        self.compressor = compressor
        self.decompressor = decompressor
        for (parameter, value) in [(ZSTD_c_compressionLevel, Int32(1)), (ZSTD_c_checksumFlag, 1)] {
            let status = ZSTD_CCtx_setParameter(compressor, parameter, value)
            precondition(ZSTD_isError(status) == 0, "libzstd refuses level 1")
        }
    }

    deinit {
        ZSTD_freeCCtx(compressor)
        ZSTD_freeDCtx(decompressor)
    }

    // MARK: Reading

    /// The records, and what follows the last whole one is cut off.
    func load() throws(FileError) -> [FetchRecord] {
        var records: [FetchRecord] = []
        places = [:]
        end = 0
        while let (bytes, length) = try head(at: end), let head = Head(bytes) {
            let offset = end + length
            if head.length > 0 {
                let place = Place(offset: offset, length: Int32(head.length))
                guard try document(place) != nil else { break }
                places[head.record.index] = place
            }
            records.append(head.record)
            end = offset + Int64(head.length)
        }
        if ftruncate(file.descriptor, off_t(end)) != 0 { throw FileError(.write, path, errno: errno) }
        guard file.seek(to: end) else { throw FileError(.write, path, errno: errno) }
        return records
    }

    /// The paths of the posters of all records.
    func posterPaths() throws(FileError) -> Set<String> {
        var paths: Set<String> = []
        var offset: Int64 = 0
        while offset < end, let (bytes, length) = try head(at: offset), let head = Head(bytes) {
            if let path = head.posterPath { paths.insert(path) }
            offset += length + Int64(head.length)
        }
        return paths
    }

    /// The bytes of the head of the record at an offset, and how long the head's frame is; nil where there is none.
    private func head(at offset: Int64) throws(FileError) -> (bytes: [UInt8], length: Int64)? {
        guard let mark = try bytes(at: offset, count: 8), mark.starts(with: Self.mark) else { return nil }
        let size = (0..<4).reduce(0) { $0 | Int(mark[4 + $1]) << (8 * $1) }
        guard size <= Self.longestHead, let head = try bytes(at: offset + 8, count: size) else { return nil }
        return (head, Int64(8 + size))
    }

    private func bytes(at offset: Int64, count: Int) throws(FileError) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let more = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FileError) in
                let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
                return try file.read(into: rest, at: offset + Int64(filled))
            }
            if more == 0 { return nil }
            filled += more
        }
        return bytes
    }

    /// The document of a record.
    ///
    /// - Throws: `FileError` where it is damaged.
    func document(of index: Int) throws(FileError) -> [UInt8] {
        guard let place = places[index], let document = try document(place) else {
            throw FileError(.read, path, .damaged("the document \(index) is not as it was written"))
        }
        return document
    }

    private func document(_ place: Place) throws(FileError) -> [UInt8]? {
        guard let frame = try bytes(at: place.offset, count: Int(place.length)) else { return nil }
        let size = frame.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        guard size <= UInt64(maximumLineLength) + 1 else { return nil }
        var document = [UInt8](repeating: 0, count: Int(size))
        let status = frame.withUnsafeBytes { input in
            document.withUnsafeMutableBytes { output in
                ZSTD_decompressDCtx(decompressor, output.baseAddress, output.count, input.baseAddress, input.count)
            }
        }
        return ZSTD_isError(status) == 0 && status == Int(size) ? document : nil
    }

    // MARK: Writing

    /// Appends a record. What was appended is there after a kill.
    func append(
        _ record: FetchRecord, posterPath: String?, document: UnsafeRawBufferPointer
    ) throws(FileError) {
        var length = 0
        if !document.isEmpty {
            let bound = ZSTD_compressBound(document.count)
            if frame.count < bound { frame = [UInt8](repeating: 0, count: bound) }
            length = frame.withUnsafeMutableBytes { output in
                ZSTD_compress2(compressor, output.baseAddress, output.count, document.baseAddress, document.count)
            }
            // With enough room, libzstd can only fail for lack of memory.
            guard ZSTD_isError(length) == 0 else { throw FileError(.write, path, .system(ENOMEM)) }
        }
        let head = Head(record: record, length: length, posterPath: posterPath).bytes
        var bytes = Self.mark
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: head.count >> (8 * $0)) }
        bytes += head
        bytes += frame[..<length]
        let offset = end + Int64(8 + head.count)
        do {
            try bytes.withUnsafeBufferPointer { (bytes) throws(FileError) in
                try file.write(UnsafeRawBufferPointer(bytes))
            }
        } catch {
            // A part of it may be there, as on a full disk.
            _ = ftruncate(file.descriptor, off_t(end))
            _ = file.seek(to: end)
            throw error
        }
        if length > 0 { places[record.index] = Place(offset: offset, length: Int32(length)) }
        end = offset + Int64(length)
    }

    /// What stands before a document: `index id outcome length fingerprint poster`, with tabs between them.
    private struct Head {
        var record: FetchRecord
        /// The length of the frame with the document.
        var length: Int
        var posterPath: String?

        init(record: FetchRecord, length: Int, posterPath: String?) {
            self.record = record
            self.length = length
            self.posterPath = posterPath
        }

        init?(_ bytes: [UInt8]) {
            let fields = String(decoding: bytes, as: UTF8.self).split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 6, let index = Int(fields[0]), let id = Int64(fields[1]),
                let outcome = FetchRecord.Outcome(rawValue: String(fields[2])), let length = Int(fields[3]),
                length >= 0, length < 1 << 30, let fingerprint = UInt64(fields[4], radix: 16)
            else { return nil }
            record = FetchRecord(index: index, movieID: id, outcome: outcome, fingerprint: fingerprint)
            self.length = length
            posterPath = fields[5].isEmpty ? nil : PercentEncoding.text(of: fields[5])
        }

        var bytes: [UInt8] {
            let poster = posterPath.map { PercentEncoding.escaped($0, keeping: "/.") } ?? ""
            let fields = [
                "\(record.index)", "\(record.movieID)", record.outcome.rawValue, "\(length)",
                String(record.fingerprint, radix: 16), poster,
            ]
            return Array(fields.joined(separator: "\t").utf8)
        }
    }
}
