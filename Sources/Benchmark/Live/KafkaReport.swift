/// Makes the report of the measurements with Kafka for one number of events, for people.
struct KafkaReport {
    let samples: Samples<KafkaScenario>
    let events: Int

    /// The whole report.
    var text: String {
        "\nKafka, \(events.grouped) events, \(KafkaTopics.partitions) partitions, start to end:\n\(table)\n"
            + "  kcat's producer has the settings of publish: "
            + KafkaBenchmark.producerSettings.joined(separator: ", ")
            + ".\n  It sends the lines without keys, and chooses the partitions by itself. "
            + "publish compresses at zstd's level 1; the ratio is to kcat at its default, 3\(alike).\n"
            + "  The slowest and the quickest round are those of the wall; ratios are medians of the rounds' own. "
            + "A round before them does not count, since a new broker is slower."
    }

    private var alike: String {
        samples.ratio(.produceAlike, to: .publish, \.seconds).map { ", and to kcat at level 1 \($0.fixed(2))" } ?? ""
    }

    private static let lines: [(scenario: KafkaScenario, title: String)] = [
        (.files, "files into SQLite"), (.load, "Kafka into SQLite"), (.read, "kcat reads to nowhere"),
        (.publish, "reelhouse publish"), (.produce, "kcat's producer"), (.produceAlike, "kcat's producer, level 1"),
    ]

    private var table: String {
        var table = ResultTable(
            "", "messages/s", "wall s", "quickest", "slowest", "CPU s", "peak MiB", "to files", "to kcat")
        for (scenario, title) in Self.lines {
            let walls = samples[scenario].map(\.seconds)
            guard let items = samples[scenario].first?.items, let wall = walls.median, let least = walls.min(),
                let most = walls.max(), let cpu = samples.median(scenario, \.cpuSeconds),
                let peak = samples.median(scenario, { Double($0.peakBytes) })
            else { continue }
            let toFiles = scenario == .load ? samples.ratio(.files, to: .load, \.seconds) : nil
            let peer: KafkaScenario? = scenario == .load ? .read : scenario == .publish ? .produce : nil
            let toPeer = peer.flatMap { samples.ratio($0, to: scenario, \.seconds) }
            table.add(
                title, (Double(items) / wall).fixed(0), wall.fixed(2), least.fixed(2), most.fixed(2), cpu.fixed(2),
                (peak / 1_048_576).fixed(0), toFiles?.fixed(2) ?? "", toPeer?.fixed(2) ?? "")
        }
        return table.text
    }
}
