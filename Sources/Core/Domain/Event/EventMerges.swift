// What one event adds to each merged table. The columns are found by name once, for each table.

extension [MergeTable] {
    /// The merge table of a declared table, which `BehaviourTables.merged` must have.
    fileprivate func merging(_ table: Table) -> MergeTable {
        guard let found = first(where: { $0.table.name == table.name }) else {
            preconditionFailure("\(table.name) is not among the tables that events are merged into")
        }
        return found
    }
}

/// An event's time and id as two columns, by which rows of one key are compared.
private struct RankColumns {
    let time, id: ColumnPlace

    init(_ time: String, _ id: String, _ table: Table) {
        self.time = ColumnPlace(time, table)
        self.id = ColumnPlace(id, table)
    }

    @inline(__always)
    func set(_ event: UnsafePointer<EventRow>, in row: PackedRow) {
        row.set(time, event.pointee.time)
        row.set(id, high: event.pointee.idHigh, low: event.pointee.idLow)
    }
}

/// The first and last time of a user.
struct UserMerge {
    private let table: MergeTable
    private let userID, firstSeen, lastSeen: ColumnPlace

    init(_ tables: [MergeTable]) {
        table = tables.merging(BehaviourTables.users)
        userID = ColumnPlace("user_id", table.table)
        firstSeen = ColumnPlace("first_seen", table.table)
        lastSeen = ColumnPlace("last_seen", table.table)
    }

    func add(_ event: UnsafePointer<EventRow>) {
        table.clearScratch()
        let row = table.scratch
        row.set(userID, event.pointee.userID)
        row.set(firstSeen, event.pointee.time)
        row.set(lastSeen, event.pointee.time)
        // The row has no texts; any address will do.
        table.merge(text: UnsafeRawPointer(row.cells))
    }
}

/// A session: its times, its user, and the device fields of its least event that has any.
struct SessionMerge {
    private let table: MergeTable
    private let sessionID, userID, endedAt, device, browser, os, screenResolution: ColumnPlace
    private let first, firstWithDevice: RankColumns

    init(_ tables: [MergeTable]) {
        table = tables.merging(BehaviourTables.sessions)
        sessionID = ColumnPlace("session_id", table.table)
        userID = ColumnPlace("user_id", table.table)
        endedAt = ColumnPlace("ended_at", table.table)
        device = ColumnPlace("device", table.table)
        browser = ColumnPlace("browser", table.table)
        os = ColumnPlace("os", table.table)
        screenResolution = ColumnPlace("screen_resolution", table.table)
        first = RankColumns("started_at", "first_event_id", table.table)
        firstWithDevice = RankColumns("device_event_time", "device_event_id", table.table)
    }

    func add(_ event: UnsafePointer<EventRow>, text: UnsafeRawPointer) {
        table.clearScratch()
        let row = table.scratch
        row.set(sessionID, event.pointee.sessionID)
        row.set(userID, event.pointee.userID)
        first.set(event, in: row)
        row.set(endedAt, event.pointee.time)
        if event.pointee.hasDevice {
            row.set(device, event.pointee.device)
            row.set(browser, event.pointee.browser)
            row.set(os, event.pointee.os)
            row.set(screenResolution, event.pointee.screenResolution)
            firstWithDevice.set(event, in: row)
        }
        table.merge(text: text)
    }
}

/// What one user says of one movie or comment: a rating, a reaction, a watchlist entry, a vote. The last event counts.
struct EntryMerge {
    private let table: MergeTable
    private let userID, subject, value: ColumnPlace
    private let last: RankColumns

    /// - Parameters:
    ///   - subject: the column of the movie or comment.
    ///   - value: the column of what the user says.
    init(_ declared: Table, of subject: String, value: String, _ tables: [MergeTable]) {
        table = tables.merging(declared)
        userID = ColumnPlace("user_id", table.table)
        self.subject = ColumnPlace(subject, table.table)
        self.value = ColumnPlace(value, table.table)
        last = RankColumns("event_time", "event_id", table.table)
    }

    /// Merges an event about a movie; `setValue` sets the value in its column, or withdraws the entry.
    @inline(__always)
    func addOfMovie(
        _ event: UnsafePointer<EventRow>, text: UnsafeRawPointer, _ setValue: (PackedRow, ColumnPlace) -> Void
    ) {
        add(event, text: text) { row in
            row.set(subject, event.pointee.movieID)
            setValue(row, value)
        }
    }

    /// Merges an event about a comment; `setValue` sets the value in its column, or withdraws the entry.
    @inline(__always)
    func addOfComment(
        _ event: UnsafePointer<EventRow>, text: UnsafeRawPointer, _ setValue: (PackedRow, ColumnPlace) -> Void
    ) {
        add(event, text: text) { row in
            row.set(subject, event.pointee.commentID)
            setValue(row, value)
        }
    }

    @inline(__always)
    private func add(_ event: UnsafePointer<EventRow>, text: UnsafeRawPointer, _ setRest: (PackedRow) -> Void) {
        table.clearScratch()
        let row = table.scratch
        row.set(userID, event.pointee.userID)
        last.set(event, in: row)
        setRest(row)
        table.merge(text: text)
    }
}

/// A comment: the body of its last event, and thread, user and movie of its first.
struct CommentMerge {
    private let table: MergeTable
    private let commentID, parentID, userID, movieID, body, bodyReference, deleted: ColumnPlace
    private let first, last: RankColumns

    init(_ tables: [MergeTable]) {
        table = tables.merging(BehaviourTables.comments)
        commentID = ColumnPlace("comment_id", table.table)
        parentID = ColumnPlace("parent_id", table.table)
        userID = ColumnPlace("user_id", table.table)
        movieID = ColumnPlace("movie_id", table.table)
        body = ColumnPlace("body", table.table)
        bodyReference = ColumnPlace("body_reference", table.table)
        deleted = ColumnPlace("deleted", table.table)
        first = RankColumns("first_event_time", "first_event_id", table.table)
        last = RankColumns("event_time", "event_id", table.table)
    }

    /// - Parameter buffer: the chunk's buffer, to which the reference is added.
    func add(_ event: UnsafePointer<EventRow>, in buffer: ByteBuffer, _ reference: String?) {
        table.clearScratch()
        let row = table.scratch
        row.set(commentID, event.pointee.commentID)
        row.set(parentID, event.pointee.parentID)
        row.set(userID, event.pointee.userID)
        row.set(movieID, event.pointee.movieID)
        if !event.pointee.isDeleted {
            row.set(body, EventMerger.excerpt(event.pointee.body, in: buffer))
            if var reference {
                let span = reference.withUTF8 { bytes in
                    ByteRange(offset: buffer.append(UnsafeRawBufferPointer(bytes)), length: bytes.count)
                }
                row.set(bodyReference, span)
            }
        }
        row.set(deleted, event.pointee.isDeleted ? 1 : 0 as Int64)
        first.set(event, in: row)
        last.set(event, in: row)
        table.merge(text: buffer.base)
    }
}

/// The counts and sums of a movie's day.
struct DailyMerge {
    private let table: MergeTable
    private let stride: Int
    private let day, movieID, events, watchedSeconds, scoreThousandths, scores: ColumnPlace
    /// The column that counts events of each type, by the type's raw value; nil for a type that is not counted.
    private let counters: [ColumnPlace?]

    init(_ tables: [MergeTable]) {
        table = tables.merging(MartTables.movieDaily)
        let declared = table.table
        stride = declared.stride
        day = ColumnPlace("day", declared)
        movieID = ColumnPlace("movie_id", declared)
        events = ColumnPlace("events", declared)
        watchedSeconds = ColumnPlace("watched_seconds", declared)
        scoreThousandths = ColumnPlace("score_thousandths", declared)
        scores = ColumnPlace("scores", declared)
        counters = EventType.allCases.map { type in
            MartTables.counters.first { $0.type == type }.map { ColumnPlace($0.column, declared) }
        }
    }

    func add(_ event: UnsafePointer<EventRow>) {
        let row = table.scratch
        // No column is null, and what is not set below is 0.
        row.cells.update(repeating: 0, count: stride)
        row.set(day, Int64(CivilDate.day(ofMilliseconds: event.pointee.time)))
        row.set(movieID, event.pointee.movieID)
        row.set(events, 1 as Int64)
        if let counter = counters[Int(event.pointee.type.rawValue)] { row.set(counter, 1 as Int64) }
        if event.pointee.type == .watch, !event.pointee.seconds.isNaN {
            row.set(watchedSeconds, Int64(min(event.pointee.seconds, 1e9)))
        }
        if event.pointee.type == .rate, !event.pointee.score.isNaN {
            row.set(scoreThousandths, Int64(event.pointee.score * 1000))
            row.set(scores, 1 as Int64)
        }
        // The row has no texts; any address will do.
        table.merge(text: UnsafeRawPointer(row.cells))
    }
}
