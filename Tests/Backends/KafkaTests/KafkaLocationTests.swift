import Domain
import Testing

@testable import Kafka

/// What URLs of topics mean, which are refused, and what is shown of them.
@Suite struct KafkaLocationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var url: String
        var servers: String
        var topic: String
        var properties: [String: String] = [:]
        /// What is shown; nil for the URL itself.
        var shown: String?
        var testDescription: String { url }
    }

    static let cases: [Case] = [
        Case(url: "kafka://host/user_logs", servers: "host:9092", topic: "user_logs"),
        Case(url: "kafka://host:19092/user_logs", servers: "host:19092", topic: "user_logs"),
        Case(url: "KAFKA://host/t", servers: "host:9092", topic: "t", shown: "kafka://host/t"),
        Case(url: "kafka://a,b:1,c:2/t.x-y_Z9", servers: "a:9092,b:1,c:2", topic: "t.x-y_Z9"),
        Case(url: "kafka://[::1]:9093/t", servers: "[::1]:9093", topic: "t"),
        Case(url: "kafka://[fe80::1%eth0]/t", servers: "[fe80::1%eth0]:9092", topic: "t"),
        Case(url: "kafka://host/t?", servers: "host:9092", topic: "t", shown: "kafka://host/t"),
        Case(
            url: "kafka://host/t?client.id=a%26b&socket.timeout.ms=1000", servers: "host:9092", topic: "t",
            properties: ["client.id": "a&b", "socket.timeout.ms": "1000"]),
        Case(
            url: "kafka://host/t?security.protocol=sasl_ssl&sasl.username=ann&sasl.password=s3cret",
            servers: "host:9092",
            topic: "t",
            properties: ["security.protocol": "sasl_ssl", "sasl.username": "ann", "sasl.password": "s3cret"],
            shown: "kafka://host/t?security.protocol=sasl_ssl&sasl.username=ann&sasl.password=***"),
        Case(
            url: "kafka://host/t?group.id=other", servers: "host:9092", topic: "t", properties: ["group.id": "other"]),
        Case(
            url: "kafka://host:9092/user_logs?group=reelhouse", servers: "host:9092", topic: "user_logs",
            properties: ["group.id": "reelhouse"], shown: "kafka://host:9092/user_logs?group.id=reelhouse"),
    ]

    @Test(arguments: cases) func meaning(_ example: Case) throws {
        let location = try KafkaLocation(example.url, environment: [:])
        #expect(location.servers == example.servers)
        #expect(location.topic == example.topic)
        #expect(location.properties == example.properties)
        #expect(location.description == example.shown ?? example.url)
        #expect(location.hasSecret == example.url.contains("s3cret"))
    }

    /// A URL and words of the message that refuses it.
    static let refused: [(url: String, words: String)] = [
        ("kafka:host/t", "does not begin with kafka://"), ("kafka://host", "names no topic"),
        ("kafka://host/", "names no topic"), ("kafka:///t", "names no host"), ("kafka://a,,b/t", "names no host"),
        ("kafka://host?x=y", "names no topic"), ("kafka://host:0/t", "is no number from 1 to 65535"),
        ("kafka://host:65536/t", "is no number from 1 to 65535"), ("kafka://host:/t", "is no number"),
        ("kafka://host:x/t", "is no number"), ("kafka://ho st/t", "is no name of a host"),
        ("kafka://::1/t", "is no number from 1 to 65535"), ("kafka://[]/t", "is no name of a host"),
        ("kafka://u:s3cret@host/t", "a password before the host"),
        ("kafka://u@host/t", "a user's name or a password before the host"),
        ("kafka://host/a/b", "a name that no topic can have"), ("kafka://host/ä", "a name that no topic can have"),
        ("kafka://host/..", "a name that no topic can have"),
        ("kafka://host/" + String(repeating: "t", count: 250), "a name that no topic can have"),
        ("kafka://host/t?client.id", "not of the form name=value"), ("kafka://host/t?=s3cret", "not of the form"),
        ("kafka://host/t?sasl%2Epassword=s3cret", "not of the form name=value"),
        ("kafka://host/t?SASL.PASSWORD=s3cret", "not of the form name=value"),
        ("kafka://host/t?client.id=%zz", "a % without two hexadecimal digits"),
        ("kafka://host/t?client.id=%ff", "is not UTF-8"), ("kafka://host/t?client.id=%00", "is not UTF-8"),
        ("kafka://host/t?client.id=a&client.id=b", "the parameter client.id twice"),
        ("kafka://host/t?group=", "the parameter group of the URL has no value"),
        ("kafka://host/t?no.such.thing=s3cret", "the parameter no.such.thing is no property of librdkafka"),
        ("kafka://host/t?socket.timeout.ms=soon", "has a value that librdkafka does not take"),
        ("kafka://host/t?log_cb=1", "has a value that librdkafka does not take"),
        ("kafka://host/t?sasl.kerberos.principal=%24(touch%20s3cret)", "part of a command for the shell"),
    ]

    @Test(arguments: refused) func whatIsWrong(_ example: (url: String, words: String)) throws {
        let error = #expect(throws: KafkaError.self) { try KafkaLocation(example.url, environment: [:]) }
        let found = try #require(error)
        #expect(found.message.contains(example.words), "\(found.message)")
        #expect(found.kind == .usage && found.hint.hasSuffix("."))
        #expect(!found.message.contains("s3cret") && !found.hint.contains("s3cret"))
    }

    @Test(arguments: [
        "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "auto.offset.reset", "isolation.level",
        "enable.partition.eof", "group.instance.id", "offset.store.method", "allow.auto.create.topics", "acks",
        "request.required.acks", "enable.idempotence", "transactional.id", "bootstrap.servers", "metadata.broker.list",
        "plugin.library.paths", "ssl.engine.location", "ssl.providers", "sasl.kerberos.kinit.cmd",
        "test.mock.num.brokers",
    ])
    func whatBreaksThePromiseIsRefusedByName(_ name: String) throws {
        let url = "kafka://host/t?\(name)=1"
        let error = #expect(throws: KafkaError.self) { try KafkaLocation(url, environment: [:]) }
        #expect(try #require(error).message.hasPrefix("the parameter \(name) cannot be set: "))
        if ["bootstrap.servers", "metadata.broker.list"].contains(name) { return }
        let variable = "KAFKA_" + name.uppercased().replacing(".", with: "_")
        let other = #expect(throws: KafkaError.self) {
            try KafkaLocation("kafka://host/t", environment: [variable: "1"])
        }
        #expect(try #require(other).message.hasPrefix("the variable \(variable) cannot be used: "))
    }

    @Test(arguments: [
        "sasl.password", "ssl.key.password", "ssl.keystore.password", "ssl.key.pem", "sasl.oauthbearer.client.secret",
        "sasl.oauthbearer.config",
    ])
    func secretsAreMasked(_ name: String) throws {
        // Not every librdkafka takes every value of these, but what is shown is decided by the name.
        #expect(KafkaProperties.isSecret(name))
        if let location = try? KafkaLocation("kafka://host/t?client.id=a&\(name)=s3cret", environment: [:]) {
            #expect(location.description == "kafka://host/t?client.id=a&\(name)=***")
            #expect(location.hasSecret)
        }
        let text = "kafka://host/t?client.id=a&\(name)=s3cret"
        #expect(!"\(Location(text: text, scheme: "kafka", rest: "//host"))".contains("s3cret"))
    }

    @Test func aFileOfTLSHasToBeThere() throws {
        let location = try KafkaLocation("kafka://localhost:1/t?ssl.ca.location=/no/such.pem", environment: [:])
        let error = #expect(throws: KafkaError.self) { try KafkaClient(location, .inspecting) }
        #expect(error?.message.contains("ssl.ca.location is /no/such.pem, which cannot be read: No such file") == true)
    }

    @Test func theEnvironmentGivesWhatTheURLLeavesOut() throws {
        let environment = [
            "KAFKA_SASL_PASSWORD": "s3cret", "KAFKA_CLIENT_ID": "env", "KAFKA_HEAP_OPTS": "-Xmx1g",
            "KAFKA_BOOTSTRAP_SERVERS": "elsewhere:1", "SASL_USERNAME": "x",
        ]
        let location = try KafkaLocation("kafka://host/t?client.id=url", environment: environment)
        #expect(location.properties == ["sasl.password": "s3cret", "client.id": "url"])
        #expect(location.description == "kafka://host/t?client.id=url")
        #expect(location.servers == "host:9092" && !location.hasSecret)
        let error = #expect(throws: KafkaError.self) {
            try KafkaLocation("kafka://host/t", environment: ["KAFKA_SOCKET_TIMEOUT_MS": "soon"])
        }
        #expect(try #require(error).message.hasPrefix("the variable KAFKA_SOCKET_TIMEOUT_MS has a value"))
    }
}
