/// What becomes of a file that documents may refer to. Decides without I/O.
///
/// A file is put before the document that names it, and whoever reads a document reads its file after it. So a file that
/// no document names is only marked at first, and removed when it has been marked for long and is still not named.
enum UnusedFileStep: Equatable, Sendable {
    /// It stays as it is.
    case keep
    /// It is marked as not named.
    case mark
    /// Its mark is taken off, since a document names it.
    case unmark
    /// It is removed.
    case remove

    /// - Parameters:
    ///   - isNamed: whether a document names it.
    ///   - mark: when it was marked, in milliseconds since 1970; nil where it was not.
    ///   - time: marks before it are old enough, in milliseconds since 1970.
    init(isNamed: Bool, markedAt mark: Int64?, removesBefore time: Int64) {
        self =
            switch (isNamed, mark) {
            case (true, nil): .keep
            case (true, .some): .unmark
            case (false, nil): .mark
            case (false, .some(let mark)): mark < time ? .remove : .keep
            }
    }
}

extension GridBucket {
    /// The field of a file that says since when no document is known to name it.
    static let unusedSince = "metadata.unused_since"
    /// How many files are looked at together.
    private static let mostAtOnce = 1000

    /// Takes the marks off files that are to be named again, so that nobody removes them.
    ///
    /// - Returns: whether all of them are still there.
    /// - Throws: `MongoError`.
    func unmark(_ ids: [String]) throws(MongoError) -> Bool {
        if ids.isEmpty { return true }
        let reply = try client.run(
            [
                "update": .text(files),
                "updates": [
                    [
                        "q": ["_id": ["$in": .array(ids.map { .text($0) })]],
                        "u": ["$unset": .document([.init(name: GridBucket.unusedSince, value: "")])], "multi": true,
                    ]
                ],
            ], "keeping files of the bucket \(name) that documents use", .write)
        return reply.integer("n") == Int64(ids.count)
    }

    /// Marks files that no document names, and removes those that were marked before a time and are still not named.
    ///
    /// A file that somebody puts again meanwhile is not harmed: that takes off its mark, or puts its pieces anew.
    ///
    /// - Parameters:
    ///   - start: with what the ids of the files begin.
    ///   - time: in milliseconds since 1970, as `now`.
    ///   - named: those of some files that documents name.
    /// - Throws: `MongoError`, and what `named` throws.
    func sweepUnused(
        startingWith start: String, markedBefore time: Int64, at now: Int64, named: ([String]) throws -> Set<String>
    ) throws {
        var ids: [String] = []
        try forEachID(beginningWith: start) { id in
            ids.append(id)
            guard ids.count == GridBucket.mostAtOnce else { return }
            try sweepUnused(ids, markedBefore: time, at: now, named: named(ids))
            ids = []
        }
        if !ids.isEmpty { try sweepUnused(ids, markedBefore: time, at: now, named: named(ids)) }
    }

    private func sweepUnused(
        _ ids: [String], markedBefore time: Int64, at now: Int64, named: Set<String>
    ) throws(MongoError) {
        let marks = try marks(ids)
        let steps = Dictionary(grouping: ids) {
            UnusedFileStep(isNamed: named.contains($0), markedAt: marks[$0], removesBefore: time)
        }
        _ = try unmark(steps[.unmark, default: []])
        if let unused = steps[.mark] {
            _ = try client.run(
                [
                    "update": .text(files),
                    "updates": [
                        [
                            "q": ["_id": ["$in": .array(unused.map { .text($0) })]],
                            "u": ["$set": .document([.init(name: GridBucket.unusedSince, value: .date(now))])],
                            "multi": true,
                        ]
                    ],
                ], "marking files of the bucket \(name) that no document uses", .write)
        }
        for id in steps[.remove, default: []] { try remove(id, markedBefore: time) }
    }

    private func marks(_ ids: [String]) throws(MongoError) -> [String: Int64] {
        var query = MongoQuery(files, ["_id": ["$in": .array(ids.map { .text($0) })]])
        query.projection = .document([.init(name: GridBucket.unusedSince, value: 1)])
        let cursor = client.cursor(query, "looking for files of the bucket \(name) that no document uses")
        var marks: [String: Int64] = [:]
        while let document = try cursor.next() {
            guard let id = document.text("_id"), let metadata = document.element("metadata")?.document else { continue }
            marks[id] = (try? BSONReader.element("unused_since", of: metadata))?.date
        }
        return marks
    }

    /// Removes a file, unless somebody has taken off its mark.
    private func remove(_ id: String, markedBefore time: Int64) throws(MongoError) {
        let isMarked = BSONValue.Field(name: GridBucket.unusedSince, value: ["$lt": .date(time)])
        let filter = BSONValue.document([.init(name: "_id", value: .text(id)), isMarked])
        let activity = "removing files of the bucket \(name) that no document uses"
        let reply = try client.run(
            ["delete": .text(files), "deletes": [["q": filter, "limit": 1]]], activity, .write)
        guard reply.integer("n") == 1 else { return }
        // Pieces that somebody puts again from now on have a later time.
        try removePieces(of: id, putBefore: time, activity)
    }
}
