import Domain
import Files
import Glibc

/// Finds out from the first lines of files whether they contain movie documents or user events. A pipe can be read only
/// once, so it stays open, and its first lines are read again from a buffer.
struct FilePortGuess {
    private let guess: PortGuess

    init() throws { guess = try PortGuess() }

    /// Returns files, each with the port that its lines belong to. If the lines of a file belong to neither port, the
    /// file gets the port of most files in the same folder, or else that of most of the other files.
    ///
    /// - Parameter named: the ports that options of the command line name.
    /// - Throws: `FileError`; `CommandError` when the port of a file cannot be found out.
    func files(
        of files: [FoundFile], named: [SourcePort] = []
    ) throws -> [(file: FoundFile, port: SourcePort)] {
        let looks = try Self.once(files).map(look)
        var neighbours: [Substring: [SourcePort]] = [:]
        var all: [SourcePort] = []
        for case (let file, .port(let port)) in looks.map({ ($0.file, $0.answer) }) {
            neighbours[Self.folder(of: file), default: []].append(port)
            all.append(port)
        }
        return try looks.map { look in
            if case .port(let port) = look.answer { return (look.file, port) }
            let others = neighbours[Self.folder(of: look.file)] ?? (all.isEmpty ? named : all)
            guard let port = Self.mostFrequent(others) else {
                throw Self.error(look.file.name, Self.reason(look.answer))
            }
            return (look.file, port)
        }
    }

    /// The port that occurs most often; if both occur equally often, the first.
    private static func mostFrequent(_ ports: [SourcePort]) -> SourcePort? {
        guard let first = ports.first else { return nil }
        let other = SourcePort.allCases.max { left, right in
            ports.count { $0 == left } < ports.count { $0 == right }
        }
        guard let other, ports.count(where: { $0 == other }) > ports.count(where: { $0 == first }) else { return first }
        return other
    }

    /// The error for a source whose port cannot be found out.
    static func error(_ name: String, _ reason: String) -> CommandError {
        CommandError(
            message: "Cannot tell whether \(name == "-" ? "standard input" : name) holds movies or events: \(reason)",
            hint: "Say so with --as movies or --as events.", kind: .usage)
    }

    private struct Look {
        var file: FoundFile
        var answer: PortGuess.Answer
    }

    private func look(at file: FoundFile) throws -> Look {
        let source = Source(name: file.name, port: .events, number: 0)
        guard file.size == nil else {
            let chunks = FileSource([PlannedFile(location: file.location, source: source)], chunkSize: 64 << 10)
            return Look(file: file, answer: try firstAnswer(chunks))
        }
        var opened = file
        let stream = try OpenedStream(file)
        opened.location = .opened(stream)
        let chunk = try stream.firstLines(of: source) { chunk in
            if case .port = try? guess.answer(of: chunk) { return true }
            return false
        }
        return Look(file: opened, answer: try chunk.map { try guess.answer(of: $0) } ?? .noLines)
    }

    /// The answer of the first chunk that has lines.
    private func firstAnswer(_ chunks: FileSource) throws -> PortGuess.Answer {
        while let chunk = try chunks.next() {
            if !chunk.lines.isEmpty { return try guess.answer(of: chunk) }
        }
        return .noLines
    }

    /// Why the lines do not show the port.
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

    /// The files, with each pipe or device only once, also when it has several names: reading it a second time would
    /// wait for ever.
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
