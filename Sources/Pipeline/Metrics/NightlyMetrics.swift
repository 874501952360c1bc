import Domain

/// The metrics of nightly batches. Every series is there from the first run on, with 0 before the first batch.
enum NightlyMetrics {
    /// The metrics.
    static func all(_ history: any NightlyHistory) throws -> [Metric] {
        let last = try history.newestNightly()
        let successes = try history.lastSuccesses()
        func byTask(_ value: (NightlyTaskRecord?) -> Double) -> [Metric.Series] {
            NightlyTask.allCases.map { task in
                let record = last?.tasks.first { $0.task == task.rawValue }
                return .init([.init("task", task.rawValue)], value(record))
            }
        }
        let day = Double(last?.day ?? 0) * Double(CivilDate.millisecondsPerDay) / 1000
        return [
            Metric(
                "last_nightly_id", "The number of the last nightly batch; 0 before the first.", Double(last?.id ?? 0)),
            Metric(
                "last_nightly_day_timestamp_seconds",
                "The beginning of the day that the last nightly batch was for, in unix time; 0 before the first.", day),
            Metric(
                "nightly_task_outcome", "Whether a task of the last nightly batch was left so: 1 or 0.",
                outcomes(last)),
            Metric(
                "nightly_task_duration_seconds",
                "How long the last try of a task took in the last nightly batch; 0 while it is under way, or was not begun.",
                byTask { $0?.seconds ?? 0 }),
            Metric(
                "nightly_task_tries", "How often a task was tried in the last nightly batch.",
                byTask { Double($0?.tries ?? 0) }),
            Metric(
                "nightly_task_rows", "The rows that a task of the last nightly batch counted.",
                byTask { Double($0?.rows ?? 0) }),
            Metric(
                "nightly_task_last_success_timestamp_seconds",
                "When a task was last done in any nightly batch, in unix time; 0 before the first time.",
                NightlyTask.allCases.map {
                    .init([.init("task", $0.rawValue)], Double(successes[$0.rawValue] ?? 0) / 1000)
                }),
        ]
    }

    private static func outcomes(_ last: NightlyRecord?) -> [Metric.Series] {
        NightlyTask.allCases.flatMap { task -> [Metric.Series] in
            let found = last?.tasks.first { $0.task == task.rawValue }?.outcome
            return NightlyOutcome.allCases.map { outcome in
                Metric.Series(
                    [.init("task", task.rawValue), .init("outcome", outcome.rawValue)], found == outcome ? 1 : 0)
            }
        }
    }
}
