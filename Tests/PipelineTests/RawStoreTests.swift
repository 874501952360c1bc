import Domain
import Files
import Foundation
import TestSupport
import Testing

/// The raw stores to be tested; a new backend adds a case.
enum RawStores: String, CaseIterable, Sendable {
    /// Files, with much memory, with little, and with none.
    case files, filesWithLittleMemory, filesWithoutMemory

    /// An empty store.
    func fixture() throws -> any RawStoreFixture {
        switch self {
        case .files: try FolderFixture(heldBytes: 32 << 20)
        case .filesWithLittleMemory: try FolderFixture(heldBytes: 3000)
        case .filesWithoutMemory: try FolderFixture(heldBytes: 0)
        }
    }
}

/// Checks that each raw store keeps the promises of its port.
@Suite struct RawStoreTests {
    @Test(arguments: RawStores.allCases, RawStorePromise.allCases)
    func keeps(_ store: RawStores, _ promise: RawStorePromise) throws { try promise.check(store.fixture()) }
}

private final class FolderFixture: RawStoreFixture {
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
}
