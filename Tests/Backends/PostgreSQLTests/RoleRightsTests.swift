import Testing

@testable import PostgreSQL

/// Which rights are missing, and the statements that grant them.
@Suite struct RoleRightsTests {
    private static let all: Set<String> = ["SELECT", "INSERT", "UPDATE", "DELETE"]

    private func rights(_ change: (inout RoleRights) -> Void = { _ in }) -> RoleRights {
        var rights = RoleRights()
        (rights.role, rights.database, rights.schema, rights.hasSchema) = ("lo\"ader", "movies", "reelhouse", true)
        rights.onDatabase = ["TEMPORARY"]
        rights.onSchema = ["USAGE", "CREATE"]
        rights.relations = [
            RoleRights.Relation(name: "movies", rights: Self.all, owner: "dba", isOwned: true),
            RoleRights.Relation(name: "facts", isPartitioned: true, rights: Self.all, owner: "dba", isOwned: true),
            RoleRights.Relation(name: "facts_readable", isView: true, rights: ["SELECT"], owner: "dba", isOwned: true),
        ]
        change(&rights)
        return rights
    }

    private func statements(_ purpose: RoleRights.Purpose, _ change: (inout RoleRights) -> Void) -> [String] {
        rights(change).missing(for: purpose).map(\.statement)
    }

    @Test(arguments: [RoleRights.Purpose.reading, .loading, .migrating])
    func nothingIsMissing(purpose: RoleRights.Purpose) {
        #expect(rights().missing(for: purpose).isEmpty && rights().hint(for: purpose) == nil)
    }

    @Test func whereThereIsNoSchemaOnlyTheDatabaseCounts() {
        let change = { (rights: inout RoleRights) in
            (rights.hasSchema, rights.onSchema, rights.onDatabase) = (false, [], [])
        }
        #expect(statements(.reading, change) == [])
        #expect(
            statements(.loading, change) == [
                #"GRANT CREATE ON DATABASE "movies" TO "lo""ader""#,
                #"GRANT TEMPORARY ON DATABASE "movies" TO "lo""ader""#,
            ])
    }

    @Test func readingNeedsTheSchemaAndTheTables() {
        #expect(
            statements(.reading) { ($0.onSchema, $0.onDatabase) = ([], []) } == [
                #"GRANT USAGE ON SCHEMA "reelhouse" TO "lo""ader""#
            ])
        #expect(
            statements(.reading) { $0.relations[2].rights = [] } == [
                #"GRANT SELECT ON "reelhouse"."facts_readable" TO "lo""ader""#
            ])
        #expect(
            statements(.reading) { for index in 0..<3 { $0.relations[index].rights = [] } } == [
                #"GRANT SELECT ON ALL TABLES IN SCHEMA "reelhouse" TO "lo""ader""#
            ])
    }

    @Test func loadingNeedsMore() {
        #expect(
            statements(.loading) { $0.onDatabase = [] } == [#"GRANT TEMPORARY ON DATABASE "movies" TO "lo""ader""#])
        #expect(
            statements(.loading) { $0.relations[0].rights = ["SELECT", "INSERT"] } == [
                #"GRANT UPDATE, DELETE ON "reelhouse"."movies" TO "lo""ader""#
            ])
        #expect(statements(.loading) { $0.relations[2].rights = [] } == [])
    }

    @Test func onlyTheOwnerAttachesPartitionsAndChangesTables() {
        let change = { (rights: inout RoleRights) in for index in 0..<3 { rights.relations[index].isOwned = false } }
        #expect(statements(.reading, change) == [])
        #expect(statements(.loading, change) == [#"GRANT "dba" TO "lo""ader""#])
        #expect(statements(.migrating, change) == [#"GRANT "dba" TO "lo""ader""#])
        // The rights of a superuser are not given away.
        #expect(
            statements(.loading) {
                change(&$0)
                $0.relations[1].isOwnerSuperuser = true
            } == [#"ALTER TABLE "reelhouse"."facts" OWNER TO "lo""ader""#])
    }

    @Test func aMemberThatDoesNotInheritIsToldToInherit() {
        let change = { (rights: inout RoleRights) in
            rights.relations[1].isOwned = false
            rights.relations[1].isMember = true
        }
        #expect(statements(.loading, change) == [#"ALTER ROLE "lo""ader" INHERIT"#])
        #expect(
            statements(.loading) {
                change(&$0)
                $0.serverVersion = 160_002
            } == [#"GRANT "dba" TO "lo""ader" WITH INHERIT TRUE"#])
    }

    @Test func rowSecurityIsNamed() {
        let missing = rights { $0.relations[0].hidesRows = true }.missing(for: .reading)
        #expect(missing.map(\.statement) == [#"ALTER ROLE "lo""ader" BYPASSRLS"#])
        #expect(missing.first?.right.contains("movies") == true)
    }

    /// A role that may read everything and change nothing is told so in one sentence, and how it may load.
    @Test func aRoleThatOnlyReadsIsToldSo() {
        let reader = rights { rights in
            (rights.role, rights.onSchema) = ("reader", ["USAGE"])
            for index in rights.relations.indices {
                (rights.relations[index].rights, rights.relations[index].isOwned) = (["SELECT"], false)
            }
            rights.relations += (1...47).map { RoleRights.Relation(name: "t\($0)", rights: ["SELECT"], owner: "dba") }
        }
        #expect(reader.lack(for: .reading) == nil)
        #expect(reader.lack(for: .loading) == "the role reader may only read the warehouse in the schema reelhouse")
        #expect(
            reader.hint(for: .loading)
                == "Run the command as the owner, dba. Or let the owner or a superuser run: GRANT CREATE ON SCHEMA "
                + #""reelhouse" TO "reader"; GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "reelhouse" TO "reader"; "#
                + #"GRANT "dba" TO "reader"."#)
        // Whoever may change one table lacks rights on the others.
        var writer = reader
        writer.relations[0].rights = Self.all
        #expect(
            writer.lack(for: .loading)
                == "the role reader lacks rights on the schema reelhouse: CREATE on the schema reelhouse; "
                + "INSERT, UPDATE, DELETE on facts, t1, t2 and 45 more; ownership of facts")
        #expect(writer.hint(for: .loading)?.hasPrefix("Let the owner or a superuser run: GRANT CREATE") == true)
    }
}
