import Domain
import Foundation
import Generator

/// Generated input of a fixed seed, and what a warehouse has to make of it.
struct Dataset: Codable, Equatable {
    /// Which one it is.
    enum Kind: String {
        /// The events that are measured.
        case new
        /// Ten times as many, of the days before, that are in the warehouse already.
        case held
    }

    var movies = 10_000
    var events: Int
    var users: Int
    var days = 30
    var seed: UInt64
    var dirt = 0.012
    /// One identity with two contents: which of them stays follows from the order, so that two programs would differ.
    var plantsConflicts = false
    var endDay: Int32
    /// Events that a warehouse accepts of it.
    var accepted = 0

    /// The run's clock: 2026-11-21, in milliseconds since 1970.
    static let now: Int64 = 1_795_219_200_000

    init(_ kind: Kind, events: Int) {
        self.events = kind == .held ? events * 10 : events
        users = max(1, self.events / 5)
        seed = kind == .held ? 2 : 1
        endDay = CivilDate.day(ofMilliseconds: Self.now) - (kind == .held ? 31 : 1)
    }

    /// Writes it to a folder, unless it is there.
    ///
    /// - Returns: what was planted.
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
