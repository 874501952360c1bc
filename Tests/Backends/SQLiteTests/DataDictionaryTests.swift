import Domain
import Foundation
import Testing

@testable import SQLite

/// The pages in `schema/` match the declarations. `REELHOUSE_WRITE=1` writes the pages again.
@Suite struct DataDictionaryTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
            "schema")

    @Test func theDataDictionaryIsUpToDate() throws {
        let folder = try TemporaryFolder()
        try expect("README.md", toBe: DataDictionary(connection: folder.warehouse().connection).page())
    }

    @Test func thePageOfRulesIsUpToDate() throws { try expect("RULES.md", toBe: RulesPage.page) }

    @Test func everyMeaningIsASentence() {
        for table in MigrationTests.tables {
            #expect(table.meaning.count > 10, "\(table.name)")
            for column in table.columns {
                let isSentence = column.meaning.hasSuffix(".") || column.meaning.hasSuffix("…")
                #expect(isSentence, "\(table.name).\(column.name): \(column.meaning)")
            }
        }
    }

    private func expect(_ name: String, toBe page: String) throws {
        let file = Self.folder.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["REELHOUSE_WRITE"] == "1" {
            try page.write(to: file, atomically: true, encoding: .utf8)
        }
        let stored = try String(contentsOf: file, encoding: .utf8)
        #expect(
            stored == page,
            "schema/\(name) is out of date: REELHOUSE_WRITE=1 swift test --filter DataDictionaryTests writes it anew")
    }
}
