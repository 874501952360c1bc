import Domain
import Logging
import Pipeline

/// What a command is told of the nightly batch whose task it is.
struct BatchTask {
    /// Set when the batch is to stop. What only reads ends then; see `StopRequest.endingReading`.
    let stop: StopSignal
    /// The date of the batch.
    let day: Int32
    /// The number of the batch; nil while there is no warehouse to record it in.
    let nightly: Int64?
    /// The task.
    let task: NightlyTask
    /// Gets what its load comes to.
    let loads: LoadMetrics

    /// What lines of the log say of it.
    var logFields: [LogField] {
        (nightly.map { [LogField("nightly", .integer($0))] } ?? []) + [
            LogField("batch", .string(CivilDate.text(ofDay: day))), LogField("task", .string(task.rawValue)),
        ]
    }
}
