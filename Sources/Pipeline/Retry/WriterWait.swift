import Domain
import Logging

/// Waits while another run writes to the warehouse, so that a run that follows its sources takes over when that one ends.
struct WriterWait {
    /// Whether it waits; otherwise the error that says that the warehouse is in use is thrown at once.
    let isOn: Bool
    let stop: StopSignal
    let logger: Logger

    /// The seconds from one try to the next.
    private static let secondsBetweenTries = 1.0

    /// Does something that needs to be the only writer, when no other run is.
    ///
    /// - Throws: the error of `body`; `StoppedBeforeWork` when the program is asked to stop while it waits.
    func attempt<Answer>(_ body: () throws -> Answer) throws -> Answer {
        var isWaiting = false
        let pause = WakeUp()
        while true {
            do {
                let answer = try body()
                if isWaiting { logger.warning("the other run has ended: taking over") }
                return answer
            } catch let error as any ReportedError where error.kind == .inUse && isOn {
                if !isWaiting { logger.warning("\(error.message); waiting to take over") }
                isWaiting = true
                let end = StageTime.monotonicSeconds + Self.secondsBetweenTries
                while StageTime.monotonicSeconds < end {
                    if let reason = stop.reason { throw StoppedBeforeWork(reason: reason, cause: error) }
                    _ = pause.wait(milliseconds: 50)
                }
            }
        }
    }
}
