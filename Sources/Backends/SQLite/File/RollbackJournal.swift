#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The rollback journal beside a database. It has the pages as they were before the current transaction
/// (https://sqlite.org/fileformat2.html#the_rollback_journal).
enum RollbackJournal {
    /// The path of the journal.
    static func path(ofDatabase path: String) -> String { WarehouseFile.realPath(path) + "-journal" }

    /// Whether there is a journal with content. Then a transaction is being written to the database, or was cut off and
    /// must be undone. SQLite too decides by the first byte.
    static func hasContent(besideDatabase path: String) -> Bool {
        head(ofJournal: Self.path(ofDatabase: path), count: 1).contains { $0 != 0 }
    }

    /// Whether undoing the transaction would restore pages: it would if the database had pages when the transaction
    /// began.
    static func restoresPages(besideDatabase path: String) -> Bool {
        let head = head(ofJournal: Self.path(ofDatabase: path), count: 20)
        return head.starts(with: [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]) && head[16...].contains { $0 != 0 }
    }

    /// The first bytes of a journal; none when it has fewer. SQLite takes no locks on the journal, so another
    /// descriptor of it may be closed at any time.
    private static func head(ofJournal path: String, count: Int) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var head = [UInt8](repeating: 0, count: count)
        return read(descriptor, &head, count) == count ? head : []
    }
}
