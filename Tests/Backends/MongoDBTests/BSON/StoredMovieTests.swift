import CMongo
import Domain
import Testing

@testable import MongoDB

/// The layout of a stored movie, and that it gives back each document byte for byte.
@Suite struct StoredMovieTests {
    private static let limit = 16 << 20

    private static func movie(_ document: [UInt8]) -> RawMovie {
        RawMovie(
            movieID: 603,
            rank: MovieRank(
                hasTitle: true, snapshotDay: 20_000, voteCount: 26_000,
                contentHash: [UInt8](repeating: 7, count: 32)),
            document: document)
    }

    /// What is stored beside the native document: its fields, in order.
    private static func fields(_ document: BSONDocument) throws -> [String] {
        var reader = try BSONReader(document.bytes)
        var names: [String] = []
        while let element = try reader.next() { names.append(String(decoding: element.name, as: UTF8.self)) }
        return names
    }

    /// Stores and reads back, with a file where one is needed.
    private static func roundTrip(
        _ movie: RawMovie, _ encoder: NativeEncoder
    ) throws -> (encoded: StoredMovie.Encoded, back: StoredMovie.Decoded) {
        let encoded = try StoredMovie.encode(movie, encoder, limit: limit)
        #expect(bson_validate(encoded.document.pointer, BSON_VALIDATE_NONE, nil))
        #expect(encoded.document.count <= limit - StoredMovie.margin)
        let back = try StoredMovie.decode(encoded.document.bytes) { id in
            guard case .withFile(_, id) = encoded else { return nil }
            return movie.document
        }
        return (encoded, back)
    }

    @Test(
        arguments: NativeEncoderTests.cases.map(\.json) + [
            "", "nonsense", "{\"a\":1}\n", "{\"document\":{\"length\":1}}", #"{"a":"x\u0000y"}"#,
            #"{"a":"x\u007fy\u2028"}"#,
            #"{"a":0.1,"b":1e1000000,"c":123456789012345678901234567890.5}"#, "{\"a\":\"\u{7f}\u{2028}\"}",
        ])
    func aDocumentIsGivenBack(_ text: String) throws {
        let movie = Self.movie(Array(text.utf8))
        let (_, back) = try Self.roundTrip(movie, NativeEncoder())
        #expect(back == .movie(movie))
    }

    @Test func bytesThatAreNoUTF8AreGivenBack() throws {
        let movie = Self.movie(Array("{\"a\":\"".utf8) + [0xff, 0xfe] + Array("\"}".utf8))
        #expect(try Self.roundTrip(movie, NativeEncoder()).back == .movie(movie))
    }

    @Test func onlyWhatIsNeededIsStored() throws {
        let encoder = try NativeEncoder()
        func fields(_ text: String, takesDollarKeys: Bool = true) throws -> [String] {
            try Self.fields(
                StoredMovie.encode(
                    Self.movie(Array(text.utf8)), encoder, limit: Self.limit, takesDollarKeys: takesDollarKeys
                ).document)
        }
        #expect(try fields(#"{"id":603,"title":"x"}"#) == ["_id", "snapshot_date", "rank", "document", "sha256"])
        #expect(
            try fields(#"{"id": 603}"#) == ["_id", "snapshot_date", "rank", "document", "original", "sha256"])
        #expect(try fields("nonsense") == ["_id", "snapshot_date", "rank", "original", "sha256"])
        #expect(try fields(#"{"$a":1}"#) == ["_id", "snapshot_date", "rank", "document", "sha256"])
        #expect(
            try fields(#"{"$a":1}"#, takesDollarKeys: false) == ["_id", "snapshot_date", "rank", "original", "sha256"])
    }

    @Test func theFieldsAreAsTheyAreDocumented() throws {
        let encoded = try StoredMovie.encode(
            Self.movie(Array(#"{"id":603}"#.utf8)), NativeEncoder(), limit: Self.limit)
        let id = try #require(try BSONReader.element("_id", of: encoded.document.bytes))
        #expect(id.type == .int64)
        #expect(id.integer == 603)
        let date = try BSONReader.element("snapshot_date", of: encoded.document.bytes)?.text
        #expect(date.map { String(decoding: $0, as: UTF8.self) } == "2024-10-04")
    }

    @Test func largeDocumentsGoWhereTheyHaveRoom() throws {
        let encoder = try NativeEncoder()
        func stored(_ document: [UInt8]) throws -> [String] {
            let movie = Self.movie(document)
            let (encoded, back) = try Self.roundTrip(movie, encoder)
            #expect(back == .movie(movie))
            return try Self.fields(encoded.document).filter { ["document", "original", "original_file"].contains($0) }
        }
        func text(_ count: Int, _ end: String = "") -> [UInt8] {
            let frame = Array("{\"a\":\"\"}".utf8).count + end.utf8.count
            return Array("{\"a\":\"".utf8) + [UInt8](repeating: 0x61, count: count - frame) + Array("\"}\(end)".utf8)
        }
        #expect(try stored(text(15_000_000)) == ["document"])
        #expect(try stored(text(7_000_000, " ")) == ["document", "original"])
        #expect(try stored(text(15_000_000, " ")) == ["original"])
        #expect(try stored(text(16 << 20)) == ["original_file"])
        #expect(try stored(text((16 << 20) + 1)) == ["original_file"])
        let ones = Array("{\"a\":[1".utf8) + Array(repeatElement(Array(",1".utf8), count: 1_500_000).joined())
        #expect(try stored(ones + Array("]}".utf8)) == ["original"])
        // Around the sizes at which the original goes to a file, and at which both have room.
        for size in [(16 << 20) - (16 << 10) - 520, (8 << 20) - (8 << 10) - 300] {
            for offset in stride(from: -300, through: 300, by: 60) { _ = try stored(text(size + offset, " ")) }
        }
    }

    @Test func damageIsTold() throws {
        let encoder = try NativeEncoder()
        for text in [#"{"id":603,"title":"abc"}"#, #"{"id": 603,"title":"abc"}"#] {
            let document = try StoredMovie.encode(Self.movie(Array(text.utf8)), encoder, limit: Self.limit).document
            var bytes = [UInt8](document.bytes)
            // The last place, since the original is after the native document.
            let place = try #require(bytes.indices.last { bytes[$0...].starts(with: "abc".utf8) })
            bytes[place] = 0x7a
            #expect(throws: StoredMovie.Damage.self) {
                try bytes.withUnsafeBytes { try StoredMovie.decode($0) { _ in nil } }
            }
        }
    }

    @Test func aFileThatIsNotThereOrIsAnotherIsTold() throws {
        let movie = Self.movie([UInt8](repeating: 0x20, count: 1000))
        let encoded = try StoredMovie.encode(movie, NativeEncoder(), limit: 1024 + StoredMovie.margin)
        guard case .withFile(let document, let id) = encoded else {
            Issue.record("no file")
            return
        }
        #expect(id.hasPrefix("movies/603/"))
        #expect(throws: StoredMovie.Damage.self) { try StoredMovie.decode(document.bytes) { _ in nil } }
        #expect(throws: StoredMovie.Damage.self) { try StoredMovie.decode(document.bytes) { _ in [1] } }
        #expect(try StoredMovie.decode(document.bytes) { $0 == id ? movie.document : nil } == .movie(movie))
    }

    @Test func aDocumentWithoutARankIsOfAnotherProgram() throws {
        for append in [{ (_: BSONDocument) in }, { bson_append_int32($0.pointer, "rank", 4, 3) }] {
            let document = BSONDocument()
            bson_append_int32(document.pointer, "_id", 3, 603)
            append(document)
            #expect(try StoredMovie.decode(document.bytes) { _ in nil } == .otherProgram)
        }
    }

    @Test func ranksAreOrderedAsTheirBytes() throws {
        var ranks: [MovieRank] = []
        for hasTitle in [false, true] {
            for day in [Int32.min, -719_162, -1, 0, 1, 20_000, Int32.max] {
                for votes in [nil, Int64.min, -7, 0, 1, 255, 256, Int64.max] {
                    for hash: UInt8 in [0, 0x7f, 0x80, 0xff] {
                        ranks.append(
                            MovieRank(
                                hasTitle: hasTitle, snapshotDay: day, voteCount: votes,
                                contentHash: [UInt8](repeating: hash, count: 32)))
                    }
                }
            }
        }
        let bytes = ranks.map { StoredMovie.rankBytes($0) }
        for (low, high) in zip(bytes, bytes.dropFirst()) { #expect(low.lexicographicallyPrecedes(high)) }
        #expect(ranks == ranks.sorted())
        for (rank, bytes) in zip(ranks, bytes) {
            #expect(bytes.count == 46)
            #expect(bytes.withUnsafeBytes { StoredMovie.rank($0) } == rank)
        }
        #expect([UInt8](repeating: 2, count: 46).withUnsafeBytes { StoredMovie.rank($0) } == nil)
        #expect([UInt8](repeating: 0, count: 45).withUnsafeBytes { StoredMovie.rank($0) } == nil)
    }
}
