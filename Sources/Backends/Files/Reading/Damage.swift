/// What ends a compressed source before its time: what is damaged, where, and what to do.
public struct Damage: Equatable, Sendable {
    /// What is wrong with it.
    public enum Kind: Equatable, Sendable {
        /// The file ends within a frame.
        case cutOff
        /// Bytes that no encoder writes; the text is the decoder's own word for it.
        case corrupt(String)
        /// All bytes are there, and their checksum is another.
        case checksum
        /// The frame needs more than 128 MiB to look back.
        case windowTooLarge
        /// The frame was made with a dictionary.
        case dictionary
        /// Bytes after the last frame that are no frame.
        case trailing(zeros: Bool)
    }

    /// What is wrong with it.
    public let kind: Kind
    /// How the source is compressed.
    public let format: CompressionFormat
    /// The offset in the source of the frame that is damaged, or of the bytes that are none.
    public let frameOffset: Int64
    /// The offset in the source up to which all is well.
    public let offset: Int64

    init(_ kind: Kind, _ format: CompressionFormat, frameOffset: Int64, offset: Int64) {
        self.kind = kind
        self.format = format
        self.frameOffset = frameOffset
        self.offset = offset
    }

    /// What is damaged, where, and what to do.
    public var words: String { "\(what): \(advice)" }

    /// What is damaged, and where.
    public var what: String {
        let format = format.rawValue
        let frame = "the \(format) frame that begins at compressed byte \(frameOffset)"
        switch kind {
        case .cutOff:
            return "\(frame) is cut off at compressed byte \(offset), where the file ends"
        case .corrupt(let reason):
            return "\(frame) is corrupt at compressed byte \(offset) (\(reason))"
        case .checksum:
            return "\(frame) has another checksum at compressed byte \(offset) than its content"
        case .windowTooLarge:
            return "\(frame) needs a window over 128 MiB"
        case .dictionary:
            return "\(frame) needs a dictionary that is not there"
        case .trailing(let zeros):
            let bytes = zeros ? "zeros" : "bytes that are no \(format) frame"
            return "\(bytes) follow the last \(format) frame from compressed byte \(offset) on"
        }
    }

    /// What to do.
    public var advice: String {
        let again = "fetch or write the file again; mended, it is read as a new file"
        switch kind {
        case .cutOff, .corrupt: return again
        case .checksum: return "its lines were read, but do not trust them; \(again)"
        case .windowTooLarge: return "compress the file again with a smaller one (`zstd --long=27` at most)"
        case .dictionary: return "decompress the file with it (`zstd -d -D`), and compress it again without"
        case .trailing: return "cut them off, or \(again)"
        }
    }
}
