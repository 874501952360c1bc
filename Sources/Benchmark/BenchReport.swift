import Glibc

/// Makes the report of a benchmark, for people.
struct BenchReport {
    let samples: Samples<Scenario>
    let heldLoad: Sample?
    let heldBytes: Int64
    let options: BenchOptions

    /// The whole report.
    var text: String {
        var parts = ["\nWhole processes, start to end, everything durable:\n" + endToEnd]
        if samples[.fresh].isEmpty { return parts[0] }
        parts.append("Stages of a run into a fresh warehouse, by their threads' own clocks (they overlap):\n" + stages)
        if !(samples[.decode] + samples[.insert]).isEmpty {
            parts.append("Beside what the parts could do alone:\n" + limits)
        }
        if !samples[.duckDB].isEmpty { parts.append(peers) }
        return parts.joined(separator: "\n\n")
    }

    private static let lines: [(scenario: Scenario, title: String)] = [
        (.fresh, "events into a fresh warehouse"), (.grown, "into one of ten times as many"),
        (.shuffled, "the same lines shuffled"), (.movies, "movies, generated"), (.realMovies, "movies, TMDB's"),
        (.duckDB, "DuckDB, the same events"),
    ]

    private var endToEnd: String {
        var table = ResultTable("", "lines", "lines/s", "wall s", "CPU s", "peak MiB", "fresh/this", "by CPU")
        for (scenario, title) in Self.lines {
            guard let items = samples[scenario].first?.items, let seconds = samples.median(scenario, \.seconds),
                let cpu = samples.median(scenario, \.cpuSeconds),
                let peak = samples.median(scenario, { Double($0.peakBytes) })
            else { continue }
            let isOfEvents = scenario != .movies && scenario != .realMovies
            let ratio = isOfEvents ? samples.ratio(.fresh, to: scenario, \.seconds)?.fixed(2) : nil
            let cpuRatio = isOfEvents ? samples.ratio(.fresh, to: scenario, \.cpuSeconds)?.fixed(2) : nil
            table.add(
                title, items.grouped, (Double(items) / seconds).fixed(0), seconds.fixed(2), cpu.fixed(2),
                mebibytes(peak),
                ratio ?? "", cpuRatio ?? "")
        }
        if let heldLoad {
            table.add(
                "ten times as many (once)", heldLoad.items.grouped,
                (Double(heldLoad.items) / heldLoad.seconds).fixed(0), heldLoad.seconds.fixed(2),
                heldLoad.cpuSeconds.fixed(2), mebibytes(Double(heldLoad.peakBytes)), "", "")
        }
        if heldLoad == nil { return table.text }
        return table.text + "\n  The warehouse of ten times as many has \(mebibytes(Double(heldBytes))) MiB."
    }

    private static let stageTitles: [(name: String, title: String)] = [
        ("plan", "know the sources by their bytes"), ("read", "read, decompress, find lines"),
        ("decode", "decode and clean"), ("insert", "enrich, sort, insert facts"),
        ("merge", "merge in memory"), ("upsert", "upsert what is merged"), ("commit", "commit"),
        ("marts", "marts"), ("count", "count rows"),
    ]

    private var stages: String {
        var table = ResultTable("", "CPU s", "share", "wall s")
        let total = samples.median(.fresh, \.cpuSeconds) ?? 0
        var rest = total
        for (name, title) in Self.stageTitles {
            guard let cpu = samples.median(.fresh, { $0.stages[name]?.cpu_seconds ?? 0 }),
                let wall = samples.median(.fresh, { $0.stages[name]?.seconds ?? 0 })
            else { continue }
            rest -= cpu
            table.add(title, cpu.fixed(3), "\((cpu / total * 100).fixed(1)) %", wall.fixed(3))
        }
        table.add("the rest: start, end, hand-over", rest.fixed(3), "\((rest / total * 100).fixed(1)) %", "")
        return table.text
    }

    private var limits: String {
        var table = ResultTable("", "lines/s", "wall s", "CPU s", "fresh run's speed to it", "by CPU")
        let titles: [(Scenario, String)] = [
            (.decode, "decode only, one thread"), (.insert, "bare inserts, one table, bind and step"),
        ]
        for (scenario, title) in titles {
            guard let items = samples[scenario].first?.items, let seconds = samples.median(scenario, \.seconds),
                let cpu = samples.median(scenario, \.cpuSeconds),
                let ratio = samples.ratio(scenario, to: .fresh, \.seconds),
                let cpuRatio = samples.ratio(scenario, to: .fresh, \.cpuSeconds)
            else { continue }
            table.add(
                title, (Double(items) / seconds).fixed(0), seconds.fixed(2), cpu.fixed(2), ratio.fixed(2),
                cpuRatio.fixed(2))
        }
        return table.text
    }

    private var peers: String {
        let version = samples[.duckDB].first?.version ?? ""
        let pairs = zip(samples[.duckDB], samples[.fresh])
        let each = pairs.map { ($0.seconds / $1.seconds).fixed(2) }.joined(separator: ", ")
        let wall = samples.ratio(.duckDB, to: .fresh, \.seconds)?.fixed(2) ?? ""
        let cpu = samples.ratio(.duckDB, to: .fresh, \.cpuSeconds)?.fixed(2) ?? ""
        let peak = samples.ratio(.duckDB, to: .fresh) { Double($0.peakBytes) }?.fixed(2) ?? ""
        let differences = Set(zip(samples[.fresh], samples[.duckDB]).flatMap(DuckDBPeer.differences)).sorted()
        let check =
            differences.isEmpty
            ? "Both have the same number of rows in all of \(DuckDBPeer.checked.count) tables."
            : "THE TWO DIFFER: " + differences.joined(separator: "; ")
        return """
            DuckDB \(version), the same files, taking turns: its time / ours \(wall) (pair by pair: \(each)); by CPU \
            \(cpu); its peak of memory / ours \(peak).
            \(check)
            """
    }

    /// Whether both programs made the same tables of the same events; true without a peer.
    var agrees: Bool {
        zip(samples[.fresh], samples[.duckDB]).allSatisfy { DuckDBPeer.differences($0, $1).isEmpty }
    }

    private func mebibytes(_ bytes: Double) -> String { (bytes / 1_048_576).fixed(0) }

    /// The machine and its load.
    static var machine: String {
        var loads = [0.0, 0.0, 0.0]
        let count = getloadavg(&loads, 3)
        let load = count > 0 ? "load \(loads[0].fixed(2)) of the last minute" : "load unknown"
        return "\(sysconf(Int32(_SC_NPROCESSORS_ONLN))) cores, \(load)"
    }
}
