import Testing

@testable import Domain

/// The manifest as text, and what it compares.
@Suite struct SnapshotManifestTests {
    private static func file(_ name: String, bytes: Int64 = 7) -> SnapshotFile {
        SnapshotFile(
            name: name, rows: 3, bytes: bytes, sha256: "ab\(bytes)", contentBytes: 12, contentSHA256: "cd")
    }

    private static var full: SnapshotManifest {
        var table = SnapshotTable(BehaviourTables.facts)
        (table.rows, table.digest) = (9, "0f")
        (table.file, table.removed) = (file("fact_user_event.csv.zst"), file("fact_user_event.removed.csv.zst"))
        return SnapshotManifest(
            day: 20_785, started: 1_795_860_000_000, finished: 1_795_860_001_234, program: "0.1.0", warehouse: "sqlite",
            lastRun: .init(id: 7, outcome: "completed"),
            form: SnapshotForm(.csv, hasMark: true, guardsFormulas: true, pseudonymKey: "0123"),
            base: .init(name: "2026-11-27", sha256: "ef"), query: nil, digest: "aa", warehouseFile: nil,
            tables: [table, SnapshotTable(MovieTables.movies)])
    }

    private static var query: SnapshotManifest {
        SnapshotManifest(
            day: 0, started: 0, program: "", warehouse: "postgresql", form: SnapshotForm(.ndjson),
            query: "SELECT \"a\n\" AS b",
            tables: [
                SnapshotTable(name: "query", key: [], columns: [.init("b", nil, isNullable: true)], file: file("q"))
            ])
    }

    private static var whole: SnapshotManifest {
        SnapshotManifest(
            day: 1, started: 0, program: "", warehouse: "sqlite", form: SnapshotForm(.sqlite),
            warehouseFile: file("warehouse.db"))
    }

    @Test func itsTextIsReadBack() {
        for manifest in [Self.full, Self.query, Self.whole] {
            #expect(SnapshotManifest(text: Array(manifest.text.utf8)) == manifest)
        }
        #expect(Self.full.text.hasPrefix("{\n  \"format\": \"reelhouse-snapshot\""))
    }

    @Test func otherTextsAreNone() {
        let text = Self.full.text
        for other in [
            "", "{}", "[]", String(text.dropLast(5)), text.replacing("\"version\": 1", with: "\"version\": 2"),
            text.replacing("reelhouse-snapshot", with: "other"), text.replacing("\"csv\"", with: "\"xls\""),
            text.replacing("fact_user_event.csv.zst", with: "../warehouse.db"),
        ] {
            #expect(SnapshotManifest(text: Array(other.utf8)) == nil, "\(other)")
        }
    }

    @Test func timesAndCompressionAreNoContent() {
        var other = Self.full
        (other.started, other.finished, other.program, other.warehouse) = (1, 2, "x", "postgresql")
        other.tables[0].file = Self.file("fact_user_event.csv.zst", bytes: 8)
        #expect(other != Self.full && other.hasSameContent(as: Self.full))
        other.tables[0].file?.contentSHA256 = "x"
        #expect(!other.hasSameContent(as: Self.full))
        var run = Self.full
        run.lastRun = .init(id: 8, outcome: "completed")
        #expect(!run.hasSameContent(as: Self.full))
    }

    @Test func tablesAreDeclaredByTheManifest() throws {
        for table in SnapshotTables.all {
            let declared = try #require(SnapshotTable(table).declaration)
            #expect(declared.columns.map(\.type) == table.columns.map(\.type))
            #expect(declared.key == table.key)
            #expect(SnapshotTable(table).declarationOfRemoved?.columns.map(\.name) == table.key)
        }
        #expect(Self.query.tables[0].declaration == nil)
    }

    @Test func pseudonymsDependOnTheKeyAndTheKind() throws {
        let first = try Pseudonyms(key: "0123456789abcdef")
        let other = try Pseudonyms(key: "0123456789abcdeg")
        #expect(first.keyName != other.keyName && first.keyName.count == 16)
        #expect(first.of(user: 7) != other.of(user: 7) && first.of(user: 7) != first.of(user: 8))
        #expect(first.of(user: 7) == first.of(user: 7) && first.of(user: 7).count == 32)
        // Computed by Python: hmac.new(key, b"\x01" + (7).to_bytes(8, "big"), "sha256").hexdigest()[:32]
        #expect(String(decoding: first.of(user: 7), as: UTF8.self) == "1faa2358fcf48613d035fdd959368a2f")
        let bytes: [UInt8] = [1, 2]
        bytes.withUnsafeBytes { #expect(first.of(.session, $0) != first.of(.comment, $0)) }
        #expect(throws: SnapshotError.shortKey(bytes: 15)) { try Pseudonyms(key: "0123456789abcde") }
    }

    @Test func nothingThatTellsWhoItIsStaysAsItIs() throws {
        let pseudonyms = try Pseudonyms(key: "0123456789abcdef")
        for table in BehaviourTables.all + BehaviourTables.withdrawals {
            let shape = SnapshotShape(table, pseudonyms)
            for column in shape.table.columns {
                let isKept = Pseudonyms.treatment(of: column, in: table) == .kept
                let tells = ["_id", "body", "hash", "reference"].contains { column.name.hasSuffix($0) }
                #expect(!isKept || !tells || ["movie_id", "primary_genre_id"].contains(column.name), "\(column.name)")
            }
            if table.columns.contains(where: { $0.name == "user_id" }) {
                #expect(shape.table.columns[shape.table.index(of: "user_id")].type == .text)
            }
        }
    }
}
