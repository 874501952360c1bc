/// Makes the report of the loads of one number of events into PostgreSQL, for people.
struct LiveReport {
    let samples: Samples<LiveScenario>
    let held: (load: Sample, bytes: Int64)?
    let events: Int

    /// The whole report.
    var text: String {
        var parts = ["\n\(events.grouped) events, start to end, everything durable:\n" + loads]
        if !samples[.fresh].isEmpty {
            parts.append(
                "Stages of a run into PostgreSQL, by their threads' own clocks (they overlap). What a stage waits, it mostly "
                    + "waits for the server:\n" + stages)
        }
        if let differences { parts.append(differences) }
        return parts.joined(separator: "\n\n")
    }

    private static let lines: [(scenario: LiveScenario, title: String)] = [
        (.fresh, "reelhouse, every table"), (.merge, "by hand: COPY, merge, facts alone"),
        (.shuffled, "reelhouse, every table, shuffled"), (.mergeShuffled, "by hand: COPY, merge, shuffled"),
        (.copy, "by hand: bare COPY, no index"), (.sqlite, "reelhouse into SQLite"),
        (.grown, "reelhouse into ten times as many"),
    ]

    private var loads: String {
        var table = ResultTable(
            "", "lines", "lines/s", "wall s", "client CPU s", "server CPU s", "client peak MiB",
            "reelhouse's speed to it",
            "by CPU")
        for (scenario, title) in Self.lines {
            guard let first = samples[scenario].first, let seconds = samples.median(scenario, \.seconds),
                let cpu = samples.median(scenario, \.cpuSeconds),
                let peak = samples.median(scenario, { Double($0.peakBytes) })
            else { continue }
            let server = first.serverSeconds == nil ? nil : samples.median(scenario) { $0.serverSeconds ?? 0 }
            table.add(
                title, first.items.grouped, (Double(first.items) / seconds).fixed(0), seconds.fixed(2), cpu.fixed(2),
                server?.fixed(2) ?? "", (peak / 1_048_576).fixed(0),
                samples.ratio(scenario, to: scenario.counterpart, \.seconds)?.fixed(2) ?? "",
                samples.ratio(scenario, to: scenario.counterpart, { $0.cpuSeconds + ($0.serverSeconds ?? 0) })?.fixed(2)
                    ?? "")
        }
        guard let held else { return table.text }
        table.add(
            "reelhouse, the ten times as many (once)", held.load.items.grouped,
            (Double(held.load.items) / held.load.seconds).fixed(0), held.load.seconds.fixed(2),
            held.load.cpuSeconds.fixed(2), held.load.serverSeconds?.fixed(2) ?? "",
            (Double(held.load.peakBytes) / 1_048_576).fixed(0), "", "")
        return table.text
            + "\n  The database of ten times as many has \((Double(held.bytes) / 1_048_576).fixed(0)) MiB."
    }

    private static let stageTitles: [(name: String, title: String)] = [
        ("plan", "know the sources by their bytes"), ("read", "read, decompress, find lines"),
        ("decode", "decode and clean"), ("insert", "enrich, sort, insert facts"), ("merge", "merge in memory"),
        ("upsert", "upsert what is merged"), ("commit", "commit"), ("marts", "marts"), ("count", "count rows"),
    ]

    private var stages: String {
        var table = ResultTable("", "client CPU s", "wall s", "waits s")
        for (name, title) in Self.stageTitles {
            guard let cpu = samples.median(.fresh, { $0.stages[name]?.cpu_seconds ?? 0 }),
                let wall = samples.median(.fresh, { $0.stages[name]?.seconds ?? 0 })
            else { continue }
            table.add(title, cpu.fixed(3), wall.fixed(3), max(0, wall - cpu).fixed(3))
        }
        return table.text
    }

    /// Whether PostgreSQL and SQLite have the same tables of the same events; nil unless both were measured.
    private var differences: String? {
        guard let live = samples[.fresh].first?.rows, let local = samples[.sqlite].first?.rows else { return nil }
        let names = Set(live.keys).union(local.keys).sorted()
        let different = names.filter { live[$0] != local[$0] }
        if different.isEmpty {
            return "PostgreSQL and SQLite have the same number of rows in all of \(names.count) tables."
        }
        let words = different.map { "\($0): \(live[$0] ?? 0) in PostgreSQL, \(local[$0] ?? 0) in SQLite" }
        return "THE TWO DIFFER: " + words.joined(separator: "; ")
    }
}
