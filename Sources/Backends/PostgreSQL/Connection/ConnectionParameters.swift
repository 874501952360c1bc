import Glibc

/// The parameters of a connection: those of the location and those that this program adds.
struct ConnectionParameters: Sendable {
    /// By libpq's names.
    var values: [String: String]
    /// The unique name of the connection in `pg_stat_activity`.
    let applicationName: String

    /// The parameters of a connection.
    ///
    /// - Parameters:
    ///   - location: its parameters take precedence over those of this program.
    ///   - configured: what service files and the environment say.
    ///   - canSayPrimary: whether libpq knows `target_session_attrs=primary` (since 14).
    init(
        _ location: PostgresLocation, _ options: PostgresOptions, configured: [String: String], canSayPrimary: Bool
    ) {
        var values = location.parameters
        var own = ["keepalives": "1", "keepalives_idle": "15", "keepalives_interval": "5", "keepalives_count": "3"]
        // A COPY may wait longer than this for a lock on the server, which reads nothing meanwhile. A writer asks by a
        // second connection whether the server is at work (`PostgresConnection.wait`).
        if options.purpose == .reading { own["tcp_user_timeout"] = "30000" }
        for (name, value) in own where configured[name] == nil && values[name] == nil { values[name] = value }
        let target = values["target_session_attrs"] ?? configured["target_session_attrs"]
        if options.purpose == .writing, target == nil || target == "any" {
            values["target_session_attrs"] = canSayPrimary ? "primary" : "read-write"
        }
        let name = values["application_name"] ?? configured["application_name"] ?? options.applicationName
        let tag = String(UInt32.random(in: .min ... .max), radix: 16)
        // A server cuts a name off after 63 bytes.
        applicationName =
            String(decoding: name.utf8.filter { (0x20...0x7E).contains($0) }.prefix(40), as: UTF8.self)
            + " \(getpid())-\(tag)"
        values["application_name"] = applicationName
        self.values = values
    }

    /// One host of a list, with its address and port.
    struct Host: Sendable, Equatable {
        var name: String
        var address: String
        var port: String
    }

    /// The hosts that libpq tries, in order.
    ///
    /// - Parameter effective: the parameters that libpq uses, as `PQconninfo` returns them.
    static func hosts(of effective: [String: String]) -> [Host] {
        let list = { (name: String) in
            (effective[name] ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
        return (0..<max(names.count, addresses.count)).map { index in
            Host(
                name: index < names.count ? names[index] : "",
                address: index < addresses.count ? addresses[index] : "",
                port: ports.count == 1 ? ports[0] : index < ports.count ? ports[index] : "")
        }
    }

    /// The same parameters with only these hosts.
    func with(hosts: [Host]) -> ConnectionParameters {
        var copy = self
        copy.values["host"] = hosts.map(\.name).joined(separator: ",")
        let addresses = hosts.map(\.address)
        copy.values["hostaddr"] = addresses.allSatisfy(\.isEmpty) ? nil : addresses.joined(separator: ",")
        copy.values["port"] = hosts.map(\.port).joined(separator: ",")
        return copy
    }
}
