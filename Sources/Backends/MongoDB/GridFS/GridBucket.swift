import Domain

/// A file for GridFS. Its name says what is in it, so that all who put it put the same bytes.
struct GridFile {
    /// Its id, which is its name too: `posters/3f/3f79….jpg`.
    var id: String
    /// Its bytes.
    var bytes: [UInt8]
    /// Its media type, such as `image/jpeg`; nil for none.
    var contentType: String?
}

/// A bucket of GridFS: the collections `NAME.files` and `NAME.chunks`
/// (https://github.com/mongodb/specifications/blob/master/source/gridfs/gridfs-spec.md), which other programs can read.
///
/// The pieces of a file are put first, each under the file's id and its number, and what says that the file is there comes
/// last. So a file that is put again after a crash is completed, and two writers of one file write the same.
final class GridBucket {
    let client: MongoClient
    /// Its name.
    let name: String
    /// Whether a file may become one that nothing names, and is swept then (see `UnusedFileStep`).
    private let hasMarks: Bool
    /// Whether its indexes are known to be there, since something was put.
    private(set) var hasIndexes = false

    /// The size of a piece, in bytes: that which all drivers use.
    static let pieceSize = 255 << 10
    /// How many bytes of pieces are written at a time.
    private static let mostBytesAtOnce = 8 << 20

    /// A bucket, which is made when something is put.
    init(_ client: MongoClient, name: String, hasMarks: Bool = false) {
        self.client = client
        self.name = name
        self.hasMarks = hasMarks
    }

    var files: String { name + ".files" }
    private var pieces: String { name + ".chunks" }

    // MARK: Writing

    /// Puts files. Those that are there stay.
    ///
    /// - Parameter now: the time, in milliseconds since 1970.
    /// - Throws: `MongoError`. Then some files may be there, each whole.
    func put(_ new: [GridFile], at now: Int64) throws(MongoError) {
        try makeIndexes()
        var there = try lengths(new.map(\.id))
        if hasMarks, try !unmark(Array(there.keys)) { there = [:] }
        let missing = new.filter { there[$0.id] != Int64($0.bytes.count) }
        guard !missing.isEmpty else { return }
        let activity = "storing files in the bucket \(name)"
        var writes: [MongoWrite] = []
        var bytes = 0
        for file in missing {
            for number in 0..<GridBucket.pieceCount(file.bytes.count) {
                let start = number * GridBucket.pieceSize
                let piece = file.bytes[start..<min(start + GridBucket.pieceSize, file.bytes.count)]
                let id: [BSONValue.Field] = [
                    .init(name: "files_id", value: .text(file.id)), .init(name: "n", value: .int32(Int32(number))),
                ]
                let write = MongoWrite(
                    filter: BSONValue.document(id).bson,
                    document: BSONValue.document(
                        id + [
                            .init(name: "data", value: .binary([UInt8](piece))),
                            .init(name: GridBucket.putAt, value: .date(now)),
                        ]
                    ).bson)
                writes.append(write)
                bytes += write.count
                guard bytes >= GridBucket.mostBytesAtOnce else { continue }
                try client.upsertAll(writes, into: pieces, activity)
                (writes, bytes) = ([], 0)
            }
        }
        try client.upsertAll(writes, into: pieces, activity)
        try client.upsertAll(missing.map { GridBucket.entry($0, at: now) }, into: files, activity)
    }

    /// The name of the field of a piece that says when it was put last.
    private static let putAt = "put_at"

    private static func pieceCount(_ length: Int) -> Int { (length + pieceSize - 1) / pieceSize }

    /// What says that a file is there.
    private static func entry(_ file: GridFile, at now: Int64) -> MongoWrite {
        var fields: [BSONValue.Field] = [
            .init(name: "_id", value: .text(file.id)), .init(name: "length", value: .int64(Int64(file.bytes.count))),
            .init(name: "chunkSize", value: .int32(Int32(pieceSize))), .init(name: "uploadDate", value: .date(now)),
            .init(name: "filename", value: .text(file.id)),
        ]
        if let type = file.contentType {
            fields.append(.init(name: "metadata", value: ["contentType": .text(type)]))
        }
        return MongoWrite(
            filter: (["_id": .text(file.id)] as BSONValue).bson, document: BSONValue.document(fields).bson)
    }

    private func makeIndexes() throws(MongoError) {
        guard !hasIndexes else { return }
        try client.makeIndexes(
            [["key": ["files_id": 1, "n": 1], "name": "files_id_1_n_1", "unique": true]], of: pieces)
        try client.makeIndexes(
            [["key": ["filename": 1, "uploadDate": 1], "name": "filename_1_uploadDate_1"]], of: files)
        hasIndexes = true
    }

    // MARK: Reading

    /// The lengths of those files that are there, by their ids.
    ///
    /// - Throws: `MongoError`.
    func lengths(_ ids: [String]) throws(MongoError) -> [String: Int64] {
        var query = MongoQuery(files, ["_id": ["$in": .array(ids.map { .text($0) })]])
        query.projection = ["length": 1]
        let cursor = client.cursor(query, "looking up which files the bucket \(name) has already")
        var lengths: [String: Int64] = [:]
        while let document = try cursor.next() {
            guard let id = document.text("_id") else { continue }
            lengths[id] = document.integer("length") ?? -1
        }
        return lengths
    }

    /// The bytes of a file; nil when it is not there.
    ///
    /// - Throws: `MongoError` `.damaged` when a piece is missing or has another length than it should.
    func read(_ id: String) throws(MongoError) -> [UInt8]? {
        guard
            let entry = try client.first(MongoQuery(files, ["_id": .text(id)]), "reading a file of the bucket \(name)")
        else {
            return nil
        }
        var query = MongoQuery(pieces, ["files_id": .text(id)])
        query.sort = ["n": 1]
        let cursor = client.cursor(query, "reading a file of the bucket \(name)")
        var bytes: [UInt8] = []
        var number: Int64 = 0
        while let document = try cursor.next() {
            guard document.integer("n") == number, let data = document.element("data")?.binary else {
                throw damage(id, "a piece is missing after number \(number - 1)")
            }
            bytes += data.bytes
            number += 1
        }
        guard let length = entry.integer("length"), length == Int64(bytes.count) else {
            throw damage(id, "it has \(bytes.count) bytes and should have \(entry.integer("length") ?? -1)")
        }
        return bytes
    }

    private func damage(_ id: String, _ what: String) -> MongoError {
        MongoError(.damaged, "the file \(id) of \(name) is damaged: \(what)", place: "\(client.location)")
    }

    /// Calls `body` with the ids of all files that begin with a text, in ascending order.
    ///
    /// - Throws: `MongoError`, and what `body` throws.
    func forEachID(beginningWith start: String, _ body: (String) throws -> Void) throws {
        try client.forEachText(
            startingWith: start, field: "_id", of: files, "listing the files of the bucket \(name)", body)
    }

    // MARK: Sweeping

    /// Removes the pieces of files that nobody has completed and whose last piece was put before a time.
    ///
    /// A piece that is put again gets a new time, so that a file that somebody puts meanwhile is not harmed.
    ///
    /// - Parameters:
    ///   - start: with what the ids of the files begin that this program puts.
    ///   - time: in milliseconds since 1970.
    /// - Returns: how many files had pieces removed.
    /// - Throws: `MongoError`.
    @discardableResult
    func sweep(startingWith start: String, putBefore time: Int64) throws -> Int {
        var ids: [String] = []
        var count = 0
        /// Removes the pieces of those that are no files.
        func remove() throws {
            let there = try lengths(ids)
            for id in ids where there[id] == nil {
                let removed = try removePieces(
                    of: id, putBefore: time, "removing unfinished files of the bucket \(name)")
                if removed > 0 { count += 1 }
            }
            ids = []
        }
        // Only the index is read for this: a file's first piece is put first.
        let filter: BSONValue = ["n": 0]
        try client.forEachText(
            startingWith: start, field: "files_id", of: pieces, "looking for unfinished files of the bucket \(name)",
            filter: filter, hint: ["files_id": 1, "n": 1]
        ) { id in
            ids.append(id)
            if ids.count == 1000 { try remove() }
        }
        try remove()
        return count
    }

    /// Removes those pieces of a file that were put before a time, in milliseconds since 1970.
    ///
    /// - Returns: how many there were.
    /// - Throws: `MongoError`.
    @discardableResult
    func removePieces(of id: String, putBefore time: Int64, _ activity: String) throws(MongoError) -> Int64 {
        let filter: BSONValue = ["files_id": .text(id), "put_at": ["$lt": .date(time)]]
        let reply = try client.run(
            ["delete": .text(pieces), "deletes": [["q": filter, "limit": 0]]], activity, .write)
        return reply.integer("n") ?? 0
    }
}
