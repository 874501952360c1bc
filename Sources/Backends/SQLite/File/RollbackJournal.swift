#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The rollback journal beside a database: the pages as they were before a transaction
/// (https://sqlite.org/fileformat2.html#the_rollback_journal).
enum RollbackJournal {
    /// Where it lies.
    static func path(ofDatabase path: String) -> String { WarehouseFile.realPath(path) + "-journal" }

    /// Whether there is one with content: a transaction is being written into the database, or was cut off and is to be
    /// undone. SQLite goes by the first byte too.
    static func hasContent(besideDatabase path: String) -> Bool {
        head(ofJournal: Self.path(ofDatabase: path), count: 1).contains { $0 != 0 }
    }

    /// Whether it would give pages back to the database: it began when the database had some.
    static func restoresPages(besideDatabase path: String) -> Bool {
        let head = head(ofJournal: Self.path(ofDatabase: path), count: 20)
        return head.starts(with: [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]) && head[16...].contains { $0 != 0 }
    }

    /// The first bytes of a journal; none where there are not so many. SQLite takes no locks on it, so that a descriptor
    /// of it may be closed at any time.
    private static func head(ofJournal path: String, count: Int) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var head = [UInt8](repeating: 0, count: count)
        return read(descriptor, &head, count) == count ? head : []
    }
}
