import CKafka
import Domain
import Logging

/// An error of a Kafka cluster or of librdkafka, with the activity that failed and its place.
public struct KafkaError: ReportedError {
    /// What kind of failure it is.
    public var problem: KafkaProblem
    /// The name of the code, such as `UNKNOWN_TOPIC_OR_PART`; nil when the error has none.
    public var code: String?
    /// The message of librdkafka or of a broker, on one line.
    public var words: String
    /// The activity that failed: "reading user_logs/0".
    public var activity: String
    /// The location without secrets; empty when the location itself is wrong.
    public var place: String
    /// How many seconds were waited for an answer before this became an error; nil where nothing was waited for.
    public var waited: Double?
    /// A more precise hint than that of `problem`.
    public var ownHint: String?

    init(_ problem: KafkaProblem, _ words: String, activity: String = "", place: String = "", hint: String? = nil) {
        self.problem = problem
        self.words = words
        self.activity = activity
        self.place = place
        ownHint = hint
    }

    /// The error of a code.
    ///
    /// - Parameter words: nil for librdkafka's description of the code.
    init(_ code: rd_kafka_resp_err_t, _ words: String? = nil, activity: String = "", place: String = "") {
        let own = words.map { Redaction.line(of: KafkaError.withoutState($0)) } ?? ""
        let general = Redaction.line(of: String(cString: rd_kafka_err2str(code)))
        self.init(KafkaProblem(code), own.isEmpty ? general : own, activity: activity, place: place)
        self.code = rd_kafka_err2name(code).map { String(cString: $0) }
    }

    /// A location that cannot be used.
    static func location(_ words: String, hint: String) -> KafkaError {
        KafkaError(.location, words, hint: hint)
    }

    /// The same error with the activity and place that were not known where it arose.
    func during(_ activity: String, at place: String) -> KafkaError {
        var error = self
        if error.activity.isEmpty { error.activity = activity }
        if error.place.isEmpty { error.place = place }
        return error
    }

    /// The same error where an answer was waited for.
    func afterWaiting(_ seconds: Double) -> KafkaError {
        var error = self
        error.waited = seconds
        return error
    }

    /// librdkafka's message without what it says of itself at the end, "(after 0ms in state CONNECT, …)", and without its guess
    /// that a broker that does not answer is older than 0.10.
    private static func withoutState(_ text: String) -> Substring {
        let guess = ": probably due to broker version"
        if let start = text.ranges(of: guess).first?.lowerBound { return text[..<start] }
        guard text.hasSuffix(")"), let start = text.ranges(of: " (after ").last?.lowerBound else { return text[...] }
        return text[..<start]
    }

    /// What failed and where, on one line.
    public var message: String {
        var text = place.isEmpty ? words : "\(place): \(words)"
        if let code { text += " (\(code))" }
        if let waited { text += ", after \(NumberFormat.fixed(waited, digits: 1)) s" }
        if !activity.isEmpty { text += " while \(activity)" }
        return text
    }

    /// What kind of failure it is, which decides the exit status.
    public var kind: FailureKind {
        switch problem {
        case .location: .usage
        case .unreachable, .unknownHost, .interrupted: .unreachable
        default: .failed
        }
    }

    /// Whether the same may succeed later although nobody changes anything meanwhile.
    public var mayRetry: Bool { [.unreachable, .unknownHost, .fatal].contains(problem) }

    /// What to do next.
    public var hint: String {
        if let ownHint { return ownHint }
        return switch problem {
        case .location: "Write the location as kafka://host:9092/topic?property=value."
        case .unreachable:
            "Check that a broker runs at the host and port, that the names and ports that the brokers advertise "
                + "(advertised.listeners) can be reached from here, and that security.protocol is that of the listener; then "
                + "run the command again."
        case .unknownHost:
            "Check the spelling of the host, and that the names that the brokers advertise (advertised.listeners) have "
                + "an address here; then run the command again."
        case .authentication:
            "Check sasl.username, the password in the variable KAFKA_SASL_PASSWORD, and that sasl.mechanisms and "
                + "security.protocol are those of the broker's listener."
        case .encryption:
            "Check security.protocol, ssl.ca.location (the certificate that signs the broker's), and that the broker's "
                + "certificate is for the name in the URL."
        case .permission:
            "Let the cluster's administrator grant the user the right to read the topic (kafka-acls.sh --add "
                + "--allow-principal User:NAME --operation Read --topic TOPIC), or to write it (Write instead of Read), and to "
                + "read the group."
        case .unknownTopic:
            "Check the topic's name, or make it: kafka-topics.sh --bootstrap-server HOST:PORT --create --topic TOPIC."
        case .tooLarge:
            "Raise message.max.bytes here, and max.message.bytes of the topic or message.max.bytes of the broker."
        case .damaged:
            "A record or a batch of the topic cannot be read; look at the brokers' logs. If receive.message.max.bytes is "
                + "too small for a record, raise it."
        case .offset: "Run the same command again."
        case .otherCluster:
            "Run the same command again: it reads the topic of that cluster, whose position is another one."
        case .fatal: "Run the same command again."
        case .interrupted: "Nothing is lost: run the same command again."
        case .other: "Run `reelhouse doctor` with the same location to check the brokers and the topic."
        }
    }
}
