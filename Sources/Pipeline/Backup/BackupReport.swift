import Domain

/// What a run has sent to its backup.
public struct BackupReport: Sendable, Equatable {
    /// Whose lines it gets.
    public var port: SourcePort
    /// The backup's location, without a password.
    public var location: String
    /// How many lines are confirmed, of the transactions that were committed.
    public var confirmed: Int64 = 0
    /// How many times a line was sent again after a lost connection; at most so many are twice in a topic.
    public var sentAgain: Int64 = 0
    /// The lines that were refused, at most `PublishReport.mostUnsentLines` of them. They are loaded all the same.
    public var unsent: [UnsentLine] = []
    /// How many lines were refused.
    public var unsentCount: Int64 = 0

    init(port: SourcePort, location: String) {
        self.port = port
        self.location = location
    }
}

/// The backup cannot be written to, and is not tried any more. Nothing of the open transaction is committed.
struct BackupFailure: ReportedError {
    /// The error of the last try.
    let cause: any ReportedError

    var message: String { "the backup failed: \(cause.message)" }
    var hint: String {
        cause.hint + " What was committed is loaded and backed up, and the same command goes on from there."
    }
    var kind: FailureKind { cause.kind }
    /// False: it was tried again as long as the options say.
    var mayRetry: Bool { false }
}

/// The program was asked to stop while the backup confirmed nothing.
struct BackupStopped: Error {}
