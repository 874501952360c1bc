import Files

/// The output folder of a generation. The files are written to a dotted folder inside it and are moved to their places
/// when all of them are complete, so that a generation that fails changes nothing.
final class StagedFolder {
    private let path: String
    private let ports: [(name: String, files: [String])]
    private let folders: NewFolders
    private let staging: StagingFolder

    /// Checks the folder and creates the folders below it.
    ///
    /// - Throws: `GeneratorError`, `FileError`.
    init(_ path: String, _ ports: [(name: String, days: [Int32])], existing: ExistingFiles) throws {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.ports = ports.map { ($0.name, $0.days.map(DatedLines.name(ofDay:))) }
        try Self.check(self.path, self.ports, existing)
        folders = try NewFolders(self.path)
        staging = try StagingFolder(in: self.path)
        for port in ports { try Folder.make(stagingPath(port.name)) }
    }

    deinit { staging.remove() }

    /// Where the files of a port are written.
    func stagingPath(_ port: String) -> String { "\(staging.path)/\(port)" }

    /// Moves all files to their places.
    func finish() throws {
        for port in ports {
            try Folder.make("\(path)/\(port.name)")
            for file in port.files {
                try staging.move("\(port.name)/\(file)", to: "\(path)/\(port.name)/\(file)")
            }
        }
        folders.keep()
    }

    /// Refuses a folder in which files would be lost, or read together with the new ones against the user's wish.
    private static func check(
        _ path: String, _ ports: [(name: String, files: [String])], _ existing: ExistingFiles
    ) throws {
        let protected = ProtectedPlaces()
        for folder in [path] + ports.map({ "\(path)/\($0.name)" }) {
            if let store = protected.store(around: folder) {
                throw GeneratorError.protected(folder: folder, occupant: store)
            }
        }
        for port in ports {
            for file in port.files {
                let target = "\(path)/\(port.name)/\(file)"
                if let occupant = protected.occupant(of: target) {
                    throw GeneratorError.protected(folder: target, occupant: occupant)
                }
            }
        }
        switch existing {
        case .refused:
            if let name = try names(in: path).first { throw GeneratorError.notEmpty(folder: path, name: name) }
        case .sameDaysReplaced:
            for port in ports {
                let folder = "\(path)/\(port.name)"
                if let other = try names(in: folder).first(where: { !port.files.contains($0) }) {
                    throw GeneratorError.otherFiles(folder: folder, name: other)
                }
            }
        case .othersKept: break
        }
    }

    /// The names in a folder, without dotted ones; none if there is no folder.
    private static func names(in folder: String) throws -> [String] {
        guard Folder.isFolder(folder) else { return [] }
        return try Folder.names(in: folder).filter { !$0.hasPrefix(".") }
    }
}
