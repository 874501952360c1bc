import Domain

/// Copies events of a group into a table with the columns of `fact_user_event` or `watch_history`, straight from their
/// packed rows, by binary COPY.
struct FactCopy {
    private let connection: PostgresConnection
    private let group: EventGroup
    private let eventTypes = EventType.allCases.map(\.staticName)

    init(_ connection: PostgresConnection, _ group: EventGroup) {
        self.connection = connection
        self.group = group
    }

    /// The types of the columns of `fact_user_event`, in their order. A test compares them with the migrations.
    static let factTypes: [PostgresType] = [
        .timestamptz, .uuid, .text, .bigint, .text, .bigint, .double, .double, .text, .smallint, .bigint, .integer,
        .boolean, .bigint,
    ]
    /// The same for `watch_history`.
    static let watchTypes: [PostgresType] = [.timestamptz, .uuid, .bigint, .bigint, .double]

    /// Copies rows of `fact_user_event`.
    ///
    /// - Parameters:
    ///   - candidates: the indices of the events in the group.
    ///   - table: the name of the table in the warehouse's schema.
    ///   - didAdd: called with each of them after its row was added to the COPY.
    func copyFacts(
        _ candidates: [UInt32], into table: String, didAdd: (UInt32, UnsafeMutablePointer<EventRow>) -> Void
    ) throws(PostgresError) {
        let columns = zip(BehaviourTables.facts.columns.map(\.name), Self.factTypes).map { ($0, $1) }
        try copy(candidates, into: table, columns) { candidate, row, text, copy in
            copy.add(integer: row.pointee.time)
            copy.add(high: row.pointee.idHigh, low: row.pointee.idLow)
            let name = eventTypes[Int(row.pointee.type.rawValue)]
            copy.add(bytes: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            copy.add(integer: row.pointee.userID)
            copy.add(row.pointee.sessionID, in: text)
            copy.add(row.pointee.movieID, unless: 0)
            copy.add(unlessNaN: row.pointee.seconds)
            copy.add(unlessNaN: row.pointee.score)
            copy.add(row.pointee.query, in: text)
            copy.add(Int64(row.pointee.releaseYear), unless: 0)
            copy.add(row.pointee.genreID, unless: 0)
            if row.pointee.releaseDay == .min {
                copy.addNull()
            } else {
                // The rule is `Enrichment.daysSinceRelease`; a test compares the two.
                let day = Int64(CivilDate.day(ofMilliseconds: row.pointee.time))
                copy.add(integer: day - Int64(row.pointee.releaseDay))
            }
            copy.add(integer: row.pointee.isMovieKnown ? 1 : 0)
            copy.add(integer: Int64(bitPattern: row.pointee.contentHash))
            didAdd(candidate, row)
        }
    }

    /// Copies rows of `watch_history`.
    ///
    /// - Parameters:
    ///   - candidates: the indices of the watch events in the group.
    ///   - table: the name of the table in the warehouse's schema.
    func copyWatches(_ candidates: [UInt32], into table: String) throws(PostgresError) {
        let columns = zip(BehaviourTables.watchHistory.columns.map(\.name), Self.watchTypes).map { ($0, $1) }
        try copy(candidates, into: table, columns) { _, row, _, copy in
            copy.add(integer: row.pointee.time)
            copy.add(high: row.pointee.idHigh, low: row.pointee.idLow)
            copy.add(integer: row.pointee.userID)
            copy.add(integer: row.pointee.movieID)
            copy.add(unlessNaN: row.pointee.seconds)
        }
    }

    private func copy(
        _ candidates: [UInt32], into table: String, _ columns: [(name: String, type: PostgresType)],
        _ addCells: (UInt32, UnsafeMutablePointer<EventRow>, UnsafeRawPointer, PostgresCopy) -> Void
    ) throws(PostgresError) {
        if candidates.isEmpty { return }
        try connection.copy(
            candidates.indices, into: table, schema: connection.location.schema, columns: columns
        ) { place, copy in
            group.prefetch(after: place, in: candidates)
            let (row, text) = group.candidate(Int(candidates[place]))
            addCells(candidates[place], row, text, copy)
        }
    }
}

extension PostgresCopy {
    /// The next cell: an integer, or null for the value that stands for none.
    @inline(__always)
    fileprivate func add(_ value: Int64, unless null: Int64) {
        if value == null { addNull() } else { add(integer: value) }
    }

    /// The next cell: a double, or null for NaN.
    @inline(__always)
    fileprivate func add(unlessNaN value: Double) {
        if value.isNaN { addNull() } else { add(real: value) }
    }

    /// The next cell: a text in the memory of its chunk, or null.
    @inline(__always)
    fileprivate func add(_ span: ByteRange, in text: UnsafeRawPointer) {
        if span.isNull { return addNull() }
        add(bytes: UnsafeRawBufferPointer(start: text + Int(span.offset), count: Int(span.length)))
    }
}
