/// Paths in little room.
enum PathText {
    /// Paths of at most so many columns each, shortened in the middle, so that those that differ still do where that is
    /// possible.
    static func shortened(_ paths: [String], to width: Int) -> [String] {
        guard paths.contains(where: { DisplayWidth.of($0) > width }) else { return paths }
        let different = Set(paths).count
        var best: (paths: [String], count: Int) = ([], -1)
        for way in [byParts, byMiddle, byEnd, byStart] {
            let short = paths.map { DisplayWidth.of($0) <= width ? $0 : way($0, width) }
            let count = Set(short).count
            if count == different { return short }
            if count > best.count { best = (short, count) }
        }
        return byDifference(paths, width: width) ?? best.paths
    }

    /// One path; see `shortened(_:to:)`.
    static func shortened(_ path: String, to width: Int) -> String { shortened([path], to: width)[0] }

    /// Whole parts: `data/events/…/2026-11-20.ndjson.zst`.
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

    /// A third of the room for the start, the rest for the end, where files of a kind differ.
    private static func byMiddle(_ path: String, width: Int) -> String {
        let head = max(0, width - 1) / 3
        return start(of: path, to: head) + "…" + end(of: path, to: max(0, width - 1 - head))
    }

    private static func byEnd(_ path: String, width: Int) -> String { "…" + end(of: path, to: max(0, width - 1)) }

    private static func byStart(_ path: String, width: Int) -> String { DisplayWidth.truncate(path, to: width) }

    /// What is between the start and the end that all paths share.
    private static func byDifference(_ paths: [String], width: Int) -> [String]? {
        guard let first = paths.first else { return nil }
        let head = paths.reduce(Array(first)) { shared, path in zip(shared, path).prefix { $0 == $1 }.map(\.0) }
        let short = paths.map { path in
            DisplayWidth.truncate("…" + String(path.dropFirst(head.count)), to: width)
        }
        return Set(short).count == Set(paths).count ? short : nil
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
