import Domain
import Foundation
import Generator

/// Generated input with a fixed seed, and the counts that a load of it must give.
struct Dataset: Codable, Equatable {
    /// The datasets.
    enum Kind: String {
        /// The events that are measured.
        case new
        /// Ten times as many events, of the days before, which are in the warehouse already.
        case held
    }

    var movies = 10_000
    var events: Int
    var users: Int
    var days = 30
    var seed: UInt64
    var dirt = 0.012
    /// No conflicts are planted: which of two contents is stored depends on the order, so that two programs would
    /// differ.
    var plantsConflicts = false
    var endDay: Int32
    /// How many events a warehouse accepts of it.
    var accepted = 0

    /// The run's clock: 2026-11-21, in milliseconds since 1970.
    static let now: Int64 = 1_795_219_200_000

    init(_ kind: Kind, events: Int) {
        self.events = kind == .held ? events * 10 : events
        users = max(1, self.events / 5)
        seed = kind == .held ? 2 : 1
        endDay = CivilDate.day(ofMilliseconds: Self.now) - (kind == .held ? 31 : 1)
    }

    /// Generates the dataset in a folder, unless it is there.
    ///
    /// - Returns: the dataset with its counts.
    func generate(to folder: String) throws -> Dataset {
        let note = URL(fileURLWithPath: "\(folder)/dataset.json")
        if let data = try? Data(contentsOf: note), let found = try? JSONDecoder().decode(Dataset.self, from: data) {
            var wanted = self
            wanted.accepted = found.accepted
            if found == wanted { return found }
            try FileManager.default.removeItem(atPath: folder)
        }
        let planted = try Generator.generate(
            GeneratorOptions(
                movies: movies, events: events, users: users, days: days, seed: seed, output: folder, dirt: dirt,
                plantsConflicts: plantsConflicts, endDay: endDay, compressionLevel: 1))
        var made = self
        made.accepted = planted.distinctEvents
        try JSONEncoder().encode(made).write(to: note)
        return made
    }
}
