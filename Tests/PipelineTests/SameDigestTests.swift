import Domain
import Fixtures
import Testing

/// The same lines give the same digest, whatever database they are loaded into.
@Suite struct SameDigestTests {
    @Test(arguments: LawInput.Kind.allCases) func ofAllWarehouses(_ kind: LawInput.Kind) throws {
        let input = try LawInput(kind, seed: 41)
        let sources = try PublishedInput(input, Sources.all[0])
        var digests: [String: [String: TableDigest]] = [:]
        for kind in Warehouses.present {
            let warehouse = try LawWarehouse(kind)
            try warehouse.run(movies: sources.movies, events: sources.events, sizes: .small)
            digests[kind.name] = try warehouse.digest()
        }
        let expected = try #require(digests[Warehouses.all[0].name])
        for (name, digest) in digests { #expect(digest == expected, "\(name)") }
    }
}
