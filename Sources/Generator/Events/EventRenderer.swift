import Domain

/// A day, with the text that its times begin with.
struct GeneratedDay: Sendable {
    /// Days since 1970-01-01.
    let day: Int32
    /// Its first millisecond.
    let start: Int64
    /// `2026-11-20T`.
    let prefix: [UInt8]

    init(_ day: Int32) {
        self.day = day
        self.start = Int64(day) * CivilDate.millisecondsPerDay
        self.prefix = Array((CivilDate.text(ofDay: day) + "T").utf8)
    }

    /// The first millisecond of the next day.
    var end: Int64 { start + CivilDate.millisecondsPerDay }
}

/// Writes events in the newer form, member by member as in the contract's example (§2.3).
struct EventRenderer: Sendable {
    let devices = DeviceProfiles()
    let texts = CommentText()

    /// Adds the line and its LF.
    ///
    /// - Parameter day: the UTC day that the event's time is in.
    @inline(__always)
    func append(_ event: borrowing Event, of day: GeneratedDay, to buffer: inout TextBuffer) {
        if event.hasIdentifier {
            buffer.append(#"{"event_id":""#)
            buffer.append(uuid: event.identifier.high, event.identifier.low)
            buffer.append(#"","event_type":""#)
        } else {
            buffer.append(#"{"event_type":""#)
        }
        appendName(of: event.type, to: &buffer)
        buffer.append(#"","event_time":""#)
        buffer.append(day.prefix)
        buffer.append(timeOfDay: Int(event.time - day.start))
        buffer.append(#"","user_id":"#)
        buffer.append(number: event.user)
        buffer.append(#","session_id":"s-"#)
        buffer.append(number: event.user)
        buffer.append(0x2d)
        buffer.append(number: event.session)
        buffer.append(0x22)
        if event.movie > 0 {
            buffer.append(#","movie_id":"#)
            buffer.append(number: event.movie)
        }
        devices.members.append(event.device, to: &buffer)
        buffer.append(#","metadata":{"#)
        appendMetadata(of: event, to: &buffer)
        buffer.append("}}\n")
    }

    @inline(__always)
    private func appendName(of type: EventType, to buffer: inout TextBuffer) {
        switch type {
        case .view: buffer.append("view")
        case .click: buffer.append("click")
        case .search: buffer.append("search")
        case .dwell: buffer.append("dwell")
        case .trailer: buffer.append("trailer")
        case .watch: buffer.append("watch")
        case .rate: buffer.append("rate")
        case .like: buffer.append("like")
        case .dislike: buffer.append("dislike")
        case .comment: buffer.append("comment")
        case .commentVote: buffer.append("comment_vote")
        case .watchlist: buffer.append("watchlist")
        case .share: buffer.append("share")
        }
    }

    /// Adds the members of `metadata`.
    @inline(__always)
    func appendMetadata(of event: borrowing Event, to buffer: inout TextBuffer) {
        switch event.type {
        case .view, .click, .share: appendDetail(event.detail, of: event.type, to: &buffer)
        case .search:
            buffer.append(#""query":""#)
            texts.appendQuery(seed: event.textSeed, to: &buffer)
            buffer.append(0x22)
        case .dwell, .trailer:
            buffer.append(#""seconds":"#)
            buffer.append(number: event.seconds)
        case .watch:
            buffer.append(#""watched_seconds":"#)
            buffer.append(number: event.seconds)
        case .rate: appendScore(event.halfPoints, to: &buffer)
        case .like, .dislike: if event.isUndo { buffer.append(#""undo":true"#) }
        case .comment: appendComment(event, to: &buffer)
        case .commentVote:
            appendKey(#""comment_id":"c-"#, event.comment, to: &buffer)
            buffer.append(#","vote":"#)
            buffer.append(number: event.vote)
        case .watchlist:
            buffer.append(#""status":""#)
            buffer.append(text: Event.statuses[event.status])
            buffer.append(0x22)
        }
    }

    private func appendScore(_ halfPoints: Int, to buffer: inout TextBuffer) {
        buffer.append(#""score":"#)
        guard halfPoints > 0 else { return buffer.append("null") }
        buffer.append(number: halfPoints / 2)
        if halfPoints % 2 == 1 { buffer.append(".5") }
    }

    private func appendComment(_ event: borrowing Event, to buffer: inout TextBuffer) {
        appendKey(#""comment_id":"c-"#, event.comment, to: &buffer)
        if event.parent > 0 {
            appendKey(#","parent_id":"c-"#, event.parent, to: &buffer)
        }
        if event.isDeleted { return buffer.append(#","deleted":true"#) }
        buffer.append(#","body":""#)
        texts.appendBody(seed: event.textSeed, isLong: event.isLong, to: &buffer)
        buffer.append(0x22)
    }

    private func appendKey(_ member: StaticString, _ number: Int, to buffer: inout TextBuffer) {
        buffer.append(member)
        buffer.append(number: number)
        buffer.append(0x22)
    }

    /// Adds a key that the site sends and no table has.
    private func appendDetail(_ detail: Int, of type: EventType, to buffer: inout TextBuffer) {
        switch (type, detail) {
        case (.view, 0): buffer.append(#""page":"movie","referrer":"home""#)
        case (.view, 1): buffer.append(#""page":"movie","referrer":"search""#)
        case (.view, 2): buffer.append(#""page":"cast","referrer":"movie""#)
        case (.view, _): buffer.append(#""page":"movie","referrer":"recommendation""#)
        case (.click, 0): buffer.append(#""element":"poster","position":3"#)
        case (.click, 1): buffer.append(#""element":"title","position":1"#)
        case (.click, 2): buffer.append(#""element":"trailer_button""#)
        case (.click, _): buffer.append(#""element":"recommendation","position":7"#)
        case (_, 0): buffer.append(#""channel":"link""#)
        default: buffer.append(#""channel":"mail""#)
        }
    }

    /// How many different details `appendDetail` can add.
    static let details = 4
}
