import CMongo
import Glibc
import Synchronization

/// libmongoc as this process uses it.
enum MongoDriver {
    /// Makes libmongoc ready, once in a process. It prints nothing: its log is taken over.
    static func start() { _ = isStarted }

    private static let isStarted: Bool = {
        mongoc_log_set_handler(takeLogLine, nil)
        mongoc_init()
        return true
    }()

    /// The thread whose warnings are counted, and how many there were.
    fileprivate static let counted = Mutex<(thread: pthread_t, warnings: Int)?>(nil)
    private static let counting = Mutex(())

    /// How many warnings and errors libmongoc writes into its log while it does something in this thread.
    static func warnings(during body: () -> Void) -> Int {
        start()
        return counting.withLock { _ in
            counted.withLock { $0 = (pthread_self(), 0) }
            body()
            return counted.withLock { value in
                defer { value = nil }
                return value?.warnings ?? 0
            }
        }
    }
}

/// Takes a line of libmongoc's log. Calls nothing of libmongoc, which holds a lock.
private func takeLogLine(
    _ level: mongoc_log_level_t, _ domain: UnsafePointer<CChar>?, _ text: UnsafePointer<CChar>?,
    _ context: UnsafeMutableRawPointer?
) {
    guard level.rawValue <= MONGOC_LOG_LEVEL_WARNING.rawValue else { return }
    MongoDriver.counted.withLock { value in
        if let thread = value?.thread, pthread_equal(thread, pthread_self()) != 0 { value?.warnings += 1 }
    }
}
