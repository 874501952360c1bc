import Domain
import Glibc
import Hashing

/// The line in which the raw store keeps a movie document:
/// `{"movie_id":603,"snapshot_date":"2026-11-20","has_title":true,"vote_count":26000,"content_hash":"…","length":2,"document":{}}`.
///
/// The keys always come in this order and without white space. `length` is the length of the document in bytes. The
/// document is kept byte for byte, including line feeds between its tokens.
enum RawEnvelope {
    /// An upper bound for the length of the part before the document.
    static let longestHead = 256
    static let end = Array("}\n".utf8)

    /// Appends a movie's line to a buffer.
    static func append(_ movie: RawMovie, to buffer: ByteBuffer) {
        let votes = movie.rank.voteCount.map(String.init) ?? "null"
        let head = """
            {"movie_id":\(movie.movieID),"snapshot_date":"\(CivilDate.text(ofDay: movie.rank.snapshotDay))",\
            "has_title":\(movie.rank.hasTitle),"vote_count":\(votes),\
            "content_hash":"\(movie.rank.contentHash.hexadecimal)","length":\(movie.document.count),"document":
            """
        Array(head.utf8).withUnsafeBytes { _ = buffer.append($0) }
        movie.document.withUnsafeBytes { _ = buffer.append($0) }
        end.withUnsafeBytes { _ = buffer.append($0) }
    }

    /// The part of the line before the document.
    struct Head: Equatable {
        var movieID: Int64
        var rank: MovieRank
        var documentLength: Int
        /// The length of the head itself in bytes.
        var length: Int
    }

    /// Parses the head at the start of some bytes; nil when they do not begin with a head as `append` writes it.
    static func head(_ bytes: UnsafeRawBufferPointer) -> Head? {
        var scanner = Scanner(bytes: bytes)
        guard scanner.skip("{\"movie_id\":"), let id = scanner.integer(), id > 0,
            scanner.skip(",\"snapshot_date\":\""), let day = scanner.next(10).flatMap({ CivilDate.parse($0) }),
            scanner.skip("\",\"has_title\":"), let hasTitle = scanner.boolean(),
            scanner.skip(",\"vote_count\":"), let votes = scanner.optionalInteger(),
            scanner.skip(",\"content_hash\":\""), let hash = scanner.next(64).flatMap(RawEnvelope.hash),
            scanner.skip("\",\"length\":"), let length = scanner.integer(), length <= maximumLineLength,
            scanner.skip(",\"document\":")
        else { return nil }
        let rank = MovieRank(hasTitle: hasTitle, snapshotDay: day, voteCount: votes, contentHash: hash)
        return Head(movieID: id, rank: rank, documentLength: Int(length), length: scanner.place)
    }

    private static func hash(_ digits: UnsafeRawBufferPointer) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = nibble(digits[place]), let low = nibble(digits[place + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// Parses bytes of a fixed format.
    private struct Scanner {
        let bytes: UnsafeRawBufferPointer
        var place = 0

        mutating func next(_ count: Int) -> UnsafeRawBufferPointer? {
            guard count <= bytes.count - place else { return nil }
            defer { place += count }
            return UnsafeRawBufferPointer(rebasing: bytes[place..<place + count])
        }

        mutating func skip(_ text: StaticString) -> Bool {
            let length = text.utf8CodeUnitCount
            guard length <= bytes.count - place, let base = bytes.baseAddress,
                memcmp(base + place, text.utf8Start, length) == 0
            else { return false }
            place += length
            return true
        }

        mutating func boolean() -> Bool? { skip("true") ? true : skip("false") ? false : nil }

        mutating func optionalInteger() -> Int64?? {
            if skip("null") { return .some(nil) }
            return integer().map { .some($0) }
        }

        /// Parses digits, with or without a minus sign before them.
        mutating func integer() -> Int64? {
            let start = place
            if place < bytes.count, bytes[place] == UInt8(ascii: "-") { place += 1 }
            while place < bytes.count, bytes[place] >= UInt8(ascii: "0"), bytes[place] <= UInt8(ascii: "9") {
                place += 1
            }
            return Int64(String(decoding: bytes[start..<place], as: UTF8.self))
        }
    }
}
