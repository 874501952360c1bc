import Domain
import Files
import Foundation
import TestSupport

extension RawStoreKind {
    /// A folder of files, with much memory for what is not written yet.
    public static let folder = folder("folder", heldBytes: 32 << 20)
    /// A folder whose memory is full after a few documents.
    public static let folderWithLittleMemory = folder("folder with little memory", heldBytes: 3000)
    /// A folder that keeps nothing in memory.
    public static let folderWithoutMemory = folder("folder without memory", heldBytes: 0)

    private static func folder(_ name: String, heldBytes: Int) -> RawStoreKind {
        RawStoreKind(name: name) { try RawFolderFixture(heldBytes: heldBytes) }
    }
}

private final class RawFolderFixture: RawStoreFixture {
    private let folder: TemporaryFolder
    private let heldBytes: Int

    init(heldBytes: Int) throws {
        folder = try TemporaryFolder(inMemory: true)
        self.heldBytes = heldBytes
    }

    func open() throws -> any RawStore { try RawFolder(path: folder.path("raw"), heldBytes: heldBytes) }

    func damage(_ reference: RawReference, with bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: folder.path("raw/\(reference)")))
    }

    func damage(movie id: Int64) throws {
        let first = String(id / 1000 * 1000)
        let name = String(repeating: "0", count: max(0, 9 - first.count)) + first + ".ndjson.zst"
        let url = URL(fileURLWithPath: folder.path("raw/movies/\(name)"))
        var bytes = try Data(contentsOf: url)
        // The last four bytes are the checksum: the lines can be read all the same, and are not to be given.
        bytes[bytes.count - 1] ^= 0xff
        try bytes.write(to: url)
    }
}
