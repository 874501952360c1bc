import Domain

/// Looks at the start of files, without reading them.
public enum FileKind {
    /// What a file is that is not NDJSON: in words, and the shell command that converts it; nil for lines.
    ///
    /// Nothing is opened whose bytes come once.
    ///
    /// - Throws: when it cannot be opened or read.
    public static func unsupported(
        _ file: FoundFile
    ) throws(FileError) -> (words: String, conversion: String)? {
        guard case .file(let path) = file.location, file.size != nil else { return nil }
        let stream = LookAheadStream(try Decompression.stream(path: path))
        guard let kind = try UnsupportedStart.kind(of: stream, UnsupportedKindCheck(), name: path) else { return nil }
        return (kind.words, kind.conversion(decompression: UnsupportedStart.decompression(of: stream)))
    }
}
