import CSQLite

/// The linked SQLite library.
public enum SQLiteLibrary {
    /// The library's version.
    public static var version: String { String(cString: sqlite3_libversion()) }
    /// Whether the library is new enough: STRICT tables need 3.37.
    public static var isSupported: Bool { sqlite3_libversion_number() >= 3_037_000 }
    /// Whether several threads may use connections at the same time, each its own.
    public static var isThreadsafe: Bool { sqlite3_threadsafe() != 0 }

    /// Whether the library keeps no statistics of memory, which would cost each allocation a lock that all threads share.
    /// To be read before a database is opened; false when other code has used the library before.
    static let omitsMemoryStatistics = reelhouse_sqlite3_omit_memory_statistics() == SQLITE_OK
}
