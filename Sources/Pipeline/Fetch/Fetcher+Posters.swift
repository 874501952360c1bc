import Domain

extension Fetcher {
    /// How many bytes of images wait until they are made durable.
    private static let mostWaitingBytes = 8 << 20

    /// Fetches the posters that the raw store does not have, and those that failed before.
    func fetchPosters(paths wanted: @autoclosure () throws -> Set<String>) throws {
        guard let size = options.posterSize, let rawStore else { return }
        func name(_ path: String) -> String { size + path }
        var failed = try store.failedPosters()
        let before = failed.filter { $0.hasPrefix(size + "/") }.map { String($0.dropFirst(size.count)) }
        let paths = try wanted().union(before).sorted()
        let known = try store.posters()
        let present = try rawStore.present(paths.compactMap { known[name($0)] })
        let missing = paths.filter { path in known[name(path)].map { !present.contains($0) } ?? true }
        var counts = PosterCounts(present: Int64(paths.count - missing.count))
        var waiting: [RawPoster] = []
        var names: [(name: String, reference: RawReference)] = []
        func flush() throws {
            if names.isEmpty { return }
            try rawStore.put(posters: waiting)
            try rawStore.flush()
            try store.keep(posters: names)
            (waiting, names) = ([], [])
        }
        let loop = AskLoop(service, limits: options.limits, stop: stop, logger: logger, clock: clock)
        defer {
            add(loop)
            report.posters = counts
        }
        var waitingBytes = 0
        do {
            try loop.run(missing.map { .image(path: $0, size: size) }) { question, answer in
                guard case .image(let path, _) = question else { return (nil, []) }
                guard case .content(let bytes) = answer else {
                    counts.absent += 1
                    return (nil, [])
                }
                guard let poster = RawPoster(image: bytes) else { return ("it is no JPEG, PNG, SVG or WebP", []) }
                waiting.append(poster)
                names.append((name(path), poster.reference))
                counts.fetched += 1
                waitingBytes += bytes.count
                if waitingBytes >= Self.mostWaitingBytes {
                    try flush()
                    waitingBytes = 0
                }
                return (nil, [])
            } tell: {
                tell(.posters, done: counts.fetched + counts.present, total: Int64(paths.count), loop)
            }
        } catch let stopped as FetchStopped {
            try flush()
            throw stopped
        }
        try flush()
        counts.failed = Int64(loop.failures.count)
        counts.failures = loop.failures.prefix(FetchReport.mostFailures).compactMap { failure in
            guard case .image(let path, _) = failure.question else { return nil }
            return (path, failure.words)
        }
        // Those that failed are asked for again by the next fetch with posters.
        failed.subtract(paths.map(name))
        for failure in loop.failures {
            if case .image(let path, _) = failure.question { failed.insert(name(path)) }
        }
        try store.keep(failedPosters: failed)
    }
}
