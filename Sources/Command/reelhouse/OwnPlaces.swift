import Domain
import Files
import SQLite

extension Backends {
    /// What belongs to a warehouse and its raw store, and is never input.
    static func ownFiles(warehouse: String, rawStore: String) -> OwnFiles {
        var files: [OwnFiles.Place] = []
        var folders = [OwnFiles.Place(path: "snapshots", what: "the folder of snapshots")]
        var written: [FileState] = []
        let (scheme, path) = split(warehouse, otherwise: "sqlite")
        if scheme == "sqlite" {
            files.append(OwnFiles.Place(path: path, what: "the warehouse"))
            let real = SQLiteWarehouse.realPath(path)
            for suffix in ["-wal", "-shm", "-journal"] {
                files.append(
                    OwnFiles.Place(
                        path: real + suffix, what: "a file that SQLite keeps beside the warehouse", isTold: false))
            }
            let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
            if !folder.isEmpty {
                folders.append(OwnFiles.Place(path: folder + "snapshots", what: "the folder of snapshots"))
            }
            written = WrittenFiles.all(warehouse: path)
        }
        let (rawScheme, rawPath) = split(rawStore, otherwise: "file")
        if rawScheme == "file" { folders.append(OwnFiles.Place(path: rawPath, what: "the raw store")) }
        return OwnFiles(files: files, folders: folders, written: written)
    }
}

/// The files that commands wrote for somebody, as a warehouse remembers them.
enum WrittenFiles {
    /// What a warehouse remembers; nothing where there is none, or it cannot be read: the command says so then.
    static func all(warehouse path: String) -> [FileState] {
        guard let outputs = try? SQLiteOutputs(reading: path).all() else { return [] }
        return outputs.map {
            FileState(device: $0.device, inode: $0.inode, bytes: $0.bytes, modifiedAt: $0.modifiedAt)
        }
    }

    /// Remembers a file that was written, so that no run takes it for input; where another run writes to the warehouse
    /// just now, or it cannot be written to, the file is not remembered.
    static func remember(_ path: String, warehouse location: String) {
        let (scheme, warehouse) = Backends.split(location, otherwise: "sqlite")
        guard scheme == "sqlite", let file = FileState(path: path) else { return }
        let output = SQLiteOutputs.Output(
            device: file.device, inode: file.inode, bytes: file.bytes, modifiedAt: file.modifiedAt, path: path)
        try? SQLiteOutputs(writing: warehouse).add(output)
    }
}
