import CKafka
import Domain
import Glibc

import enum Logging.Redaction

/// The properties of librdkafka that a URL or the environment sets.
public enum KafkaProperties {
    /// A property and its value.
    struct Property: Equatable {
        var name: String
        var value: String
    }

    /// What the names of the variables begin with.
    private static let prefix = "KAFKA_"

    /// Where a password can be given that nobody sees in the list of processes.
    static let passwordPlace = "the KAFKA_* variable of the same property, as KAFKA_SASL_PASSWORD for sasl.password,"

    /// The variables of this process that begin with `KAFKA_`.
    public static var processEnvironment: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let words = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if words.count == 2, words[0].hasPrefix(prefix) { variables[String(words[0])] = String(words[1]) }
            entry += 1
        }
        return variables
    }

    /// Whether a variable of this name sets a property, or is one of Kerberos.
    @Sendable static func isVariable(_ name: String) -> Bool {
        if ["KRB5_CONFIG", "KRB5CCNAME", "KRB5_KTNAME"].contains(name) { return true }
        guard name.hasPrefix(prefix), let configuration = try? KafkaConfiguration() else { return false }
        let property = propertyName(ofVariable: name)
        return configuration.knows(property) && !RefusedProperty.namesOfServers.contains(property)
    }

    /// The property that a variable sets: `sasl.password` for `KAFKA_SASL_PASSWORD`.
    private static func propertyName(ofVariable name: String) -> String {
        name.dropFirst(prefix.count).lowercased().replacing("_", with: ".")
    }

    /// Parses the parameters of a URL. `group` is a short name of `group.id`.
    ///
    /// - Parameter query: what follows the question mark: `sasl.mechanisms=PLAIN&client.id=a`.
    /// - Throws: `KafkaError` with the problem `.location`, without any value.
    static func parse(_ query: Substring) throws(KafkaError) -> [Property] {
        var properties: [Property] = []
        for text in query.split(separator: "&") {
            let words = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let isName = words[0].utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
            guard words.count == 2, isName, !words[0].isEmpty else {
                throw .location(
                    "a parameter of the URL is not of the form name=value",
                    hint:
                        "Write the parameters as ?name=value&name=value, with names of librdkafka's properties, which are in "
                        + "lower case, and the signs & % # of a value as %26 %25 %23.")
            }
            guard let value = PercentEncoding.text(of: words[1]) else {
                throw .location(
                    "the parameter \(words[0]) of the URL is not UTF-8, or has a % without two hexadecimal digits after it",
                    hint: "Write % as %25.")
            }
            // The short name is what the locations of pipelines usually have.
            let name = words[0] == "group" ? "group.id" : String(words[0])
            guard name != "group.id" || !value.isEmpty else {
                throw .location(
                    "the parameter \(words[0]) of the URL has no value",
                    hint: "Name a group, or leave it out for reelhouse.")
            }
            guard !properties.contains(where: { $0.name == name }) else {
                throw .location("the URL has the parameter \(name) twice", hint: "Write it once.")
            }
            properties.append(Property(name: name, value: value))
        }
        return properties
    }

    /// Whether the value of a property is a secret. If that is unclear, it is.
    static func isSecret(_ name: String) -> Bool {
        // `sasl.oauthbearer.config` may have a secret key in it, and `ssl.key.pem` is the key itself.
        Redaction.isSecret(name) || name == "ssl.key.pem" || name == "sasl.oauthbearer.config"
            || name.contains("secret") || name.contains("password")
    }

    /// Refuses properties that this program has to set itself, that load code, or that librdkafka does not know.
    static func check(_ properties: [Property]) throws(KafkaError) {
        for property in properties {
            if let reason = RefusedProperty.reason(property) {
                throw .location("the parameter \(property.name) cannot be set: \(reason)", hint: "Leave it out.")
            }
        }
        let configuration = try KafkaConfiguration()
        for property in properties { try configuration.set(property.name, property.value) }
    }

    /// The properties that name a file or a folder which has to be there.
    private static let filesOfTLS = [
        "ssl.ca.location", "ssl.certificate.location", "ssl.key.location", "ssl.crl.location", "ssl.keystore.location",
    ]

    /// Refuses a file that cannot be read. librdkafka would say no more than that a certificate failed.
    static func checkFiles(_ properties: [String: String]) throws(KafkaError) {
        for name in filesOfTLS {
            // librdkafka looks for the system's certificates itself where the value is this word.
            guard let path = properties[name], path != "probe", access(path, R_OK) != 0 else { continue }
            throw .location(
                "\(name) is \(path), which cannot be read: \(String(cString: strerror(errno)))",
                hint: "Name a file that is there and that this user may read.")
        }
    }

    /// The properties of a URL, and those of the environment that the URL leaves out.
    static func merged(
        _ own: [Property], environment: [String: String]
    ) throws(KafkaError) -> [String: String] {
        var merged: [String: String] = [:]
        let trial = try KafkaConfiguration()
        for (variable, value) in environment.sorted(by: { $0.key < $1.key }) where variable.hasPrefix(prefix) {
            let name = propertyName(ofVariable: variable)
            let property = Property(name: name, value: value)
            // Other programs have variables with this prefix too, such as KAFKA_HEAP_OPTS.
            guard trial.knows(name), !RefusedProperty.namesOfServers.contains(name) else { continue }
            if let reason = RefusedProperty.reason(property) {
                throw .location(
                    "the variable \(variable) cannot be used: \(reason)",
                    hint: "Run the command without it: unset \(variable), or take it out of the .env file.")
            }
            try trial.set(name, value, from: "the variable \(variable)")
            merged[name] = value
        }
        for property in own { merged[property.name] = property.value }
        return merged
    }
}
