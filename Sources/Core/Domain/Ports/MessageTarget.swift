/// A message to be sent: one line. Its bytes are valid during the call that gets it.
public struct OutgoingMessage {
    /// The line, without LF.
    public var value: UnsafeRawBufferPointer
    /// The key, which decides the partition; nil for none.
    public var key: UnsafeRawBufferPointer?
    /// The snapshot date of a movie document, as days since 1970-01-01; nil for an event.
    public var snapshotDay: Int32?
    /// Whether the bytes of the value stay as they are until the message has its outcome or the target is closed, so that
    /// they need not be copied. Without it they only have to do so during `send`; the key's always only then.
    public var valueStays = false

    /// A message.
    public init(value: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer?, snapshotDay: Int32?) {
        self.value = value
        self.key = key
        self.snapshotDay = snapshotDay
    }
}

/// Why a message cannot be sent, however often it is tried.
public enum MessageRefusal: Sendable, Hashable {
    /// It is larger than a limit, in bytes; nil where the limit is not known. `side` says whose limit that is, and which
    /// setting: "the broker (message.max.bytes)".
    case tooLarge(side: String, limit: Int64?)
    /// The topic takes no message of this kind; the text says why.
    case notTaken(String)

    /// The `side` of a limit that cannot be changed.
    public static let thisProgram = "this program"
}

/// What became of a message.
public enum MessageOutcome: Sendable, Equatable {
    /// The topic has it, on all replicas that are in sync.
    case confirmed
    /// The topic does not have it, and never will.
    case refused(MessageRefusal)
}

/// The answer to a call of `MessageTarget.send`.
public enum SendAnswer: Sendable, Equatable {
    /// The message is being sent; its outcome comes later.
    case accepted
    /// There is no room at the moment: take outcomes, and call again.
    case full
    /// The message cannot be sent; no outcome comes.
    case refused(MessageRefusal)
}

/// What identifies a topic, whatever the address that it was reached by.
public struct TopicIdentity: Sendable, Hashable {
    /// The cluster's id.
    public var cluster: String
    /// The topic's name.
    public var topic: String

    /// A topic of a cluster.
    public init(cluster: String, topic: String) {
        self.cluster = cluster
        self.topic = topic
    }
}

/// Where partitions of a topic end: the offset after a message that was confirmed, by the partition's number.
public typealias TopicEnds = [Int32: Int64]

/// The outgoing port: a topic that lines are published to, or another place that takes lines as a backup, such as a
/// collection of documents. What is said of a topic here holds for such a place too.
///
///     let topic = try target.open()
///     _ = try target.send(message, number: 7)
///     try target.takeOutcomes(waiting: 100) { number, outcome in … }   // 7, .confirmed
///
/// When a call throws an error whose `mayRetry` is true, the target can be opened anew. Messages without an outcome have to
/// be sent again then; the topic may have them already. Used by one thread at a time.
public protocol MessageTarget: AnyObject {
    /// The location without its password.
    var location: String { get }

    /// Connects, and checks that the topic exists. Also opens the target anew after `close`; all messages without an
    /// outcome are forgotten then.
    func open() throws -> TopicIdentity

    /// Begins to send a message. Messages with the same key arrive in the order of these calls.
    ///
    /// - Parameter number: by which `takeOutcomes` names the message; below 2^63 - 1.
    func send(_ message: OutgoingMessage, number: UInt) throws -> SendAnswer

    /// Takes the outcomes that are there. Waits for the first one for at most some milliseconds.
    ///
    /// - Throws: when messages could not be sent, or no outcome came for too long. The outcomes that were taken before
    ///   hold.
    func takeOutcomes(waiting milliseconds: Int, _ body: (UInt, MessageOutcome) -> Void) throws

    /// Where the topic ended after the messages that were confirmed since this object was made.
    var confirmedEnds: TopicEnds { get }

    /// Whether the topic, which has to be open, does not end before some ends. It does when it was deleted and made anew.
    func reaches(_ ends: TopicEnds) throws -> Bool

    /// Ends the connection in bounded time, whatever has no outcome yet. May be called twice.
    func close()

    /// The same.
    ///
    /// - Parameter memory: what has the bytes of values that stay (`OutgoingMessage.valueStays`) and have no outcome. It
    ///   is kept as long as the connection may still read them.
    func close(keeping memory: [AnyObject])
}

extension MessageTarget {
    /// Fits a target that has no offsets.
    public var confirmedEnds: TopicEnds { [:] }

    /// Fits a target that has no offsets.
    public func reaches(_ ends: TopicEnds) throws -> Bool { true }

    /// Fits a target that copies all values.
    public func close(keeping memory: [AnyObject]) { close() }
}
