import Domain
import Files
import Glibc

/// Tells movie documents from user events by the first lines of files. What has its bytes once, such as a pipe, stays
/// open, so that what was looked at is read.
struct StreamGuess {
    private let guess: PortGuess

    init() throws { guess = try PortGuess() }

    /// Files, each with the stream that its lines are of.
    ///
    /// - Throws: `FileError`; `CommandError` when a file does not tell, nor do its neighbours.
    func files(of files: [FoundFile]) throws -> [(file: FoundFile, port: SourceIdentity.Port)] {
        let looks = try Self.once(files).map(look)
        return try looks.map { look in
            if case .port(let port) = look.answer { return (look.file, port) }
            // What is damaged from its first byte, or empty, is taken for what its neighbours are.
            let neighbours = Set(
                looks.compactMap { other -> SourceIdentity.Port? in
                    guard Self.folder(of: other.file) == Self.folder(of: look.file) else { return nil }
                    if case .port(let port) = other.answer { return port }
                    return nil
                })
            guard look.file.size != nil, neighbours.count == 1, let port = neighbours.first else {
                throw Self.error(look.file.name, Self.reason(look.answer))
            }
            return (look.file, port)
        }
    }

    /// The error of a source that does not tell what it holds.
    static func error(_ name: String, _ reason: String) -> CommandError {
        CommandError(
            message: "Cannot tell whether \(name == "-" ? "standard input" : name) holds movies or events: \(reason)",
            hint: "Say so with --as movies or --as events.", status: .usage)
    }

    private struct Look {
        var file: FoundFile
        var answer: PortGuess.Answer
    }

    private func look(at file: FoundFile) throws -> Look {
        let source = Source(name: file.name, identity: nil, port: .events, snapshotDay: 0, number: 0)
        guard file.size == nil else {
            let chunks = FileSource([PlannedFile(location: file.location, source: source)], chunkSize: 64 << 10)
            return Look(file: file, answer: try firstAnswer(chunks))
        }
        var opened = file
        let stream = try OpenedStream(file)
        opened.location = .opened(stream)
        let chunk = try stream.firstLines(of: source) { chunk in
            if case .port = guess.answer(of: chunk) { return true }
            return false
        }
        return Look(file: opened, answer: chunk.map { guess.answer(of: $0) } ?? .noLines)
    }

    /// What the first chunk with lines tells.
    private func firstAnswer(_ chunks: FileSource) throws -> PortGuess.Answer {
        while let chunk = try chunks.next() {
            if !chunk.lines.isEmpty { return guess.answer(of: chunk) }
        }
        return .noLines
    }

    /// Why an answer does not tell.
    private static func reason(_ answer: PortGuess.Answer) -> String {
        switch answer {
        case .port(let port): "it holds \(port.rawValue)"
        case .noLines: "it has no lines"
        case .noObject(let line): "line \(line) is not a JSON object"
        case .unclear(let line): "line \(line) has the keys of neither"
        case .unreadable(let words): "line 1 is not a JSON object. \(words)"
        }
    }

    private static func folder(of file: FoundFile) -> Substring {
        file.name[..<(file.name.lastIndex(of: "/") ?? file.name.startIndex)]
    }

    private struct Identity: Hashable {
        var device: UInt
        var inode: UInt
    }

    /// The files, each pipe or device once, whatever its name: a second reader would wait for bytes that never come.
    private static func once(_ files: [FoundFile]) -> [FoundFile] {
        var seen: Set<Identity> = []
        return files.filter { file in
            guard file.size == nil else { return true }
            var status = stat()
            let isKnown = file.name == "-" ? fstat(STDIN_FILENO, &status) : stat(file.name, &status)
            guard isKnown == 0 else { return true }
            return seen.insert(Identity(device: UInt(status.st_dev), inode: UInt(status.st_ino))).inserted
        }
    }
}
