import Domain

extension SourceBackend {
    /// The backend that reads movies and events from files, folders, pipes and standard input.
    public static let files = SourceBackend(
        naming: BackendNaming(
            schemes: ["file"], takesPaths: true, help: "files, folders, patterns, or - for standard input"),
        ports: [.movies, .events],
        validate: { if $0.scheme != nil, $0.filePath.isEmpty { throw FileError(.find, "\($0)", .noPath) } },
        libraries: { FileChecks.libraries },
        open: { locations, port, options in
            try FileSet(locations.map(\.filePath), port: port, options: FileSet.Options(options))
        },
        check: { locations, port, isNamed, options, _ in
            [FileChecks.input(locations.map(\.filePath), port, isNamed: isNamed, own: options.own)]
        })
}

extension RawStoreBackend {
    /// The backend that keeps raw documents in a folder.
    public static let files = RawStoreBackend(
        naming: BackendNaming(schemes: ["file"], takesPaths: true, help: "a folder"),
        validate: { location in
            let path = location.filePath
            if path.isEmpty { throw FileError(.find, "\(location)", .noPath) }
            // `-` would create a folder of that name, which nobody wants.
            if path == "-" { throw FileError(.create, "\(location)", .noFolder) }
        },
        libraries: { FileChecks.libraries },
        open: { location, _ in try RawFolder(path: location.filePath) },
        isThere: { Folder.isFolder($0.filePath) },
        place: {
            RawStorePlace(parts: ["file"] + FilePath.absolute($0.filePath).split(separator: "/").map(String.init))
        },
        check: { [FileChecks.rawStore($0.filePath)] },
        localFiles: { location in
            LocalFiles(folders: [LocalFiles.Place(path: location.filePath, what: "the raw store")])
        })
}

extension Location {
    /// The path of a file or folder. In `file:///tmp/a`, the path begins at the third slash.
    public var filePath: String { scheme != nil && rest.hasPrefix("//") ? String(rest.dropFirst(2)) : rest }
}
