import Domain

/// Unusual spellings of an event, which do not change its identity and content (contract §3).
enum EventSpelling: CaseIterable {
    case epochMilliseconds
    case otherOffset
    case spacedWithCarriageReturn
    case numbersAsText
    case otherNumberForms
    case escapesAndUnknownKeys
    case doubledKey
    case olderKeys

    /// The line without its LF.
    func line(of event: Event, _ renderer: EventRenderer) -> String {
        var document = EventDocument(event, renderer)
        switch self {
        case .epochMilliseconds:
            document.set("event_time", String(event.time))
            document.members.reverse()
        case .otherOffset:
            document.set("event_time", "\"\(Self.withOffset(event.time))\"")
            if let identifier = document.value("event_id") { document.set("event_id", identifier.uppercased()) }
        case .spacedWithCarriageReturn: return document.text(space: " ") + "\r"
        case .numbersAsText:
            for key in ["user_id", "movie_id", "seconds", "watched_seconds", "score", "vote"] {
                guard let value = document.value(key), value != "null" else { continue }
                document.set(key, "\" \(value)\"")
            }
        case .otherNumberForms:
            for key in ["user_id", "movie_id", "seconds", "watched_seconds", "vote"] {
                if let value = document.value(key) { document.set(key, value + ".0") }
            }
            if let value = document.value("score"), value != "null" { document.set("score", value + "e0") }
            document.metadata.reverse()
        case .escapesAndUnknownKeys:
            document.set("session_id", "\"\\u0073-\(event.user)-\(event.session) \"")
            document.members.insert(EventDocument.Member(key: "app_version", value: "\"4.2.0\""), at: 0)
            document.metadata.append(EventDocument.Member(key: "experiment", value: #"{"name":"rows","group":[1,2]}"#))
        case .doubledKey:
            document.members.insert(EventDocument.Member(key: "user_id", value: "0"), at: 0)
            document.members.insert(EventDocument.Member(key: "event_type", value: "\"purchase\""), at: 0)
        case .olderKeys: document.takeOlderKeys()
        }
        return document.text()
    }

    /// The same time with an offset of two hours, in lower case, with more digits than a millisecond has.
    private static func withOffset(_ time: Int64) -> String {
        let local = Timestamp.text(time + 2 * 3_600_000)
        return local.dropLast().replacing("T", with: "t") + "999+02:00"
    }
}

extension EventDocument {
    /// Changes an event to the web frontend's older form: older keys, and a part of the payload at the top level.
    mutating func takeOlderKeys() {
        let type = value("event_type")
        rename("event_type", to: "action_type")
        rename("event_time", to: "timestamp")
        for (key, older) in [("score", "rating"), ("query", "query")] {
            guard let value = value(key), value != "null" else { continue }
            set(key, nil)
            members.append(Member(key: older, value: value))
        }
        guard let seconds = value("seconds") else { return }
        set("seconds", nil)
        members.append(Member(key: type == "\"trailer\"" ? "trailer_time" : "dwell_time", value: seconds))
    }

    /// Changes an event to what the older frontend sent: its names of types, and the browser in the user agent alone.
    mutating func takeOlderForm(userAgent: String) {
        takeOlderKeys()
        switch value("action_type") {
        case "\"rate\"": set("action_type", "\"rating\"")
        case "\"dwell\"": set("action_type", "\"dwelltime\"")
        default: break
        }
        session.removeAll { $0.key == "browser" || $0.key == "os" }
        members.append(Member(key: "user_agent", value: "\"\(userAgent)\""))
    }
}
