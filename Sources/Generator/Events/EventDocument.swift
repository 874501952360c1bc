import Domain

/// An event as a list of members that can be changed one by one. It is slow, and used for lines that are broken or
/// spelled in an unusual way.
struct EventDocument {
    /// A key, and its value as JSON text.
    struct Member {
        var key: String
        var value: String
    }

    /// The members in order, without `session` and `metadata`.
    var members: [Member] = []
    /// The members of `session`.
    var session: [Member] = []
    /// The members of `metadata`.
    var metadata: [Member] = []

    /// The event in the newer form.
    init(_ event: Event, _ renderer: EventRenderer) {
        if event.hasIdentifier { members.append(Member(key: "event_id", value: Self.identifier(of: event))) }
        members.append(Member(key: "event_type", value: "\"\(event.type.name)\""))
        members.append(Member(key: "event_time", value: "\"\(Timestamp.text(event.time))\""))
        members.append(Member(key: "user_id", value: String(event.user)))
        members.append(Member(key: "session_id", value: "\"s-\(event.user)-\(event.session)\""))
        if event.movie > 0 { members.append(Member(key: "movie_id", value: String(event.movie))) }
        let profile = renderer.devices.profiles[event.device]
        session = [
            Member(key: "device", value: "\"\(profile.device)\""),
            Member(key: "browser", value: "\"\(profile.browser)\""),
            Member(key: "os", value: "\"\(profile.system)\""),
            Member(key: "screen_resolution", value: "\"\(profile.resolution)\""),
        ]
        metadata = Self.metadata(of: event, renderer)
    }

    private static func identifier(of event: Event) -> String {
        var buffer = TextBuffer(capacity: 64)
        buffer.append(uuid: event.identifier.high, event.identifier.low)
        return "\"\(String(decoding: buffer.bytes, as: UTF8.self))\""
    }

    private static func metadata(of event: Event, _ renderer: EventRenderer) -> [Member] {
        func text(_ write: (inout TextBuffer) -> Void) -> String {
            var buffer = TextBuffer(capacity: 256)
            write(&buffer)
            return String(decoding: buffer.bytes, as: UTF8.self)
        }
        switch event.type {
        case .view, .click, .share, .like, .dislike:
            return event.isUndo ? [Member(key: "undo", value: "true")] : []
        case .search:
            let query = text { renderer.texts.appendQuery(seed: event.textSeed, to: &$0) }
            return [Member(key: "query", value: "\"\(query)\"")]
        case .dwell, .trailer: return [Member(key: "seconds", value: String(event.seconds))]
        case .watch: return [Member(key: "watched_seconds", value: String(event.seconds))]
        case .rate:
            let half = event.halfPoints % 2 == 1 ? ".5" : ""
            return [Member(key: "score", value: event.halfPoints == 0 ? "null" : "\(event.halfPoints / 2)\(half)")]
        case .commentVote:
            return [
                Member(key: "comment_id", value: "\"c-\(event.comment)\""),
                Member(key: "vote", value: String(event.vote)),
            ]
        case .watchlist: return [Member(key: "status", value: "\"\(Event.statuses[event.status])\"")]
        case .comment:
            var members = [Member(key: "comment_id", value: "\"c-\(event.comment)\"")]
            if event.parent > 0 { members.append(Member(key: "parent_id", value: "\"c-\(event.parent)\"")) }
            let body = text { renderer.texts.appendBody(seed: event.textSeed, isLong: event.isLong, to: &$0) }
            members.append(
                event.isDeleted ? Member(key: "deleted", value: "true") : Member(key: "body", value: "\"\(body)\"")
            )
            return members
        }
    }

    /// Changes the value of a member, at any level; nil removes the member.
    mutating func set(_ key: String, _ value: String?) {
        for part in [\EventDocument.members, \.metadata, \.session] {
            guard let index = self[keyPath: part].firstIndex(where: { $0.key == key }) else { continue }
            if let value {
                self[keyPath: part][index].value = value
            } else {
                self[keyPath: part].remove(at: index)
            }
        }
    }

    /// The value of a member.
    func value(_ key: String) -> String? { (members + metadata + session).first { $0.key == key }?.value }

    /// Changes the key of a member.
    mutating func rename(_ key: String, to name: String) {
        for index in members.indices where members[index].key == key { members[index].key = name }
        for index in metadata.indices where metadata[index].key == key { metadata[index].key = name }
    }

    /// The line, without its LF.
    ///
    /// - Parameter space: the text after each colon and comma.
    func text(space: String = "") -> String {
        func object(_ members: [Member]) -> String {
            "{" + members.map { "\"\($0.key)\":\(space)\($0.value)" }.joined(separator: ",\(space)") + "}"
        }
        var all = members
        if !session.isEmpty { all.append(Member(key: "session", value: object(session))) }
        if !metadata.isEmpty { all.append(Member(key: "metadata", value: object(metadata))) }
        return object(all)
    }
}
