import Synchronization

@testable import reelhouse

/// Keeps what is written.
final class MemoryOutput: TextOutput {
    let width: Int?
    private let bytes = Mutex<[UInt8]>([])

    /// A terminal of a width, or none.
    init(width: Int? = nil) { self.width = width }

    var isTerminal: Bool { width != nil }
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    func write(bytes: [UInt8]) { self.bytes.withLock { $0 += bytes } }
    func flush() {}

    /// What has been written since this was last called.
    func take() -> String {
        bytes.withLock { bytes in
            defer { bytes = [] }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
