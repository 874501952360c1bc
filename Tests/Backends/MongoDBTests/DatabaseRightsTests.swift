import Testing

@testable import MongoDB

/// What `connectionStatus` with `showPrivileges` says of rights.
@Suite struct DatabaseRightsTests {
    /// The answer to a user who has these privileges.
    private static func rights(_ privileges: String, user: String? = "ann") throws -> DatabaseRights? {
        let users = user.map { #"{"user": "\#($0)", "db": "admin"}"# } ?? ""
        let document = try BSONDocument(
            extendedJSON:
                #"{"authInfo": {"authenticatedUsers": [\#(users)], "authenticatedUserPrivileges": [\#(privileges)]}}"#)
        return DatabaseRights(document.bytes)
    }

    private static let write = DatabaseRights.writing.map { "\"\($0)\"" }.joined(separator: ", ")

    /// Privileges, and those of the needed rights that are missing on `tmdb_data`.
    static let examples: [(privileges: String, missing: [String])] = [
        (#"{"resource": {"db": "tmdb_data", "collection": ""}, "actions": [\#(write)]}"#, []),
        (#"{"resource": {"db": "", "collection": ""}, "actions": [\#(write)]}"#, []),
        (#"{"resource": {"anyResource": true}, "actions": ["anyAction"]}"#, []),
        (#"{"resource": {"db": "other", "collection": ""}, "actions": [\#(write)]}"#, DatabaseRights.writing),
        (#"{"resource": {"db": "tmdb_data", "collection": "x"}, "actions": [\#(write)]}"#, DatabaseRights.writing),
        (#"{"resource": {"cluster": true}, "actions": [\#(write)]}"#, DatabaseRights.writing),
        (
            #"{"resource": {"db": "tmdb_data", "collection": ""}, "actions": ["find", "createIndex"]}"#,
            ["insert", "update", "remove"]
        ),
    ]

    @Test(arguments: examples) func aMissingRightIsFound(_ example: (privileges: String, missing: [String])) throws {
        let rights = try #require(try Self.rights(example.privileges))
        #expect(rights.user == "ann")
        #expect(DatabaseRights.writing.filter { !rights.allow($0, "tmdb_data", "") } == example.missing)
    }

    /// A server that tells none does not say that there are none.
    @Test func whatIsNotToldIsNotKnown() throws {
        #expect(try Self.rights("") == nil)
        #expect(DatabaseRights(BSONDocument().bytes) == nil)
        #expect(try Self.rights("", user: nil)?.user == nil)
    }
}
