import Domain

/// Which sources a run reads, and from where: what is loaded whole is skipped, what was interrupted goes on.
struct LoadPlan {
    /// The sources that are read.
    private(set) var planned: [PlannedSource] = []
    /// What the checkpoints of sources that go on say of them, by the source's number.
    private(set) var resumed: [Int: Checkpoint] = [:]
    /// One a source named, in order.
    private(set) var reports: [SourceReport] = []
    /// Compressed bytes that are read.
    private(set) var totalBytes: Int64 = 0

    init(_ set: any SourceSet, warehouse: any Warehouse, options: LoadOptions) throws {
        var seen: Set<SourceIdentity> = []
        for (index, description) in try set.describe().enumerated() {
            var report = SourceReport(name: description.name, port: set.port, state: .partial)
            var identity = description.identity
            if set.port == .movies, let day = options.snapshotDay { identity?.snapshotDay = day }
            var start = SourcePosition()
            if let identity {
                let checkpoint = options.isReload ? nil : try warehouse.checkpoint(of: identity)
                if !seen.insert(identity).inserted || checkpoint?.isComplete == true {
                    report.state = .skipped
                } else if let checkpoint {
                    start = checkpoint.position
                    resumed[index] = checkpoint
                }
            }
            reports.append(report)
            if report.state == .skipped { continue }
            totalBytes += description.size ?? 0
            let source = Source(
                name: description.name, identity: identity, port: set.port,
                snapshotDay: options.snapshotDay ?? identity?.snapshotDay ?? options.clock.day, number: index)
            planned.append(PlannedSource(index: index, source: source, start: start))
        }
    }
}
