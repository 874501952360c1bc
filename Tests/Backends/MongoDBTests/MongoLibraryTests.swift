import Testing

@testable import MongoDB

@Suite struct MongoLibraryTests {
    @Test func aVersionIsThere() {
        #expect(MongoLibrary.version.hasPrefix("1."))
    }
}
