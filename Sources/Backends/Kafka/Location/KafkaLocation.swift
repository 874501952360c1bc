import Domain

import enum Logging.Redaction

/// A topic on a Kafka cluster, and how it is reached: what a URL names.
///
///     let location = try KafkaLocation("kafka://a.example:9092,b.example/user_logs?security.protocol=sasl_ssl")
///     location.servers      // "a.example:9092,b.example:9092"
///     location.topic        // "user_logs"
///     location.description  // "kafka://a.example:9092,b.example/user_logs?security.protocol=sasl_ssl"
///
/// The parameters are librdkafka's properties
/// (https://github.com/confluentinc/librdkafka/blob/v2.0.2/CONFIGURATION.md). A variable of the environment gives one
/// that the URL leaves out: `KAFKA_SASL_PASSWORD` is `sasl.password`.
public struct KafkaLocation: Sendable, Equatable, CustomStringConvertible {
    /// The hosts that are asked first, with their ports, separated by commas.
    public let servers: String
    /// The topic.
    public let topic: String
    /// Whether the URL itself contains a secret, which the list of processes shows.
    public let hasSecret: Bool
    /// The location without any secret.
    public let description: String
    /// The properties that the URL and the environment set, by librdkafka's names.
    let properties: [String: String]

    /// The port of a broker whose URL names none.
    private static let defaultPort = "9092"

    /// Reads a URL.
    ///
    /// - Parameter environment: the variables of the environment; only those that begin with `KAFKA_` are used.
    /// - Throws: `KafkaError` with the problem `.location`; no value of a parameter is in it.
    public init(
        _ url: String, environment: [String: String] = KafkaProperties.processEnvironment
    ) throws(KafkaError) {
        let scheme = "kafka://"
        guard url.prefix(scheme.count).lowercased() == scheme, !url.utf8.contains(0) else {
            throw .location(
                "the location does not begin with kafka://", hint: "Write it as kafka://host:9092/topic.")
        }
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        if rest.prefix(while: { $0 != "?" }).contains("@") {
            throw .location(
                "the URL has a user's name or a password before the host",
                hint: "Write them as parameters and variables: ?security.protocol=sasl_ssl&sasl.mechanisms=PLAIN"
                    + "&sasl.username=NAME, and the password in the variable KAFKA_SASL_PASSWORD.")
        }
        let hosts = try authority.split(separator: ",", omittingEmptySubsequences: false).map(KafkaLocation.checkedHost)
        servers = hosts.joined(separator: ",")
        let afterHosts = rest[authority.endIndex...]
        let path = afterHosts.prefix { $0 != "?" }.dropFirst()
        topic = try KafkaLocation.checkedTopic(path)
        let query = afterHosts.firstIndex(of: "?").map { afterHosts[afterHosts.index(after: $0)...] } ?? ""
        let own = try KafkaProperties.parse(query)
        try KafkaProperties.check(own)
        hasSecret = own.contains { KafkaProperties.isSecret($0.name) }
        description = scheme + authority + "/" + topic + KafkaLocation.describe(own)
        properties = try KafkaProperties.merged(own, environment: environment)
    }

    /// A host with its port.
    private static func checkedHost(_ text: Substring) throws(KafkaError) -> String {
        let hint = "Write it as kafka://host:9092/topic, or with several hosts as kafka://one:9092,two:9092/topic."
        var (host, port) = (text, Substring(defaultPort))
        // An IPv6 address is in brackets: [::1]:9092.
        let afterAddress = text.lastIndex(of: "]").map { text.index(after: $0) } ?? text.startIndex
        if let colon = text[afterAddress...].firstIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard let number = Int(port), (1...65535).contains(number), port.allSatisfy(\.isASCII) else {
            throw .location("a port in the URL is no number from 1 to 65535", hint: hint)
        }
        let isAddress = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
        let isWellFormed = host.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
            case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ":"), UInt8(ascii: "%"): isAddress
            default: false
            }
        }
        guard !host.isEmpty, isWellFormed else {
            throw .location(
                host.isEmpty ? "the URL names no host" : "a host in the URL is no name of a host", hint: hint)
        }
        return "\(host):\(number)"
    }

    /// The characters and the length that Kafka allows
    /// (https://github.com/apache/kafka/blob/trunk/clients/src/main/java/org/apache/kafka/common/internals/Topic.java).
    private static func checkedTopic(_ text: Substring) throws(KafkaError) -> String {
        guard !text.isEmpty else {
            throw .location("the URL names no topic", hint: "Write it after the host: kafka://host:9092/user_logs.")
        }
        let isWellFormed = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
        guard isWellFormed, text.utf8.count <= 249, text != ".", text != ".." else {
            throw .location(
                "the topic in the URL has a name that no topic can have",
                hint: "A topic's name has 1 to 249 letters of ASCII, digits, dots, hyphens and underscores.")
        }
        return String(text)
    }

    /// The parameters as they stand in a URL, with secrets masked.
    private static func describe(_ properties: [KafkaProperties.Property]) -> String {
        if properties.isEmpty { return "" }
        return "?"
            + properties.map { property in
                let isSecret = KafkaProperties.isSecret(property.name)
                return property.name + "="
                    + (isSecret ? Redaction.mask : PercentEncoding.escaped(property.value, keeping: "./:,"))
            }.joined(separator: "&")
    }
}
