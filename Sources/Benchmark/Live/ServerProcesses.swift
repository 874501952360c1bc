import Foundation

/// The processor time of a PostgreSQL server on this machine, as the kernel counts it (`/proc`, see proc(5)).
struct ServerProcesses {
    /// The process that starts all others of the server.
    let postmaster: Int32

    /// Finds the server by one of its processes; nil where it is not on this machine.
    ///
    /// - Parameter backend: the process that serves a connection, by `pg_backend_pid()`.
    init?(backend: Int32) {
        guard let stat = ProcessTimes(backend), stat.name.hasPrefix("postgres") else { return nil }
        postmaster = stat.parent
    }

    /// The processor seconds of all its processes since its start, those that have ended included.
    var seconds: Double {
        while let before = ProcessTimes(postmaster) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            let all = names.compactMap { Int32($0) }.compactMap(ProcessTimes.init)
            // A process that has ended in the meantime would be counted neither among the children nor as ended.
            guard let after = ProcessTimes(postmaster), after.secondsOfEnded == before.secondsOfEnded else { continue }
            return all.filter { $0.parent == postmaster }
                .reduce(after.seconds + after.secondsOfEnded) { $0 + $1.seconds }
        }
        return 0
    }
}

/// What `/proc/PID/stat` says of a process.
private struct ProcessTimes {
    let name: String
    let parent: Int32
    /// Its own processor seconds.
    let seconds: Double
    /// Those of its children that have ended.
    let secondsOfEnded: Double

    init?(_ process: Int32) {
        // The name is in parentheses, and may have some itself.
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: close)...].split(separator: " ")
        guard fields.count > 14, let parent = Int32(fields[1]) else { return nil }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        func time(_ field: Int) -> Double { (Double(fields[field]) ?? 0) / ticks }
        name = String(text[text.index(after: open)..<close])
        self.parent = parent
        seconds = time(11) + time(12)
        secondsOfEnded = time(13) + time(14)
    }
}
