import Domain

/// A line that was not sent.
public struct UnsentLine: Sendable, Equatable {
    /// Its source as the user named it.
    public var source: String
    /// Its number in the source, from 1.
    public var line: Int64
    /// Its length in bytes.
    public var bytes: Int64
    /// Why.
    public var refusal: MessageRefusal
}

/// The progress of publishing.
public struct PublishProgress: Sendable, Equatable {
    /// How many messages are confirmed.
    public var confirmed: Int64
    /// How many bytes of the sources, as they are stored, were read of lines that are settled.
    public var bytes: Int64
    /// How many bytes the sources have in all, as far as that is known.
    public var totalBytes: Int64
}

/// The result of publishing.
public struct PublishReport: Sendable {
    /// How a source was sent.
    public enum SourceState: String, Sendable {
        /// It was sent to its end.
        case complete
        /// A part of it was sent.
        case partial
        /// It had been sent before.
        case skipped
        /// It could not be read, or not to its end.
        case unreadable
    }

    /// A source of this call.
    public struct SourceResult: Sendable, Equatable {
        /// Its name as the user gave it.
        public var name: String
        /// How it was sent.
        public var state: SourceState
        /// How many of its messages were confirmed in this call.
        public var confirmed: Int64 = 0
        /// How many lines earlier calls had left out because they were refused.
        public var refusedEarlier: Int64 = 0
        /// Whether its last line is unfinished and was left for a later call.
        public var isUnfinished = false
        /// Why it was not read, or not to its end; nil where it was.
        public var remark: String?
    }

    /// The topic.
    public var topic: TopicIdentity
    /// The sources, in the order in which they were named.
    public var sources: [SourceResult] = []
    /// Files that belong to this program and were not read.
    public var passedOver: [SourceRemark] = []
    /// Files and folders that were found and cannot be read.
    public var unreadable: [SourceRemark] = []
    /// How many messages the topic has confirmed.
    public var confirmed: Int64 = 0
    /// How many bytes their values have.
    public var confirmedBytes: Int64 = 0
    /// How many of the confirmed messages have no key.
    public var withoutKey: Int64 = 0
    /// How many times a message was sent again after a lost connection; at most so many are twice in the topic.
    public var sentAgain: Int64 = 0
    /// At most how many of the confirmed messages an earlier call had sent already, which ended early.
    public var sentEarlier: Int64 = 0
    /// How many lines after the stored position were sent: the next call sends them again.
    public var linesAhead: Int64 = 0
    /// The lines that were not sent, at most `mostUnsentLines` of them.
    public var unsent: [UnsentLine] = []
    /// How many lines were not sent.
    public var unsentCount: Int64 = 0
    /// How long it took, in seconds.
    public var seconds = 0.0
    /// Why the program was asked to stop; nil when it was not.
    public var stopped: StopSignal.Reason?
    /// The error that ended it; nil when there was none.
    public var failure: (any ReportedError)?

    /// How many lines `unsent` has at most.
    public static let mostUnsentLines = 1000

    /// Whether something that was named is not in the topic although all was read.
    public var isIncomplete: Bool {
        unsentCount > 0 || !unreadable.isEmpty || sources.contains { $0.state == .unreadable }
    }
}
