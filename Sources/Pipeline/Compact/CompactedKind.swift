import Domain

/// Tells whether a file that is to be compacted has movie documents, and no event: it was put into the folder by mistake, and a
/// load has rejected all of its lines. Other lines that were rejected are compacted, since a later clock may let them in.
struct CompactedKind {
    private var read: Int64 = 0
    private var rejected: Int64 = 0
    private var otherPort: SourcePort?

    /// Takes the next lines of the file.
    mutating func add(_ batch: EventBatch, _ guess: PortGuess) {
        let (read, rejected) = (Int64(batch.read), Int64(batch.rejections.count))
        self.read += read
        self.rejected += rejected
        guard self.read == self.rejected, otherPort == nil else { return }
        otherPort = guess.otherPort(of: batch.chunk, rejected: rejected, of: read)
    }

    /// Whether no line is an event, and the first line that tells is a movie document.
    var isOfMovies: Bool { read == rejected && otherPort == .movies }
}
