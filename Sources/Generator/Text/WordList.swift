/// Words or phrases in one block of memory, so that they are added to a buffer without reference counting.
struct WordList: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = [0]

    /// - Parameter words: the texts as they are written in a JSON string, with escapes.
    init(_ words: [String]) {
        for word in words {
            bytes.append(contentsOf: word.utf8)
            ends.append(bytes.count)
        }
    }

    /// How many words there are.
    var count: Int { ends.count - 1 }

    /// A word.
    subscript(_ index: Int) -> String { String(decoding: bytes[ends[index]..<ends[index + 1]], as: UTF8.self) }

    @inline(__always)
    func append(_ index: Int, to buffer: inout TextBuffer) {
        bytes.withUnsafeBytes { buffer.append(UnsafeRawBufferPointer(rebasing: $0[ends[index]..<ends[index + 1]])) }
    }
}
