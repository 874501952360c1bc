import Domain

/// The limit of one thread that reads, decompresses, decodes and cleans, and then forgets.
enum DecodeAlone {
    static func run(folder: String) throws -> PartResult {
        let decoder = try EventDecoder(clock: RunClock(now: Dataset.now))
        var result = PartResult()
        let start = (ChildProcess.now, ChildProcess.threadTime)
        try EventFiles(folder: folder).forEachChunk { chunk in
            let batch = try decoder.decode(chunk)
            result.lines += batch.read
            result.rows += batch.rowCount
        }
        result.seconds = ChildProcess.now - start.0
        result.cpuSeconds = ChildProcess.threadTime - start.1
        return result
    }
}

/// What a part of this program says of itself.
struct PartResult: Codable {
    /// Lines that it took in.
    var lines = 0
    /// Rows that it made.
    var rows = 0
    /// Seconds of what is measured, without the start of the process.
    var seconds = 0.0
    /// The same of its thread's own clock.
    var cpuSeconds = 0.0
}
