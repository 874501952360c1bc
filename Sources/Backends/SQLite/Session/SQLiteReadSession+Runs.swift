extension SQLiteReadSession {
    /// Whether a process is the writer now (see `WriterLock`); true also when that is unknown.
    func isBeingWritten() -> Bool { WriterLock.isTaken(at: location) ?? true }
}
