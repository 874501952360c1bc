import Domain

/// A value of `--backup`: a place, with or without the port whose lines it gets: `events=kafka://HOST/TOPIC`.
struct BackupLocation {
    /// The port that the value names; nil where it names none.
    let named: SourcePort?
    /// The place.
    let location: Location

    /// Reads a value.
    init(_ text: String) {
        let port = SourcePort.allCases.first { text.hasPrefix($0.rawValue + "=") }
        named = port
        location = Location(port.map { String(text.dropFirst($0.rawValue.count + 1)) } ?? text)
    }

    /// The port whose lines the place gets.
    ///
    /// - Throws: `LocationError` when no backend has the place; `CommandError` when the place cannot keep lines of the
    ///   port that was named.
    func port() throws -> SourcePort {
        let backend = try BackendRegistry.pick(location, from: BackendRegistry.backups, port: "backup")
        let ports = backend.backupPorts(location)
        let port = named ?? ports.first
        guard let port, ports.contains(port) else {
            let takes = ports.map(\.rawValue).joined(separator: " and ")
            throw CommandError(
                message: "\(location) keeps no \(named?.rawValue ?? "lines") as a backup",
                hint: takes.isEmpty ? "Name another place with --backup." : "It keeps \(takes) only.", kind: .usage)
        }
        return port
    }

    /// The backups that a command line asks for, by port.
    ///
    /// - Parameter texts: the values of `--backup`.
    /// - Throws: as `port` does; `CommandError` when two places get the same lines.
    static func byPort(_ texts: [String]) throws -> [SourcePort: Location] {
        var backups: [SourcePort: Location] = [:]
        for text in texts {
            let backup = BackupLocation(text)
            let port = try backup.port()
            if let other = backups[port] {
                throw CommandError(
                    message: "two backups get the \(port.rawValue): \(other) and \(backup.location)",
                    hint:
                        "Name one place for each kind of line. Where the name of a topic does not tell which it gets, "
                        + "write it before: --backup events=\(backup.location)", kind: .usage)
            }
            backups[port] = backup.location
        }
        return backups
    }
}
