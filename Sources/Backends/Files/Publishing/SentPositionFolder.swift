import Domain
import Glibc
import JSON

/// A folder that keeps how far sources were sent, in a file for each port and topic: `events-user_logs-CLUSTER.ndjson`.
///
/// A file is replaced all at once, and is durable then. Its first line says how many lines may have been sent after the
/// positions, and where the topic's partitions ended after them; each further line is a source:
///
/// ```
/// {"format":1,"lines_ahead":0,"ends":"0:1200,1:980"}
/// {"key":"sha256:…","bytes":90112,"head":-17,"grows":true,"day":20416,"name":"data/…","position":"311:90112",
///     "complete":true,"refused":0}
/// ```
public final class SentPositionFolder: SentPositionStore {
    private let folder: String
    private var path = ""
    /// The lock of the file. It ends with this object.
    private var lock: OpenFile?

    /// A folder, which need not exist yet.
    public init(_ folder: String) { self.folder = folder }

    /// Reads the positions of a topic. Creates the folder.
    ///
    /// - Throws: `SentPositionError`, `FileError`.
    public func read(_ port: SourcePort, of topic: TopicIdentity) throws -> SentPositions {
        try Folder.make(folder)
        let name = "\(port.rawValue)-\(topic.topic)-\(Self.fileName(topic.cluster))"
        path = "\(folder)/\(name).ndjson"
        let lock = try OpenFile(locking: "\(folder)/.\(name).lock")
        while flock(lock.descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { throw SentPositionError.inUse(path: path) }
            guard errno == EINTR else { throw FileError(.lock, path, errno: errno) }
        }
        self.lock = lock
        guard let file = try OpenFile.ifThere(path) else { return SentPositions() }
        return try SentPositionText.parse(file.readAll(), port: port, path: path)
    }

    /// Replaces the file.
    ///
    /// - Throws: `FileError`.
    public func replace(by positions: SentPositions) throws {
        let file = try ReplacedFile(path: path)
        let bytes = SentPositionText.bytes(of: positions)
        try bytes.withUnsafeBytes { try file.file.write($0) }
        try file.file.sync()
        try file.commit()
        try OpenFile(folder: folder).sync()
    }

    /// A cluster's id as a part of a file's name.
    private static func fileName(_ cluster: String) -> String {
        String(
            cluster.map { ($0.isASCII && ($0.isLetter || $0.isNumber)) || $0 == "-" || $0 == "_" ? $0 : "_" })
    }
}

/// Why the positions of `publish` cannot be used.
public enum SentPositionError: ReportedError, Equatable {
    /// Another command publishes the same port to the same topic.
    case inUse(path: String)
    /// The file has a line that this program has not written.
    case damaged(path: String, line: Int)

    /// What failed, and where.
    public var message: String {
        switch self {
        case .inUse(let path): "another command is publishing to the same topic, with the positions in \(path)"
        case .damaged(let path, let line): "line \(line) of \(path) is not as this program wrote it"
        }
    }

    /// What to do next.
    public var hint: String {
        switch self {
        case .inUse: "Wait for its end, or name another folder with --state."
        case .damaged(let path, _):
            "Move \(path) away: everything is sent again then, and the lines that the topic has already are duplicates "
                + "for who loads them."
        }
    }

    /// In use by another command, or a failure.
    public var kind: FailureKind {
        if case .inUse = self { return .inUse }
        return .failed
    }
}
