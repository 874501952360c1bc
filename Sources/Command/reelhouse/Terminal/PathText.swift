/// Shortens paths to a width.
enum PathText {
    /// Shortens paths in the middle to a number of columns each. Different paths stay different if that is possible.
    static func shortened(_ paths: [String], to width: Int) -> [String] {
        guard paths.contains(where: { DisplayWidth.of($0) > width }) else { return paths }
        let different = Set(paths).count
        var best: (paths: [String], count: Int) = ([], -1)
        let ways: [([String], Int) -> [String]] = [
            each(byParts), byDifference, each(byMiddle), each(byEnd), each(byStart),
        ]
        for way in ways {
            let short = way(paths, width)
            let count = Set(short).count
            if count == different { return short }
            if count > best.count { best = (short, count) }
        }
        return best.paths
    }

    /// Shortens one path; see `shortened(_:to:)`.
    static func shortened(_ path: String, to width: Int) -> String { shortened([path], to: width)[0] }

    /// Applies a way of shortening, which looks at one path alone, to all paths that are too wide.
    private static func each(_ way: @escaping (String, Int) -> String) -> ([String], Int) -> [String] {
        { paths, width in paths.map { DisplayWidth.of($0) <= width ? $0 : way($0, width) } }
    }

    /// Keeps whole parts of the path: `data/events/…/2026-11-20.ndjson.zst`.
    private static func byParts(_ path: String, width: Int) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 2, let last = parts.last else { return byMiddle(path, width: width) }
        for kept in stride(from: parts.count - 2, through: 1, by: -1) {
            let text = parts[..<kept].joined(separator: "/") + "/…/" + last
            if DisplayWidth.of(text) <= width { return text }
        }
        let text = "…/" + last
        return DisplayWidth.of(text) <= width ? text : byMiddle(path, width: width)
    }

    /// Gives a third of the width to the start and the rest to the end, where similar files differ.
    private static func byMiddle(_ path: String, width: Int) -> String {
        let head = max(0, width - 1) / 3
        return start(of: path, to: head) + "…" + end(of: path, to: max(0, width - 1 - head))
    }

    private static func byEnd(_ path: String, width: Int) -> String { "…" + end(of: path, to: max(0, width - 1)) }

    private static func byStart(_ path: String, width: Int) -> String { DisplayWidth.truncate(path, to: width) }

    /// Keeps whole parts. Of paths that would look the same, it keeps the part in which they differ and the file's
    /// name.
    private static func byDifference(_ paths: [String], width: Int) -> [String] {
        var short: [String: String] = [:]
        for path in paths { short[path] = DisplayWidth.of(path) <= width ? path : byParts(path, width: width) }
        var groups = alike(short)
        while let group = groups.popLast() {
            let shared = sharedStart(group)
            var changed: [String: String] = [:]
            for path in group { changed[path] = difference(Array(path), from: shared, width: width) }
            short.merge(changed) { $1 }
            // Paths that still look the same differ further on, or not within the width.
            groups += alike(changed).filter { $0.count < group.count }
        }
        return paths.map { short[$0] ?? $0 }
    }

    /// Groups of two or more paths that have the same text.
    private static func alike(_ short: [String: String]) -> [[String]] {
        Dictionary(grouping: short.keys) { short[$0] ?? $0 }.values.filter { $0.count > 1 }.map { $0.sorted() }
    }

    /// How many characters at the start all paths have in common.
    private static func sharedStart(_ paths: [String]) -> Int {
        guard let first = paths.first else { return 0 }
        return paths.reduce(Array(first)) { shared, path in zip(shared, path).prefix { $0 == $1 }.map(\.0) }.count
    }

    /// Keeps the part of a path that begins at a character, or the folder that contains that character, and the file's
    /// name: `…/region-berlin/…/log.ndjson`.
    private static func difference(_ path: [Character], from place: Int, width: Int) -> String {
        let rest = String(path[place...])
        guard let slash = rest.lastIndex(of: "/") else {
            return DisplayWidth.of(rest) < width ? "…" + rest : "…" + byMiddle(rest, width: width - 1)
        }
        let name = String(rest[rest.index(after: slash)...])
        let folder = (path[..<place].lastIndex(of: "/") ?? -1) + 1
        let whole = "…/" + String(path[folder...].prefix { $0 != "/" }) + "/…/" + name
        if DisplayWidth.of(whole) <= width { return whole }
        let least = max(1, min(6, width / 3))
        let nameWidth = min(DisplayWidth.of(name), max(1, width - 3 - least))
        let shownName = nameWidth < DisplayWidth.of(name) ? byMiddle(name, width: nameWidth) : name
        let part = String(rest.prefix { $0 != "/" })
        let room = max(1, width - 3 - nameWidth)
        let shownPart = DisplayWidth.of(part) < room ? part + "/" : start(of: part, to: room)
        return "…" + shownPart + "…/" + shownName
    }

    private static func start(of text: String, to width: Int) -> String {
        var columns = 0
        return String(
            text.prefix { character in
                columns += DisplayWidth.of(character)
                return columns <= width
            })
    }

    private static func end(of text: String, to width: Int) -> String {
        var columns = 0
        let kept = text.reversed().prefix { character in
            columns += DisplayWidth.of(character)
            return columns <= width
        }
        return String(kept.reversed())
    }
}
