import Domain
import Fixtures
import Pipeline
import TestSupport
import Testing

/// A whole warehouse is copied, between all kinds of warehouses.
@Suite struct CopyTests {
    @Test(arguments: CopyPair.all)
    func theCopyHasAllAndRunsGoOnInIt(_ pair: CopyPair) throws {
        let input = try DirtyInput.of(pair.source)
        let loaded = try input.loadedEarly(into: pair.source)
        let copy = try LawWarehouse(pair.target, hasTables: false)
        let report = try loaded.warehouse.copy(to: copy)
        #expect(try copy.digest() == loaded.warehouse.digest())
        #expect(try copy.ledger() == loaded.warehouse.ledger())
        #expect(try copy.faults() == [])
        #expect(report.rows.first { $0.table == "fact_user_event" }?.rows ?? 0 > 500)
        // The same sources are skipped.
        let again = try copy.run(
            movies: loaded.sources.movies, events: loaded.sources.events, clock: DirtyInput.early)
        #expect(again.run.counts == LineCounts())
        #expect(again.run.id == 2)
        // The lines that were too late are tried again.
        try copy.retry(DirtyInput.late)
        let there = try copy.digest()
        for (table, digest) in input.expected.digest { #expect(there[table] == digest, "\(table)") }
        #expect(
            try loaded.sources.withoutPlace(copy.rejected()) == DirtyInput.of(pair.target).expected.rejected)
    }

    /// Every row with its numbers, as each database writes it.
    @Test(arguments: CopyPair.all)
    func thereAndBackNothingChanges(_ pair: CopyPair) throws {
        let original = try LawWarehouse(pair.source, hasTables: false)
        let sources = try PublishedInput(
            try LawInput.generated(seed: 17, movies: 40, events: 800), Sources.all[0], eventParts: 3)
        try original.run(movies: sources.movies, events: sources.events, sizes: .small)
        _ = try original.fixture.writer().dropRejected(
            matching: RejectedFilter(rule: "malformed_json"), at: LawClock.clock.now)
        let (there, back) = (
            try LawWarehouse(pair.target, hasTables: false), try LawWarehouse(pair.source, hasTables: false)
        )
        try original.copy(to: there)
        try there.copy(to: back)
        #expect(try back.allRows() == original.allRows())
        // The next line in quarantine gets the number that it would have got.
        let next = try [original, back].map { warehouse in
            try CopyQuarantine.add([CopyQuarantine.rejection(7, raw: [1])], to: warehouse)
            return try warehouse.integer("SELECT max(rejected_id) FROM rejected_record")
        }
        #expect(next[0] == next[1])
    }

    @Test(arguments: CopyPair.all)
    func anEmptyWarehouseIsCopied(_ pair: CopyPair) throws {
        let (source, copy) = (
            try LawWarehouse(pair.source, hasTables: false), try LawWarehouse(pair.target, hasTables: false)
        )
        _ = try source.fixture.writer().migrate(at: 1)
        let report = try source.copy(to: copy)
        #expect(report.totalRows == 0)
        #expect(try copy.digest() == source.digest())
        // An empty warehouse can be copied into again.
        try source.copy(to: copy)
    }

    @Test(arguments: Warehouses.present)
    func indexesOnRequestAreMade(_ kind: WarehouseKind) throws {
        let (source, copy) = (try LawWarehouse(kind, hasTables: false), try LawWarehouse(kind, hasTables: false))
        let sources = try PublishedInput(try LawInput.generated(seed: 3, events: 50), Sources.all[0])
        try source.run(movies: sources.movies, events: sources.events)
        let index = try #require(BehaviourTables.facts.indexes.first { $0.isOnRequest })
        _ = try source.fixture.writer().make(index)
        try source.copy(to: copy)
        let names = { (warehouse: LawWarehouse) in try warehouse.fixture.reader().indexes().map(\.index.name).sorted() }
        #expect(try names(copy) == names(source))
        #expect(try names(copy).contains(index.name))
    }

    @Test(arguments: CopyPair.all)
    func whatIsLoadedMeanwhileIsNotInTheCopy(_ pair: CopyPair) throws {
        let (source, copy) = (
            try LawWarehouse(pair.source, hasTables: false), try LawWarehouse(pair.target, hasTables: false)
        )
        let sources = try PublishedInput(try LawInput.generated(seed: 4, events: 400), Sources.all[0])
        try source.run(movies: sources.movies, events: sources.events)
        let later = try PublishedInput(
            try LawInput.generated(seed: 5, events: 400), Sources.all[0], named: "later")
        let expected = try source.digest()
        var isLoaded = false
        try source.copy(
            to: copy,
            progress: { progress in
                guard progress.phase == .copying, progress.rows > 0, !isLoaded else { return }
                isLoaded = true
                do { try source.run(movies: later.movies, events: later.events) } catch { Issue.record(error) }
            })
        #expect(isLoaded)
        #expect(try copy.digest() == expected)
        #expect(try source.digest() != expected)
    }
}
