import CMongo
import Domain

/// The parameters that a URL may have.
enum MongoParameters {
    /// Refuses parameters that break what this program promises, that libmongoc does not know, or whose value it does not
    /// take. It only writes into its log of the latter two, and goes on.
    ///
    /// - Parameter isOnlyRead: whether nothing is written there, so that what is read need not be what was written last.
    static func check(_ parameters: [MongoURLParts.Parameter], isOnlyRead: Bool) throws(MongoError) {
        for (place, parameter) in parameters.enumerated() {
            let name = parameter.name.lowercased()
            let isAllowed = isOnlyRead && ofReading.contains(name)
            if !isAllowed, let reason = refusal(name, parameter.value.lowercased()) {
                throw .location("the parameter \(parameter.name) cannot be set so: \(reason)", hint: "Leave it out.")
            }
            guard known.contains(name) else {
                throw .location(
                    "the parameter \(parameter.name) of the URL is no option of libmongoc", hint: hint(for: name))
            }
            guard !parameters[..<place].contains(where: { $0.isNamed(name) }) || name == "readpreferencetags" else {
                throw .location("the URL has the parameter \(parameter.name) twice", hint: "Write it once.")
            }
            // These are told whole URLs only.
            if dependent.contains(name) { continue }
            let url = "mongodb://host/?\(parameter.name)=\(parameter.value)"
            guard MongoURI.isAccepted(url) else {
                throw .location(
                    "the parameter \(parameter.name) has a value that libmongoc does not take",
                    hint: "See https://www.mongodb.com/docs/manual/reference/connection-string-options/ for its values."
                )
            }
        }
    }

    /// Why a parameter cannot have a value; nil when it can.
    ///
    /// - Parameters:
    ///   - name: in lower case.
    ///   - value: in lower case.
    private static func refusal(_ name: String, _ value: String) -> String? {
        switch name {
        case "w" where value != "majority", "journal" where value != "true", "safe" where value != "true":
            "a write counts when most servers have it on disk (w=majority, journal=true)"
        case "wtimeoutms" where Int64(value).map { $0 < 1 } ?? true:
            "a write that is not confirmed in time has to fail, so it is a number of milliseconds from 1"
        case "readpreference" where value != "primary", "slaveok" where value != "false", "readpreferencetags",
            "maxstalenessseconds":
            "what was written has to be read, so only the primary is read (the URL of a source may have it)"
        case "readconcernlevel": "the program says itself how each read is done"
        default: nil
        }
    }

    /// Parameters that say which servers of a replica set are read.
    private static let ofReading: Set<String> = [
        "readpreference", "readpreferencetags", "maxstalenessseconds", "slaveok",
    ]

    /// Parameters that depend on others.
    private static let dependent: Set<String> = [
        "authmechanism", "authmechanismproperties", "authsource", "gssapiservicename", "canonicalizehostname",
        "srvmaxhosts", "srvservicename", "directconnection", "tlsallowinvalidcertificates",
        "tlsallowinvalidhostnames", "tlsinsecure", "tlsdisablecertificaterevocationcheck",
        "tlsdisableocspendpointcheck", "loadbalanced", "w", "journal", "safe", "readpreference", "slaveok",
        "readpreferencetags", "maxstalenessseconds",
    ]

    /// The options of libmongoc 1.23, in lower case.
    static let known: Set<String> = [
        "appname", "authmechanism", "authmechanismproperties", "authsource", "canonicalizehostname",
        "connecttimeoutms", "compressors", "directconnection", "gssapiservicename", "heartbeatfrequencyms", "journal",
        "loadbalanced", "localthresholdms", "maxidletimems", "maxpoolsize", "maxstalenessseconds", "minpoolsize",
        "readconcernlevel", "readpreference", "readpreferencetags", "replicaset", "retryreads", "retrywrites", "safe",
        "serverselectiontimeoutms", "serverselectiontryonce", "slaveok", "socketcheckintervalms", "sockettimeoutms",
        "srvservicename", "srvmaxhosts", "tls", "tlscertificatekeyfile", "tlscertificatekeyfilepassword", "tlscafile",
        "tlsallowinvalidcertificates", "tlsallowinvalidhostnames", "tlsinsecure",
        "tlsdisablecertificaterevocationcheck", "tlsdisableocspendpointcheck", "w", "waitqueuemultiple",
        "waitqueuetimeoutms", "wtimeoutms", "zlibcompressionlevel", "ssl", "sslclientcertificatekeyfile",
        "sslclientcertificatekeypassword", "sslcertificateauthorityfile", "sslallowinvalidcertificates",
        "sslallowinvalidhostnames",
    ]

    /// Names the known parameter that is the nearest to an unknown one, where one is near: one letter in three may differ.
    private static func hint(for name: String) -> String {
        let near = known.sorted().map { (name: $0, distance: distance(name, $0)) }
            .filter { $0.distance <= max(1, min(name.count, $0.name.count) / 3) }
        guard let nearest = near.min(by: { $0.distance < $1.distance }) else {
            return "Leave it out, or correct its name."
        }
        return "Is \(nearest.name) meant? Upper and lower case do not matter."
    }

    /// How many letters have to be added, removed or replaced to make one text of another.
    private static func distance(_ first: String, _ second: String) -> Int {
        let (first, second) = (Array(first.utf8), Array(second.utf8))
        var row = Array(0...second.count)
        for (place, letter) in first.enumerated() {
            var diagonal = row[0]
            row[0] = place + 1
            for (column, other) in second.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[second.count]
    }
}
