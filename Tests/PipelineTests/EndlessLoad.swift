import Domain
import Fixtures
import Foundation
import Synchronization

@testable import Pipeline

/// A value that is handed to another thread.
///
/// Sendable because one thread at a time uses it: who makes a warehouse does not use it any more, and a fixture only
/// opens databases.
struct Unshared<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}

/// A load that runs on a thread of its own while the test goes on.
final class EndlessLoad: Sendable {
    private let result = Mutex<Result<LoadReport, any Error>?>(nil)
    private let isDone = DispatchSemaphore(value: 0)
    let stop: StopSignal

    init(
        into warehouse: LawWarehouse, _ sets: [any SourceSet], stop: StopSignal, _ options: LoadOptions,
        through wrap: @escaping @Sendable (any Warehouse) -> any Warehouse = { $0 }
    ) throws {
        self.stop = stop
        let writer = Unshared(wrap(try warehouse.fixture.writer()))
        Thread { [self] in
            let report = Result {
                let loader = Loader(
                    warehouse: writer.value, rawStore: nil, options: options, stop: stop,
                    wallClock: { LawClock.clock.now })
                return try loader.run(
                    movies: sets.first { $0.port == .movies }, events: sets.first { $0.port == .events })
            }
            result.withLock { $0 = report }
            isDone.signal()
        }.start()
    }

    /// Waits for its end; nil when it does not come in time.
    func report(within seconds: Double = 60) throws -> LoadReport? {
        guard isDone.wait(timeout: .now() + seconds) == .success else { return nil }
        return try result.withLock { $0 }?.get()
    }
}

/// An empty warehouse with movies and events that never end.
struct EndlessBench {
    let warehouse: LawWarehouse
    let movies = EndlessLines(.movies)
    let events: EndlessLines
    let stop = StopSignal()

    init(_ kind: WarehouseKind, events: EndlessLines = EndlessLines(.events)) throws {
        warehouse = try LawWarehouse(kind)
        self.events = events
    }

    /// The options of a load that commits soon after the last line that is there.
    static func options(_ change: (inout LoadOptions) -> Void = { _ in }) -> LoadOptions {
        var options = LoadOptions(clock: LawClock.clock)
        options.commitSeconds = 0.02
        change(&options)
        return options
    }

    /// Starts a load of both.
    func start(
        _ options: LoadOptions, through wrap: @escaping @Sendable (any Warehouse) -> any Warehouse = { $0 }
    ) throws -> EndlessLoad {
        try EndlessLoad(into: warehouse, [movies.set, events.set], stop: stop, options, through: wrap)
    }

    /// Waits for something; whether it came within a time that is long on a busy machine.
    func wait(_ condition: () throws -> Bool) rethrows -> Bool {
        for _ in 0..<1500 {
            if try condition() { return true }
            usleep(20_000)
        }
        return false
    }

    /// The integer that a query gives; 0 while there is no such table.
    func count(_ sql: String) -> Int64 { (try? warehouse.integer(sql)) ?? 0 }
}
