import Foundation

/// Long tests, which `make soak` runs and `make test` leaves out, or runs with fewer rounds.
///
/// ```
/// @Test(.enabled(if: LongTests.areOn, "\(LongTests.whatToSet)")) func fiveMinutes() throws { … }
/// let kills = LongTests.rounds(3, long: 20)
/// ```
public enum LongTests {
    /// The variable that turns them on: any value but none and "0".
    public static let variable = "REELHOUSE_SOAK"

    /// What a test that is skipped says.
    public static let whatToSet = "a long test: run `make soak`, or set \(variable)=1"

    /// Whether they run.
    public static let areOn: Bool = {
        let value = ProcessInfo.processInfo.environment[variable] ?? ""
        return !value.isEmpty && value != "0"
    }()

    /// How many rounds a test makes.
    ///
    /// - Parameters:
    ///   - short: in `make test`.
    ///   - long: in `make soak`.
    public static func rounds(_ short: Int, long: Int) -> Int { areOn ? long : short }
}
