import CZstd
import Glibc

/// Decompresses zstd frames, one after the other (RFC 8878).
///
/// When a call of libzstd meets an error, the bytes that the same call decompressed are lost. So each call gets at most
/// one block. The return value of a call says how many bytes the next step wants: a block and the 3 bytes of the
/// following block's header.
final class ZstdStream: ByteStream {
    private let input: SourceInput
    private let context: OpaquePointer
    private var state = State.betweenFrames
    private var frameOffset: Int64 = 0
    /// How many bytes the next step wants.
    private var wanted = 0
    /// Whether the decoder may give more bytes without more input, because its last output filled the buffer.
    private var mayHoldOutput = false
    private(set) var damage: Damage?
    /// How many frames have begun.
    private(set) var frames = 0

    private enum State { case betweenFrames, inFrame, ended }

    /// The base-2 logarithm of the largest window, 128 MiB.
    private static let windowLog: Int32 = 27
    private static let blockHeaderSize = 3

    init(_ input: SourceInput) throws(FileError) {
        guard let context = ZSTD_createDCtx() else { throw FileError(.read, input.file.path, .system(ENOMEM)) }
        self.input = input
        self.context = context
        let status = ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, ZstdStream.windowLog)
        precondition(ZSTD_isError(status) == 0, "libzstd refuses a window of 128 MiB")
    }

    deinit { ZSTD_freeDCtx(context) }

    var sourceBytesRead: Int64 { input.offset }
    var compression: CompressionFormat? { .zstd }
    var isPaused: Bool { input.isPaused }

    func beginTurn() { input.beginTurn() }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
        while output.pos < output.size, state != .ended, !isPaused {
            if state == .betweenFrames {
                try beginFrame()
            } else {
                try step(&output)
            }
        }
        return output.pos
    }

    private func beginFrame() throws(FileError) {
        frameOffset = input.offset
        let isLong = try input.have(4)
        if !isLong, isPaused { return }
        guard !input.bytes.isEmpty else { return state = .ended }
        guard CompressionFormat.isZstd(input.bytes) else {
            return end(.trailing(zeros: input.bytes.prefix(4).allSatisfy { $0 == 0 }))
        }
        guard isLong else {
            input.consume(input.bytes.count)
            return end(.cutOff)
        }
        wanted = 0
        frames += 1
        state = .inFrame
    }

    /// Runs the decoder once, on one block at most.
    private func step(_ output: inout ZSTD_outBuffer) throws(FileError) {
        let isThere = try input.have(1)
        if !isThere, isPaused, !mayHoldOutput { return }
        let size = max(1, wanted > ZstdStream.blockHeaderSize ? wanted - ZstdStream.blockHeaderSize : wanted)
        let piece = input.bytes.prefix(size)
        var source = ZSTD_inBuffer(src: UnsafeRawBufferPointer(rebasing: piece).baseAddress, size: piece.count, pos: 0)
        let produced = output.pos
        let status = ZSTD_decompressStream(context, &output, &source)
        if ZSTD_isError(status) != 0 { return try fail(ZSTD_getErrorCode(status)) }
        input.consume(source.pos)
        mayHoldOutput = output.pos == output.size
        wanted = status
        if status == 0 {
            state = .betweenFrames
        } else if !isThere, !isPaused, output.pos == produced {
            end(.cutOff)
        }
    }

    private func fail(_ code: ZSTD_ErrorCode) throws(FileError) {
        switch code {
        case ZSTD_error_memory_allocation: throw FileError(.read, input.file.path, .system(ENOMEM))
        case ZSTD_error_checksum_wrong: end(.checksum)
        case ZSTD_error_frameParameter_windowTooLarge: end(.windowTooLarge)
        case ZSTD_error_dictionary_wrong: end(.dictionary)
        default: end(.corrupt(String(cString: ZSTD_getErrorString(code))))
        }
    }

    private func end(_ kind: Damage.Kind) {
        damage = Damage(kind, .zstd, frameOffset: frameOffset, offset: input.offset)
        state = .ended
    }
}
