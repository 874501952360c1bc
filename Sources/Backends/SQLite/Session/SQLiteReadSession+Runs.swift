extension SQLiteReadSession {
    /// Whether a writer is in its place (see `WriterLock`); true also where that cannot be told.
    func isBeingWritten() -> Bool { WriterLock.isTaken(at: location) ?? true }
}
