import Foundation

/// A temporary folder for a test. It is removed, with everything in it, with this object.
public final class TemporaryFolder: Sendable {
    /// The path of the folder.
    public let path: String

    /// Creates an empty folder.
    ///
    /// - Parameter inMemory: whether the folder may be on a file system in memory, so that commits need not wait for
    ///   the disk.
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

    /// The path of a file or folder in this one.
    public func path(_ name: String) -> String { path + "/" + name }

    /// Writes a file, and creates its folder.
    ///
    /// - Returns: the path of the file.
    @discardableResult
    public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = path(name)
        try makeFolder(String(name[..<(name.lastIndex(of: "/") ?? name.startIndex)]))
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Writes a text file, and creates its folder.
    @discardableResult
    public func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    /// Creates a folder in this one.
    @discardableResult
    public func makeFolder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
        return path(name)
    }

    /// The bytes of a file; empty when it does not exist.
    public func read(_ name: String) -> [UInt8] { TemporaryFolder.bytes(ofFile: path(name)) }

    /// The sorted names of all files and folders in this one, including dotted ones.
    public func names(in name: String = "") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path(name))) ?? []).sorted()
    }

    /// Whether a file or folder with a name exists.
    public func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// The bytes of a file; empty when it does not exist.
    public static func bytes(ofFile path: String) -> [UInt8] {
        FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? []
    }

    /// The sorted paths of all files below a folder.
    public static func files(below folder: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        var isFolder: ObjCBool = false
        return names.sorted().map { folder + "/" + $0 }.filter {
            FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }
}
