import CMongo
import Domain
import Logging

/// An error of a MongoDB server or of libmongoc, with the activity that failed and its place.
public struct MongoError: ReportedError {
    /// What kind of failure it is.
    public var problem: MongoProblem
    /// The server's code, such as 11000; nil when the error has none.
    public var code: UInt32?
    /// The message of libmongoc or of a server, on one line.
    public var words: String
    /// The activity that failed, in words that say what it is for: "storing movie documents in raw_movies".
    public var activity: String
    /// The location without secrets; empty when the location itself is wrong.
    public var place: String
    /// How many seconds were waited for a server before this became an error; nil where nothing was waited for.
    public var waited: Double?
    /// A more precise hint than that of `problem`.
    public var ownHint: String?
    /// Whether the server said that the same may be tried again.
    var isLabelledRetryable = false

    init(_ problem: MongoProblem, _ words: String, activity: String = "", place: String = "", hint: String? = nil) {
        self.problem = problem
        self.words = words
        self.activity = activity
        self.place = place
        ownHint = hint
    }

    /// The error that a function of libmongoc has set.
    init(_ error: bson_error_t) {
        let words = withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        self.init(MongoProblem(domain: error.domain, code: error.code), Redaction.line(of: words))
        if [MONGOC_ERROR_SERVER, MONGOC_ERROR_WRITE_CONCERN].contains(mongoc_error_domain_t(error.domain)) {
            code = error.code
        }
    }

    /// A location that cannot be used.
    static func location(_ words: String, hint: String) -> MongoError {
        MongoError(.location, words, hint: hint)
    }

    /// The same error with the activity and place that were not known where it arose.
    func during(_ activity: String, at place: String) -> MongoError {
        var error = self
        if error.activity.isEmpty { error.activity = activity }
        if error.place.isEmpty { error.place = place }
        return error
    }

    /// The same error where a server was waited for; other errors have nothing to do with the time.
    func afterWaiting(_ seconds: Double) -> MongoError {
        guard kind == .unreachable, problem != .interrupted else { return self }
        var error = self
        error.waited = seconds
        return error
    }

    /// The same error with what the threads that watch the servers know, where no server could be found or the connection
    /// was lost: a failed search tells no codes. What they cannot tell the kind of explains nothing.
    func explained(by cause: MongoError?) -> MongoError {
        guard problem == .unreachable, code == nil, let cause, cause.problem != .other else { return self }
        var error = self
        error.problem = cause.problem
        error.code = cause.code
        return error
    }

    /// The same error where the user who is refused has not logged in: the right is not missing, but the login.
    func withoutLogin() -> MongoError {
        guard problem == .permission else { return self }
        var error = self
        error.problem = .authentication
        error.ownHint = MongoHint.login
        return error
    }

    /// What failed and where, on one line.
    public var message: String {
        var text = place.isEmpty ? words : "\(place): \(words)"
        if let code { text += " (code \(code))" }
        if let waited { text += ", after \(NumberFormat.fixed(waited, digits: 1)) s" }
        if !activity.isEmpty { text += " while \(activity)" }
        return text
    }

    /// What kind of failure it is, which decides the exit status.
    public var kind: FailureKind {
        switch problem {
        case .location: .usage
        case .unreachable, .unknownHost, .notPrimary, .interrupted: .unreachable
        case .noRoom: .noRoom
        default: .failed
        }
    }

    /// Whether the same may succeed later although nobody changes anything meanwhile.
    public var mayRetry: Bool {
        switch problem {
        case .unreachable, .unknownHost, .notPrimary, .unconfirmed, .lostCursor: true
        case .interrupted, .location: false
        default: isLabelledRetryable
        }
    }

    /// Whether a server answered that it will take work soon.
    public var isServerStarting: Bool { problem == .notPrimary }

    /// Whether stored bytes are not what was written.
    public var isDamage: Bool { problem == .damaged }

    /// What to do next.
    public var hint: String { ownHint ?? MongoHint.text(problem) }
}

/// What to do about each kind of error.
enum MongoHint {
    /// How a name or a password is written in a URL.
    static let escaping =
        "In a user's name and a password write the signs : / ? # [ ] @ % as %3A %2F %3F %23 %5B %5D %40 %25."

    /// What to do where a server demands a login and the URL has none.
    static let login =
        "The server demands a login, and the URL names no user: write it as mongodb://USER:PASSWORD@HOST/DATABASE, with "
        + "?authSource=admin where the user belongs to the database admin, as most do. \(escaping)"

    static func text(_ problem: MongoProblem) -> String {
        switch problem {
        case .location: "Write the location as mongodb://host:27017/tmdb_data?parameter=value."
        case .unreachable:
            "Check that a server runs at the host and port, that a firewall lets connections through, that the names of "
                + "a replica set's members can be reached from here (or set directConnection=true), and whether the "
                + "server demands TLS (tls=true); then run the command again."
        case .unknownHost:
            "Check the spelling of the host, and that the members of a replica set have names that are known here (or set "
                + "directConnection=true); then run the command again."
        case .notPrimary:
            "Wait until the replica set has a primary (rs.status() in mongosh), and run the command again."
        case .authentication:
            "Check the user and the password. If the user belongs to the database admin, as most do, add "
                + "?authSource=admin to the URL. \(escaping)"
        case .encryption:
            "Check tls=true, tlsCAFile (the certificate that signs the server's), tlsCertificateKeyFile where the server "
                + "demands a certificate, and that the server's certificate is for the name in the URL."
        case .permission:
            "Let the database's administrator grant the user the role readWrite on the database, or read for a source: "
                + "db.grantRolesToUser(\"NAME\", [{role: \"readWrite\", db: \"DATABASE\"}])."
        case .version: "Use a server from MongoDB 3.6 on, or a build of this program with a newer libmongoc."
        case .unconfirmed:
            "Nothing is lost: look whether most members of the replica set are up (rs.status() in mongosh), raise "
                + "wtimeoutMS if they are slow, and run the command again."
        case .duplicateKey:
            "A unique index that is not this program's refuses the document: drop it (db.raw_movies.getIndexes() lists "
                + "them), or name another database."
        case .refusedDocument:
            "Look whether the collection has rules for its documents (db.getCollectionInfos()) that refuse it; change "
                + "them, or name another database."
        case .tooLarge: "Leave the document out, or name a raw store in a folder."
        case .noRoom: "Make room on the server's disk, or raise the quota, and run the command again."
        case .lostCursor: "Run the same command again."
        case .damaged:
            "Restore what is damaged from a backup of the database, or delete it (the message says where it is) and load "
                + "its source again with --reload."
        case .foreign: "Mend or remove the document, or name another collection."
        case .interrupted: "Nothing is lost: run the same command again."
        case .serverFault:
            "The server's log says why, and whether its disk is full or damaged; mend that, start the server again, and run "
                + "the same command again."
        case .other: "Run `reelhouse doctor` with the same location to check the server and the database."
        }
    }
}
