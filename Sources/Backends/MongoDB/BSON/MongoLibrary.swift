import CMongo

/// The C library that this backend uses.
enum MongoLibrary {
    /// The version that the program runs with: `1.23.1`.
    static var version: String { String(cString: mongoc_get_version()) }
}
