import Files

/// The folder that is generated to. Files are written to a dotted folder inside it and take their places when all of
/// them are whole, so that what fails midway changes nothing and leaves nothing.
final class StagedFolder {
    private let path: String
    private let streams: [(name: String, files: [String])]
    private let folders: NewFolders
    private let staging: StagingFolder

    /// Looks at what is there, and makes the folders.
    init(_ path: String, _ streams: [(name: String, days: [Int32])], existing: ExistingFiles) throws {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.streams = streams.map { ($0.name, $0.days.map(DatedLines.name(ofDay:))) }
        try Self.check(self.path, self.streams, existing)
        folders = try NewFolders(self.path)
        staging = try StagingFolder(in: self.path)
        for stream in streams { try Folder.make(stagingPath(stream.name)) }
    }

    deinit { staging.remove() }

    /// Where the files of a stream are written.
    func stagingPath(_ stream: String) -> String { "\(staging.path)/\(stream)" }

    /// Puts all files in their places.
    func finish() throws {
        for stream in streams {
            try Folder.make("\(path)/\(stream.name)")
            for file in stream.files {
                try staging.move("\(stream.name)/\(file)", to: "\(path)/\(stream.name)/\(file)")
            }
        }
        folders.keep()
    }

    /// Refuses a folder in which something would be lost or mixed up.
    private static func check(
        _ path: String, _ streams: [(name: String, files: [String])], _ existing: ExistingFiles
    ) throws {
        let protected = ProtectedPlaces()
        for folder in [path] + streams.map({ "\(path)/\($0.name)" }) {
            if let store = protected.store(around: folder) {
                throw GeneratorError.protected(folder: folder, occupant: store)
            }
        }
        for stream in streams {
            for file in stream.files {
                let target = "\(path)/\(stream.name)/\(file)"
                if let occupant = protected.occupant(of: target) {
                    throw GeneratorError.protected(folder: target, occupant: occupant)
                }
            }
        }
        switch existing {
        case .refused:
            if let name = try names(in: path).first { throw GeneratorError.notEmpty(folder: path, name: name) }
        case .sameDaysReplaced:
            for stream in streams {
                let folder = "\(path)/\(stream.name)"
                if let other = try names(in: folder).first(where: { !stream.files.contains($0) }) {
                    throw GeneratorError.otherFiles(folder: folder, name: other)
                }
            }
        case .othersKept: break
        }
    }

    /// The names in a folder but dotted ones; none where there is no folder.
    private static func names(in folder: String) throws -> [String] {
        guard Folder.isFolder(folder) else { return [] }
        return try Folder.names(in: folder).filter { !$0.hasPrefix(".") }
    }
}
