import CSQLite

/// The linked SQLite library.
public enum SQLiteLibrary {
    /// The library's version.
    public static var version: String { String(cString: sqlite3_libversion()) }
    /// Whether the library is new enough: STRICT tables need 3.37.
    public static var isSupported: Bool { sqlite3_libversion_number() >= 3_037_000 }
    /// Whether several threads may use connections at the same time, each its own.
    public static var isThreadsafe: Bool { sqlite3_threadsafe() != 0 }
}
