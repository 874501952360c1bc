import CZlib
import Glibc

/// Decompresses gzip members, one after the other (RFC 1952).
final class GzipStream: ByteStream {
    private let input: SourceInput
    /// zlib keeps the address of its state, so the state has its own memory.
    private let stream: UnsafeMutablePointer<z_stream>
    private var state = State.betweenMembers
    private var memberOffset: Int64 = 0
    /// Whether the decoder may give more bytes without more input, because its last output filled the buffer.
    private var mayHoldOutput = false
    private(set) var damage: Damage?

    private enum State { case betweenMembers, inMember, ended }

    /// A window of 2^15 bytes; 16 is zlib's flag for gzip headers and trailers.
    private static let windowBits: Int32 = 15 + 16

    init(_ input: SourceInput) throws(FileError) {
        self.input = input
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        let status = inflateInit2_(stream, GzipStream.windowBits, ZLIB_VERSION, size)
        guard status == Z_OK else { throw FileError(.read, input.file.path, .system(ENOMEM)) }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    var sourceBytesRead: Int64 { input.offset }
    var compression: CompressionFormat? { .gzip }
    var isPaused: Bool { input.isPaused }

    func beginTurn() { input.beginTurn() }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        var filled = 0
        while filled < buffer.count, state != .ended, !isPaused {
            if state == .betweenMembers {
                try beginMember()
            } else {
                filled += try step(UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            }
        }
        return filled
    }

    private func beginMember() throws(FileError) {
        memberOffset = input.offset
        let isLong = try input.have(2)
        if !isLong, isPaused { return }
        guard let first = input.bytes.first else { return state = .ended }
        guard first == 0x1f, !isLong || input.bytes[1] == 0x8b else {
            return end(.trailing(zeros: input.bytes.prefix(2).allSatisfy { $0 == 0 }))
        }
        let status = inflateReset(stream)
        precondition(status == Z_OK, "zlib's state is invalid")
        state = .inMember
    }

    /// Runs the decoder once, and returns how many bytes it gave.
    private func step(_ room: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        let isThere = try input.have(1)
        if !isThere, isPaused, !mayHoldOutput { return 0 }
        let source = input.bytes
        let size = min(room.count, Int(UInt32.max))
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        stream.pointee.avail_in = UInt32(source.count)
        stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(size)
        let status = inflate(stream, Z_NO_FLUSH)
        input.consume(source.count - Int(stream.pointee.avail_in))
        let produced = size - Int(stream.pointee.avail_out)
        mayHoldOutput = produced == size
        switch status {
        case Z_STREAM_END: state = .betweenMembers
        case Z_OK, Z_BUF_ERROR: if !isThere, !isPaused, produced == 0 { end(.cutOff) }
        case Z_MEM_ERROR: throw FileError(.read, input.file.path, .system(ENOMEM))
        default:
            let reason = stream.pointee.msg.map { String(cString: $0) } ?? "no reason given"
            let isTrailer = reason == "incorrect data check" || reason == "incorrect length check"
            end(isTrailer ? .checksum : .corrupt(reason))
        }
        return produced
    }

    private func end(_ kind: Damage.Kind) {
        damage = Damage(kind, .gzip, frameOffset: memberOffset, offset: input.offset)
        state = .ended
    }
}
