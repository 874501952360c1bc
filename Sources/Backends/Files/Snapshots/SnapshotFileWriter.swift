import Dispatch
import Domain
import Glibc
import Hashing
import Synchronization

/// Writes a file of a snapshot, compressed with zstd: one frame with a checksum. A thread of its own hashes, compresses
/// and writes, while the next rows are read.
final class SnapshotFileWriter: SnapshotFileTarget {
    private let worker: Worker
    private let queue = DispatchQueue(label: "reelhouse.snapshot")
    /// Lets two pieces be on their way.
    private let room = DispatchSemaphore(value: 2)
    private var piece = ByteBuffer(capacity: SnapshotFileWriter.pieceBytes)

    private static let pieceBytes = 1 << 20

    init(path: String, name: String, as shown: String) throws {
        worker = Worker(
            file: try OpenFile(creating: path, as: shown), encoder: try ZstdEncoder(level: 3), path: path, name: name)
    }

    deinit { queue.sync {} }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        piece.append(bytes)
        if piece.count >= Self.pieceBytes { try handOver() }
    }

    private func handOver() throws {
        if let error = worker.failure { throw error }
        room.wait()
        let full = Piece(piece)
        piece = ByteBuffer(capacity: Self.pieceBytes + (64 << 10))
        queue.async { [worker, room] in
            worker.write(full.buffer.bytes)
            room.signal()
        }
    }

    func finish(rows: Int64) throws -> SnapshotFile {
        try handOver()
        queue.sync {}
        return try worker.finish(rows: rows)
    }

    /// A piece that goes from the thread that filled it to the one that writes it. It may be sent there, since the first
    /// begins a new piece and does not touch this one again.
    private struct Piece: @unchecked Sendable {
        let buffer: ByteBuffer
        init(_ buffer: ByteBuffer) { self.buffer = buffer }
    }

    /// What the thread does. It may be shared: the queue is serial and calls `write`, `finish` comes when the queue is empty,
    /// and `failure`, which both sides read, is behind a lock.
    private final class Worker: @unchecked Sendable {
        private let file: OpenFile
        private let encoder: ZstdEncoder
        private let path: String
        private let name: String
        private let hash = StreamingSHA256()
        private var bytes: Int64 = 0
        private let state = Mutex<FileError?>(nil)

        init(file: OpenFile, encoder: ZstdEncoder, path: String, name: String) {
            self.file = file
            self.encoder = encoder
            self.path = path
            self.name = name
        }

        /// The first error.
        var failure: FileError? { state.withLock { $0 } }

        func write(_ piece: UnsafeRawBufferPointer) {
            if failure != nil { return }
            hash.update(piece)
            bytes += Int64(piece.count)
            do {
                try encoder.write(piece, to: file)
            } catch {
                state.withLock { $0 = error }
            }
        }

        func finish(rows: Int64) throws -> SnapshotFile {
            if let failure { throw failure }
            try encoder.endFrame(to: file)
            try file.sync()
            try file.close()
            let (size, sha256) = try OpenFile(reading: path, as: file.path).hashed()
            return SnapshotFile(
                name: name, rows: rows, bytes: size, sha256: sha256, contentBytes: bytes,
                contentSHA256: hash.finish().hexadecimal)
        }
    }
}
