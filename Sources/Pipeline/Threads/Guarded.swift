#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A value protected by a POSIX mutex. It is used in the place of `Synchronization.Mutex`, for which the thread
/// sanitizer reports races that do not exist.
///
/// `@unchecked Sendable` holds because the value is only reached in `withLock`, by one thread at a time. A reference
/// that is copied out of it is used by one thread at a time too (see `Handoff`).
final class Guarded<Value>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var value: Value

    init(_ value: Value) {
        self.value = value
        mutex.initialize(to: pthread_mutex_t())
        let status = pthread_mutex_init(mutex, nil)
        precondition(status == 0, "the system cannot make a mutex")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Calls `body` with the value while no other thread can use it.
    func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let status = pthread_mutex_lock(mutex)
        precondition(status == 0, "a mutex was locked twice by one thread")
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
