#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A value behind a POSIX mutex. As `Synchronization.Mutex`, but the thread sanitizer knows this kind, and sees no race
/// where there is none.
///
/// Sendable because the value is reached through `withLock` alone, by one thread at a time; a reference that is
/// copied out of it is used by one thread at a time too (see `Handoff`).
final class Guarded<Value>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var value: Value

    init(_ value: Value) {
        self.value = value
        mutex.initialize(to: pthread_mutex_t())
        let status = pthread_mutex_init(mutex, nil)
        precondition(status == 0, "the system has no mutex left")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Lets `body` use the value while no other thread does.
    func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let status = pthread_mutex_lock(mutex)
        precondition(status == 0, "a mutex was locked twice by one thread")
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
