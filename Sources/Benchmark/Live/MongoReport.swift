/// Makes the report of the measurements with MongoDB, for people.
struct MongoReport {
    let samples: Samples<MongoScenario>
    let documents: Int

    /// The whole report.
    var text: String {
        "\nMongoDB, \(documents.grouped) movie documents:\n\(table)\n"
            + "  The bare upserts are those of the same BSON documents by libmongoc, 1,000 a call, unordered, with the same write\n"
            + "  concern (majority, journalled); documents are in memory before their time begins. reelhouse is measured from the\n"
            + "  start of its process to its end: copy raw reads, compares ranks and makes the BSON, and run fills every table.\n"
            + "  Ratios are medians of the rounds' own."
    }

    private static let lines: [(scenario: MongoScenario, title: String, peer: MongoScenario?)] = [
        (.copy, "copy raw: a folder into MongoDB", .put), (.put, "bare bulk upserts", nil),
        (.load, "run --movies: MongoDB into SQLite", .read), (.read, "bare cursor", nil),
    ]

    private var table: String {
        var table = ResultTable(
            "", "documents/s", "wall s", "quickest", "slowest", "CPU s", "peak MiB", "to bare")
        for (scenario, title, peer) in Self.lines {
            let walls = samples[scenario].map(\.seconds)
            guard let wall = walls.median, let least = walls.min(), let most = walls.max(),
                let cpu = samples.median(scenario, \.cpuSeconds),
                let peak = samples.median(scenario, { Double($0.peakBytes) })
            else { continue }
            let toPeer = peer.flatMap { samples.ratio($0, to: scenario, \.seconds) }
            table.add(
                title, (Double(documents) / wall).fixed(0), wall.fixed(2), least.fixed(2), most.fixed(2), cpu.fixed(2),
                (peak / 1_048_576).fixed(0), toPeer?.fixed(2) ?? "")
        }
        return table.text
    }
}
