import Domain
import Glibc
import SQLWarehouse

extension WarehouseBackend {
    /// The backend that keeps a warehouse in a SQLite file.
    public static let sqlite = WarehouseBackend(
        naming: BackendNaming(
            schemes: ["sqlite"], takesPaths: true,
            help: "a SQLite file, as a path, sqlite:PATH, sqlite:///PATH from this folder on, or sqlite:////PATH from "
                + "the root"),
        validate: SQLiteLocation.validate,
        libraries: { [SQLiteChecks.library] },
        open: { try SQLiteWarehouse(path: SQLiteLocation.path($0)) },
        openDryRun: { location in
            let path = SQLiteLocation.path(location)
            if SQLiteLocation.isThere(path) { return DryRunWarehouse(try SQLiteWarehouse(path: path)) }
            try SQLiteWarehouse.checkPlace(path: path)
            let scratch = try ScratchFolder()
            return DryRunWarehouse(try SQLiteWarehouse(path: scratch.warehouse), scratch: scratch)
        },
        openReader: { try SQLiteReader(path: SQLiteLocation.path($0)) },
        openCopySource: { try SQLCopySource.sqlite(path: SQLiteLocation.path($0)) },
        openCopyTarget: { try SQLCopyTarget.sqlite(path: SQLiteLocation.path($0)) },
        openReplacement: { try SQLiteReplacement(path: SQLiteLocation.path($0)) },
        isThere: { SQLiteLocation.isThere(SQLiteLocation.path($0)) },
        check: { location, content in
            let path = SQLiteLocation.path(location)
            return SQLiteChecks.findings(path: path) { try content(SQLiteReader(path: path)) }
        },
        localFiles: { SQLiteLocation.localFiles(SQLiteLocation.path($0)) },
        remember: { output, path, location in
            try SQLiteOutputs(writing: SQLiteLocation.path(location)).add(
                SQLiteOutputs.Output(
                    device: output.device, inode: output.inode, bytes: output.bytes, modifiedAt: output.modifiedAt,
                    path: path))
        },
        lockNightly: { try NightlyLock(warehouse: SQLiteLocation.path($0)) },
        queryHelp: QueryHelp(
            database: "SQLite", syntax: "https://sqlite.org/lang_select.html",
            changes: "To change data, make a copy of the warehouse and open that with sqlite3.",
            otherData: "To read other files too, open it with sqlite3 or DuckDB.",
            storedType: { _, type in
                switch type {
                case .integer, .boolean, .timestamp: "INTEGER"
                case .real: "REAL"
                case .text, .date: "TEXT"
                case .uuid, .blob: "BLOB"
                }
            },
            views: { try SchemaViews.all() }))
}

/// Translates a location to the path of a SQLite file.
enum SQLiteLocation {
    /// The path of the file. A `sqlite` URL is read as in SQLAlchemy and dlt: two slashes have no meaning, three begin
    /// a path in the current folder, four begin an absolute path.
    static func path(_ location: Location) -> String {
        guard location.scheme != nil else { return location.rest }
        for slashes in ["///", "//"] where location.rest.hasPrefix(slashes) {
            return String(location.rest.dropFirst(slashes.count))
        }
        return location.rest
    }

    /// Refuses names that mean standard input or output, or memory, to other programs: a file of such a name would be a
    /// mistake.
    static func validate(_ location: Location) throws {
        let path = path(location)
        // A user, a password or a host is for a server; two slashes and an @ name none of this machine's files.
        let namesHost = location.rest.hasPrefix("//") && !location.rest.hasPrefix("///") && location.rest.contains("@")
        if path.isEmpty || (location.scheme != nil && namesHost) {
            throw SQLiteFileError.noPath(location: location.description)
        }
        if path == "-" || path == ":memory:" {
            throw SQLiteFileError.noFile(location: location.description, name: path)
        }
    }

    /// Whether a warehouse, or something else, exists at a path. An empty file does not count.
    static func isThere(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && (status.st_size > 0 || status.st_mode & S_IFMT != S_IFREG)
    }

    /// The database, the files that SQLite keeps beside it, and the files that commands wrote for the user.
    static func localFiles(_ path: String) -> LocalFiles {
        var own = LocalFiles(files: [LocalFiles.Place(path: path, what: "the warehouse")])
        let real = WarehouseFile.realPath(path)
        own.files += ["-wal", "-shm", "-journal"].map { suffix in
            LocalFiles.Place(
                path: real + suffix, what: "a file that SQLite keeps beside the warehouse", isTold: false)
        }
        own.files.append(
            LocalFiles.Place(path: NightlyLock.path(of: path), what: "the lock of `reelhouse nightly`", isTold: false))
        if let slash = path.lastIndex(of: "/") {
            own.folders.append(LocalFiles.Place(path: path[...slash] + "snapshots", what: "the folder of snapshots"))
        }
        // If the warehouse is missing or cannot be read, the command reports that when it opens the warehouse.
        own.written = ((try? SQLiteOutputs(reading: path).all()) ?? []).map {
            FileState(device: $0.device, inode: $0.inode, bytes: $0.bytes, modifiedAt: $0.modifiedAt)
        }
        return own
    }
}
