import Foundation
import Testing

/// Runs tests on threads of their own, beside those that Swift gives to tests, of which there is one a core. A test that
/// waits for another program, a server or a deadline would keep a core from working for other tests.
///
/// ```
/// @Suite(.serialized, .waits) struct KillTests { … }
/// ```
public struct WaitingTrait: SuiteTrait, TestTrait, TestScoping {
    /// Holds for the tests of a suite.
    public var isRecursive: Bool { true }

    /// Runs a test on one of the threads.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(WaitingThreads.shared) { try await function() }
    }
}

extension Trait where Self == WaitingTrait {
    /// The test waits for most of its time.
    public static var waits: Self { WaitingTrait() }
}

/// A few threads that tests may wait on. They are few so that the deadlines of tests hold on a machine of two cores.
private final class WaitingThreads: TaskExecutor {
    static let shared = WaitingThreads()
    private let queue: OperationQueue

    private init() {
        queue = OperationQueue()
        queue.maxConcurrentOperationCount = 8
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.addOperation { [unowned self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
