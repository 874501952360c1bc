import Foundation
import Glibc

/// Finds the programs that are measured.
struct Programs {
    /// This program, whose parts run in processes of their own.
    let bench: String
    /// The command `reelhouse`, in the same folder.
    let reelhouse: String

    init() throws {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { throw BenchError("this program does not know where it is: /proc is not there") }
        bench = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        let folder = URL(fileURLWithPath: bench).deletingLastPathComponent()
        reelhouse = folder.appendingPathComponent("reelhouse").path
        guard access(reelhouse, X_OK) == 0 else {
            throw BenchError("there is no reelhouse beside this program; build it: swift build -c release")
        }
    }

    /// The path of a program in `PATH`; nil where there is none.
    static func find(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// Whether the command was built for release. Other times mean nothing.
    var isRelease: Bool { bench.contains("/release/") }

    /// The package's build folder, where the Python environment of the peer is.
    var buildFolder: String {
        var folder = URL(fileURLWithPath: bench).deletingLastPathComponent()
        while folder.path != "/" {
            if folder.lastPathComponent == ".build" { return folder.path }
            folder.deleteLastPathComponent()
        }
        return FileManager.default.currentDirectoryPath + "/.build"
    }
}
