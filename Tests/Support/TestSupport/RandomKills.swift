import Foundation

/// Starts a program again and again, and kills it (SIGKILL) at random moments until it gets to its end.
///
/// ```
/// let kills = RandomKills(within: 0.01...0.5)
/// try kills.run(most: 12) { try Program.start(arguments, in: folder) } afterKill: { … }
/// kills.count
/// ```
public final class RandomKills {
    /// How many programs were killed.
    public private(set) var count = 0
    private let seconds: ClosedRange<Double>

    /// Kills after so many seconds from the start of a program.
    public init(within seconds: ClosedRange<Double>) { self.seconds = seconds }

    /// Starts a program, kills it, and starts it again.
    ///
    /// - Parameters:
    ///   - most: how many programs are killed at most.
    ///   - afterKill: called after each kill.
    /// - Returns: the result of the program that came to its end before it was killed; nil when none did.
    public func run(
        most: Int, _ start: () throws -> ChildProcess, afterKill: () throws -> Void = {}
    ) throws -> ChildProcess.Result? {
        for _ in 0..<most {
            let process = try start()
            Thread.sleep(forTimeInterval: .random(in: seconds))
            process.send(SIGKILL)
            let result = process.wait()
            guard result.isKilled else { return result }
            count += 1
            try afterKill()
        }
        return nil
    }
}
