import Fixtures
import TestSupport
import Testing

/// The raw stores that there are, held to what their port promises.
@Suite(.waits) struct RawStoreTests {
    @Test(arguments: RawStores.present, RawStorePromise.allCases)
    func keeps(_ kind: RawStoreKind, _ promise: RawStorePromise) throws { try promise.check(kind.make()) }
}
