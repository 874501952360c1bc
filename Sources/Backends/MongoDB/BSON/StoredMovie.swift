import Domain
import Hashing

/// How a movie document is stored in the collection `raw_movies`:
///
///     {_id: 603, snapshot_date: "2026-11-20", rank: <46 bytes>, document: {id: 603, title: "The Matrix", …},
///      original: <the bytes, where the native document does not give them back>, sha256: <32 bytes>}
///
/// Where the native document and the original bytes would be too large together, the original is kept alone; where that is
/// too large as well, it is a file in GridFS, which `original_file` names.
enum StoredMovie {
    /// What is to be written.
    enum Encoded {
        /// A document.
        case document(BSONDocument)
        /// A file in GridFS, which has to be there before the document that names it, and the document.
        case withFile(BSONDocument, fileID: String)

        /// The document.
        var document: BSONDocument {
            switch self {
            case .document(let document), .withFile(let document, _): document
            }
        }
    }

    /// What was read.
    enum Decoded: Equatable {
        /// A document that this program stored.
        case movie(RawMovie)
        /// A document of another program: it has no rank that was written here.
        case otherProgram
    }

    /// Why a stored document cannot be given back.
    struct Damage: Error, Equatable {
        /// What is wrong, in words that follow "it": `has other bytes than were stored`.
        var what: String
    }

    /// The name of the field with the rank.
    static let rankName = "rank"
    /// How much of the server's limit is left for what a command has beside the document.
    static let margin = 16 << 10

    /// Encodes a document.
    ///
    /// - Parameters:
    ///   - limit: the largest document that the server takes (`maxBsonObjectSize`, 16 MiB).
    ///   - takesDollarKeys: whether the server takes keys that begin with `$` (MongoDB 5.0 and later).
    ///   - keepsNative: whether the native document is kept; else the bytes alone are, as for a document that a server
    ///     refuses.
    /// - Throws: `OutOfMemory`.
    static func encode(
        _ movie: RawMovie, _ encoder: NativeEncoder, limit: Int, takesDollarKeys: Bool = true, keepsNative: Bool = true
    ) throws -> Encoded {
        let digest = movie.document.withUnsafeBytes { Digest.sha256($0) }
        let limit = limit - margin
        let native = try movie.document.withUnsafeBytes { try encoder.encode($0, limit: limit) }
        let nativeBytes = keepsNative && (takesDollarKeys || !native.hasDollarKeys) ? native.bytes : nil
        if let nativeBytes, nativeBytes.count + (native.isExact ? 0 : movie.document.count) + overhead <= limit,
            let document = document(movie, digest, native: nativeBytes, original: native.isExact ? nil : movie.document)
        {
            return .document(document)
        }
        if movie.document.count + overhead <= limit, let document = document(movie, digest, original: movie.document) {
            return .document(document)
        }
        let fileID = "\(filesOfMovies)\(movie.movieID)/\(digest.hexadecimal)"
        return .withFile(document(movie, digest, fileID: fileID) ?? BSONDocument(), fileID: fileID)
    }

    /// With what the ids of files of documents begin.
    static let filesOfMovies = "movies/"

    /// The movie of a file; nil when its id is not one that `encode` gives.
    static func movie(ofFile id: String) -> Int64? {
        let parts = id.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, id.hasPrefix(filesOfMovies), parts[2].utf8.count == 64 else { return nil }
        return Int64(parts[1])
    }

    /// An upper bound for what a document has beside `document` and `original`.
    private static let overhead = 512

    private static func document(
        _ movie: RawMovie, _ digest: [UInt8], native: UnsafeRawBufferPointer? = nil, original: [UInt8]? = nil,
        fileID: String? = nil
    ) -> BSONDocument? {
        var writer = BSONWriter()
        let start = writer.begin()
        writer.append(movie.movieID, "_id")
        writer.append(CivilDate.text(ofDay: movie.rank.snapshotDay), "snapshot_date")
        writer.append(binary: rankBytes(movie.rank), "rank")
        if let native { writer.append(document: native, "document") }
        if let original { writer.append(binary: original, "original") }
        if let fileID { writer.append(fileID, "original_file") }
        writer.append(binary: digest, "sha256")
        writer.end(start)
        return BSONDocument(copying: writer.bytes)
    }
}

// MARK: - Reading

extension StoredMovie {
    /// The parts of a document of this program.
    private struct Parts {
        var id: Int64?
        var rank: MovieRank?
        var digest: UnsafeRawBufferPointer?
        var native: UnsafeRawBufferPointer?
        var original: UnsafeRawBufferPointer?
        var fileID: String?

        init(_ document: UnsafeRawBufferPointer) throws(BSONFault) {
            var reader = try BSONReader(document)
            while let element = try reader.next() {
                if element.isNamed("_id") {
                    id = element.wholeNumber
                } else if element.isNamed("rank") {
                    rank = element.binary.flatMap { StoredMovie.rank($0.bytes) }
                } else if element.isNamed("document") {
                    native = element.type == .document ? element.document : nil
                } else if element.isNamed("original") {
                    original = element.binary?.bytes
                } else if element.isNamed("original_file") {
                    fileID = element.text.map { String(decoding: $0, as: UTF8.self) }
                } else if element.isNamed("sha256") {
                    digest = element.binary?.bytes
                }
            }
        }
    }

    /// Decodes a document as a cursor gives it.
    ///
    /// - Parameters:
    ///   - document: its bytes.
    ///   - file: gives a file of GridFS; nil when it is not there.
    /// - Throws: `Damage`, `BSONFault`, and what `file` throws.
    static func decode(
        _ document: UnsafeRawBufferPointer, file: (String) throws -> [UInt8]?
    ) throws -> Decoded {
        let parts = try Parts(document)
        guard let rank = parts.rank else { return .otherProgram }
        guard let id = parts.id, id > 0 else { throw Damage(what: "has an _id that is no id of a movie") }
        guard let digest = parts.digest, digest.count == 32 else { throw Damage(what: "has no sha256 of 32 bytes") }
        let bytes = try bytes(of: parts, file: file)
        guard bytes.withUnsafeBytes({ Digest.sha256($0) }).elementsEqual(digest) else {
            throw Damage(what: "has other bytes than its sha256 says, so that it was changed or damaged")
        }
        return .movie(RawMovie(movieID: id, rank: rank, document: bytes))
    }

    private static func bytes(of parts: Parts, file: (String) throws -> [UInt8]?) throws -> [UInt8] {
        if let original = parts.original { return [UInt8](original) }
        if let fileID = parts.fileID {
            guard let bytes = try file(fileID) else {
                throw Damage(what: "names the file \(fileID), which is not there")
            }
            return bytes
        }
        guard let native = parts.native else { throw Damage(what: "has neither document nor original") }
        var writer = PlainJSONWriter(.exact)
        try writer.write(native)
        return [UInt8](writer.bytes)
    }
}

// MARK: - Ranks

extension StoredMovie {
    private static let rankLength = 46

    /// A rank as bytes that are ordered as the ranks are (`MovieRank.<`), which MongoDB does with binary data of one length:
    /// has a title (1 byte), day plus 2^31 (4), has votes (1), votes plus 2^63 (8, 0 when unknown), content hash (32).
    static func rankBytes(_ rank: MovieRank) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rankLength)
        bytes.append(rank.hasTitle ? 1 : 0)
        let day = UInt32(bitPattern: rank.snapshotDay) ^ (1 << 31)
        bytes.append(bigEndian: UInt64(day), length: 4)
        bytes.append(rank.voteCount == nil ? 0 : 1)
        bytes.append(bigEndian: rank.voteCount.map { UInt64(bitPattern: $0) ^ (1 << 63) } ?? 0, length: 8)
        bytes += rank.contentHash
        return bytes
    }

    /// A filter for ranks that this program may have written. It finds none of another length where the server compares
    /// lengths first, as MongoDB does; where it does not, it may.
    static let rankRange: BSONValue = [
        "$gte": .binary([UInt8](repeating: 0, count: rankLength)),
        "$lte": .binary([1] + [UInt8](repeating: .max, count: rankLength - 1)),
    ]

    /// The rank of such bytes; nil when they are none.
    static func rank(_ bytes: UnsafeRawBufferPointer) -> MovieRank? {
        guard bytes.count == rankLength, bytes[0] <= 1, bytes[5] <= 1 else { return nil }
        let day = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self)) ^ (1 << 31)
        let votes = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 6, as: UInt64.self))
        guard bytes[5] == 1 || votes == 0 else { return nil }
        return MovieRank(
            hasTitle: bytes[0] == 1, snapshotDay: Int32(bitPattern: day),
            voteCount: bytes[5] == 1 ? Int64(bitPattern: votes ^ (1 << 63)) : nil, contentHash: [UInt8](bytes[14...]))
    }
}

extension [UInt8] {
    /// Adds the lowest bytes of an integer, the highest of them first.
    fileprivate mutating func append(bigEndian value: UInt64, length: Int) {
        for place in (0..<length).reversed() { append(UInt8(truncatingIfNeeded: value >> UInt64(place * 8))) }
    }
}
