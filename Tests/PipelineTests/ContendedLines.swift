import Domain
import Fixtures

/// Random lines that update the same few rows: they have few different times, users, movies, sessions and comments.
enum ContendedLines {
    static func input(seed: UInt64, movies: Int = 60, events: Int = 700) -> LawInput {
        var chance = Chance(seed: seed)
        let days = [LawClock.day - 400, LawClock.day - 2, LawClock.day - 1]
        return LawInput(
            movies: (0..<movies).map { _ in
                LawInput.MovieLine(day: chance.pick(days), bytes: Array(movie(&chance).utf8))
            },
            events: (0..<events).map { _ in Array(event(&chance).utf8) })
    }

    // MARK: Events

    private static func event(_ chance: inout Chance) -> String {
        let times = [-90_000_000, -86_400_000, -86_399_999, -1000, -1, 0].map { LawClock.clock.now - 3_600_000 + $0 }
        var members = ["\"event_time\":\(chance.pick(times))", "\"user_id\":\(chance.pick([1, 2, 3]))"]
        // An event without an event_id gets its identity from its content, so that equal events are duplicates.
        if !chance.isLucky(oneIn: 4) { members.append("\"event_id\":\"\(identifier(&chance))\"") }
        members.append("\"movie_id\":\(chance.pick([1, 2, 3, 4]))")
        if !chance.isLucky(oneIn: 5) { members.append("\"session_id\":\"s\(chance.pick([1, 2, 3]))\"") }
        members += session(&chance)
        let (type, payload) = payload(&chance)
        members.append("\"event_type\":\"\(type)\"")
        members.append("\"metadata\":{\(payload)}")
        members.shuffle(using: &chance)
        return "{" + members.joined(separator: ",") + "}"
    }

    private static func identifier(_ chance: inout Chance) -> String {
        let digits = (0..<32).map { _ in String(chance.next() % 16, radix: 16) }.joined()
        var parts: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        let text = parts.joined(separator: "-")
        return chance.isLucky(oneIn: 2) ? text.uppercased() : text
    }

    private static func session(_ chance: inout Chance) -> [String] {
        switch chance.next() % 4 {
        case 0: return []
        case 1: return ["\"session\":{\"device\":null,\"browser\":\" \"}"]
        case 2:
            return [
                "\"user_agent\":\"Mozilla/5.0 (Windows NT 10.0) Firefox/\(chance.pick([119, 120]))\"", "\"session\":{}",
            ]
        default:
            let device = chance.pick(["mobile", "tv", "desktop"])
            return ["\"session\":{\"device\":\"\(device)\",\"os\":\(chance.pick(["\"Android 15\"", "null"]))}"]
        }
    }

    private static func payload(_ chance: inout Chance) -> (type: String, metadata: String) {
        switch chance.next() % 11 {
        case 0, 1: return ("rate", "\"score\":\(chance.pick(["0.5", "5", "8.5", "10", "null", "\"7.25\""]))")
        case 2: return ("like", chance.pick(["", "\"undo\":true"]))
        case 3: return ("dislike", chance.pick(["", "\"undo\":true", "\"undo\":\"true\""]))
        case 4, 5:
            let status = chance.pick(["watching", "completed", "planned", "dropped", "removed"])
            return ("watchlist", "\"status\":\"\(status)\"")
        case 6, 7: return ("comment", comment(&chance))
        case 8:
            return (
                "comment_vote",
                "\"comment_id\":\(chance.pick(["7", "\"7\"", "\"c1\""])),\"vote\":\(chance.pick([-1, 0, 1]))"
            )
        case 9: return ("watch", "\"watched_seconds\":\(chance.pick(["60", "61.5", "null"]))")
        default: return (chance.pick(["click", "view", "share", "search", "dwelltime"]), "\"query\":\"abc\"")
        }
    }

    private static func comment(_ chance: inout Chance) -> String {
        let id = "\"comment_id\":\(chance.pick(["7", "\"c1\"", "\"c2\""]))"
        let parent = chance.pick([",\"parent_id\":\"c1\"", ",\"parent_id\":\"c2\"", ""])
        let long = String(repeating: chance.pick(["é", "x"]), count: 2001)
        let body = chance.pick(["\"body\":\"one\"", "\"body\":\"two\"", "\"deleted\":true", "\"body\":\"\(long)\""])
        return "\(id)\(parent),\(body)"
    }

    // MARK: Movies

    private static func movie(_ chance: inout Chance) -> String {
        let id = chance.pick([1, 2, 3])
        // A line of TMDB's daily export of ids.
        if chance.isLucky(oneIn: 6) {
            return
                "{\"id\":\(id),\"original_title\":\"Export \(chance.pick([1, 2]))\",\"popularity\":1.5,\"video\":false}"
        }
        var members = [
            "\"id\":\(id)", "\"title\":\"Title \(chance.pick([1, 2, 3]))\"",
            "\"vote_count\":\(chance.pick(["0", "5", "7", "null"]))",
            "\"vote_average\":\(chance.pick(["5.0", "7.3", "8"]))",
            "\"release_date\":\"\(chance.pick(["1999-03-31", "2026-11-01", "2026-13-01", ""]))\"",
            "\"genres\":\(list(&chance, keys: ["id"], names: ["Action", "action", "Äction", "Zorn"]))",
            "\"production_companies\":" + list(&chance, keys: ["id"], names: ["Acme", "ACME"]),
            "\"keywords\":{\"keywords\":\(list(&chance, keys: ["id"], names: ["dust", "Dust"]))}",
        ]
        if chance.isLucky(oneIn: 2) {
            members.append("\"belongs_to_collection\":{\"id\":1,\"name\":\"Saga \(chance.pick(["I", "II"]))\"}")
        }
        if chance.isLucky(oneIn: 2) {
            let code = chance.pick(["US", "us", "USA"])
            members.append(
                "\"production_countries\":[{\"iso_3166_1\":\"\(code)\",\"name\":\"\(chance.pick(["U", "V"]))\"}]")
            members.append(
                "\"spoken_languages\":[{\"iso_639_1\":\"en\",\"name\":\"\(chance.pick(["English", "english"]))\"}]")
        }
        if chance.isLucky(oneIn: 2) {
            let name = chance.pick(["Ann", "Bob"])
            members.append(
                "\"credits\":{\"cast\":[{\"id\":\(chance.pick([1, 2])),\"name\":\"\(name)\",\"credit_id\":\"a\",\"order\":0}],"
                    + "\"crew\":[{\"id\":1,\"name\":\"\(name)\",\"credit_id\":\"b\",\"job\":\"Editor\"}]}")
        }
        members.shuffle(using: &chance)
        return "{" + members.joined(separator: ",") + "}"
    }

    private static func list(_ chance: inout Chance, keys: [String], names: [String]) -> String {
        let entries = (0..<Int(chance.next() % 4)).map { _ in
            let country = chance.pick(["", ",\"origin_country\":\"US\"", ",\"origin_country\":\"\""])
            return "{\"id\":\(chance.pick([1, 2, 3])),\"name\":\"\(chance.pick(names))\"\(country)}"
        }
        return "[" + entries.joined(separator: ",") + "]"
    }
}
