import CSQLite

/// The SQLite library, as it is linked now.
public enum SQLiteLibrary {
    /// Its version.
    public static var version: String { String(cString: sqlite3_libversion()) }
    /// Whether it is new enough: 3.37, which brought STRICT tables.
    public static var isSupported: Bool { sqlite3_libversion_number() >= 3_037_000 }
    /// Whether several threads may each use a connection of their own.
    public static var isThreadsafe: Bool { sqlite3_threadsafe() != 0 }
}
