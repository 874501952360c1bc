import Files
import Foundation
import Glibc

/// The folder that a benchmark works in. A temporary one is removed with this object.
final class Workspace {
    /// Its path.
    let path: String
    private let isKept: Bool

    /// - Parameter kept: a folder that is not removed; nil for a temporary one.
    init(kept: String?) throws {
        isKept = kept != nil
        if let kept {
            path = URL(fileURLWithPath: kept).path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            return
        }
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        path = try Folder.makeTemporary(in: parent)
    }

    deinit {
        if !isKept { try? FileManager.default.removeItem(atPath: path) }
    }

    /// The path of a name in the folder.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Removes a file or folder, and the files that SQLite and DuckDB keep beside it. If it does not exist, nothing
    /// happens.
    func remove(_ name: String) {
        for ending in ["", "-wal", "-shm", "-journal", ".wal"] {
            try? FileManager.default.removeItem(atPath: file(name) + ending)
        }
    }

    /// Copies a file and waits until the copy is on the disk, so that a later write does not disturb a measurement.
    func copy(_ name: String, to other: String) throws {
        remove(other)
        try FileManager.default.copyItem(atPath: file(name), toPath: file(other))
        let handle = open(file(other), O_RDONLY)
        defer { close(handle) }
        guard handle >= 0, fsync(handle) == 0 else { throw BenchError("\(file(other)) cannot be written") }
    }

    /// The size of a file in bytes.
    func size(_ name: String) -> Int64 {
        var status = stat()
        return stat(file(name), &status) == 0 ? Int64(status.st_size) : 0
    }
}
