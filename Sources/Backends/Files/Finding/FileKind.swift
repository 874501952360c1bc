import Domain

/// Recognizes by their first bytes files that are not NDJSON.
public enum FileKind {
    /// Describes a file that is not NDJSON: the format in words, and the shell command that converts it. Returns nil
    /// when the file is to be read as lines.
    ///
    /// Files whose bytes can be read only once (standard input, pipes) are not opened; the result for them is nil.
    ///
    /// - Throws: `FileError` when the file cannot be opened or read.
    public static func unsupported(
        _ file: FoundFile
    ) throws(FileError) -> (words: String, conversion: String)? {
        guard case .file(let path) = file.location, file.size != nil else { return nil }
        let stream = LookAheadStream(try Decompression.stream(path: path))
        guard let kind = try UnsupportedStart.kind(of: stream, UnsupportedKindCheck(), name: path) else { return nil }
        return (kind.words, kind.conversion(decompression: UnsupportedStart.decompression(of: stream)))
    }
}
