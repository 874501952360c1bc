import Domain

/// Why lines cannot be published.
enum PublishError: ReportedError, Equatable {
    /// After a lost connection, the address leads to another cluster.
    case otherCluster(location: String, was: String, now: String)
    /// One message is larger than all the room for messages that wait to be sent.
    case noRoomForMessage(location: String, source: String, line: Int64, bytes: Int)

    var message: String {
        switch self {
        case .otherCluster(let location, let was, let now):
            "\(location): the cluster was \(was) when the command began, and is \(now) now"
        case .noRoomForMessage(let location, let source, let line, let bytes):
            "\(location): line \(line) of \(source) has \(bytes) bytes, more than all messages that wait may have"
        }
    }

    var hint: String {
        switch self {
        case .otherCluster:
            "Name the brokers of one cluster, and run the command again: it begins at the first line for a cluster that "
                + "it has not sent to."
        case .noRoomForMessage: "Leave out the parameters queue.buffering.max.kbytes and queue.buffering.max.messages."
        }
    }

    var mayRetry: Bool { false }
}
