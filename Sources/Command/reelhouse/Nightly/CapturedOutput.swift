import Synchronization

/// Keeps what a command prints, in the place of standard output.
final class CapturedOutput: TextOutput {
    private let bytes = Mutex<[UInt8]>([])

    let isTerminal = false
    var width: Int? { nil }

    /// What was printed.
    var content: [UInt8] { bytes.withLock { $0 } }

    func write(bytes: [UInt8]) throws(OutputError) { self.bytes.withLock { $0 += bytes } }
    func flush() throws(OutputError) {}
}
