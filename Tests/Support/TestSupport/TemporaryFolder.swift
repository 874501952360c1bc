import Foundation

/// A folder of a test's own, removed with all that is in it when it goes.
public final class TemporaryFolder: Sendable {
    /// Where it is.
    public let path: String

    /// A new and empty folder.
    ///
    /// - Parameter inMemory: whether it may be lost with the machine, which saves waiting for the disk at each commit.
    public init(inMemory: Bool = false) throws {
        var parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        if inMemory, TemporaryFolder.hasRoomInMemory { parent = "/dev/shm" }
        path = parent + "/reelhouse-test-" + String(UInt64.random(in: .min ... .max), radix: 36)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    private static let hasRoomInMemory: Bool = {
        var status = statvfs()
        return statvfs("/dev/shm", &status) == 0 && UInt(status.f_bavail) * status.f_frsize > 1 << 30
    }()

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of something in it.
    public func path(_ name: String) -> String { path + "/" + name }

    /// Writes a file, making its folder.
    ///
    /// - Returns: its path.
    @discardableResult
    public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = path(name)
        try makeFolder(String(name[..<(name.lastIndex(of: "/") ?? name.startIndex)]))
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Writes a text file, making its folder.
    @discardableResult
    public func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    /// Makes a folder in it.
    @discardableResult
    public func makeFolder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
        return path(name)
    }

    /// A file's bytes; none when it is not there.
    public func read(_ name: String) -> [UInt8] { TemporaryFolder.bytes(ofFile: path(name)) }

    /// The names of all files and folders in it, sorted; dotted ones too.
    public func names(in name: String = "") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path(name))) ?? []).sorted()
    }

    /// Whether there is something of that name.
    public func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// A file's bytes; none when it is not there.
    public static func bytes(ofFile path: String) -> [UInt8] {
        FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? []
    }

    /// The paths of all files below a folder, sorted.
    public static func files(below folder: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        var isFolder: ObjCBool = false
        return names.sorted().map { folder + "/" + $0 }.filter {
            FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }
}
