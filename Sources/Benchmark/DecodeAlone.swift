import Domain

/// Measures one thread that reads, decompresses, decodes and cleans events, and discards the result.
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

/// The result that a part of this program prints.
struct PartResult: Codable {
    /// How many lines it read.
    var lines = 0
    /// How many rows it made.
    var rows = 0
    /// Seconds of the measured work, without the start of the process.
    var seconds = 0.0
    /// Processor seconds of the same work, of its thread.
    var cpuSeconds = 0.0
}
