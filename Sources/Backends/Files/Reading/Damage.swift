/// Damage that ends a compressed file early: its kind, its place, and what to do about it.
public struct Damage: Equatable, Sendable {
    /// The kind of the damage.
    public enum Kind: Equatable, Sendable {
        /// The file ends within a frame.
        case cutOff
        /// The decoder found bytes that are not valid; the text is the decoder's own message.
        case corrupt(String)
        /// All bytes are there, but their checksum does not match the one in the frame.
        case checksum
        /// The frame needs a window of more than 128 MiB.
        case windowTooLarge
        /// The frame needs a dictionary.
        case dictionary
        /// Other bytes follow the last frame.
        case trailing(zeros: Bool)
    }

    /// The kind of the damage.
    public let kind: Kind
    /// The compression of the file.
    public let format: CompressionFormat
    /// The offset in the compressed file of the damaged frame, or of the bytes that are not a frame.
    public let frameOffset: Int64
    /// The offset in the compressed file up to which the decoder read without an error.
    public let offset: Int64

    init(_ kind: Kind, _ format: CompressionFormat, frameOffset: Int64, offset: Int64) {
        self.kind = kind
        self.format = format
        self.frameOffset = frameOffset
        self.offset = offset
    }

    /// Describes the damage, its place, and what to do about it.
    public var words: String { "\(what): \(advice)" }

    /// Describes the damage and its place.
    public var what: String {
        let format = format.rawValue
        let frame = "the \(format) frame that begins at compressed byte \(frameOffset)"
        switch kind {
        case .cutOff:
            return "\(frame) is cut off at compressed byte \(offset), where the file ends"
        case .corrupt(let reason):
            return "\(frame) is corrupt at compressed byte \(offset) (\(reason))"
        case .checksum:
            return "\(frame) does not match its checksum at compressed byte \(offset)"
        case .windowTooLarge:
            return "\(frame) needs a window over 128 MiB"
        case .dictionary:
            return "\(frame) needs a dictionary that is not there"
        case .trailing(let zeros):
            let bytes = zeros ? "zeros" : "bytes that are no \(format) frame"
            return "\(bytes) follow the last \(format) frame from compressed byte \(offset) on"
        }
    }

    /// What the user can do about the damage.
    public var advice: String {
        let again = "fetch or write the file again; the repaired file is read as a new one"
        switch kind {
        case .cutOff, .corrupt: return again
        case .checksum: return "its lines were read, but do not trust them; \(again)"
        case .windowTooLarge: return "compress the file again with a smaller one (`zstd --long=27` at most)"
        case .dictionary: return "decompress the file with it (`zstd -d -D`), and compress it again without one"
        case .trailing: return "remove these bytes, or \(again)"
        }
    }
}
