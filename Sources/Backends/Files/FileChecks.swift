import Domain
import Glibc

/// The checks of `reelhouse doctor` on input files, on the folder of a raw store, and on the libraries that decompress
/// files.
enum FileChecks {
    /// The versions of the linked libraries.
    static var libraries: [Finding] {
        [.ok("zstd", CompressionLibraries.zstd), .ok("zlib", CompressionLibraries.zlib)]
    }

    /// Checks that a run can write to a raw store's folder, or can create it.
    static func rawStore(_ path: String) -> Finding {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                return .fail("raw store", "\(path) is not a folder", "Name a folder with --raw.")
            }
            return access(path, W_OK | X_OK) == 0
                ? .ok("raw store", "\(path) can be written")
                : .fail(
                    "raw store", "\(path) cannot be written", "Change its owner or mode, or name another with --raw.")
        }
        // A run creates a missing folder, which needs write permission in the nearest folder above it that exists.
        var above = path
        repeat { above = FilePath.split(above).folder } while access(above, F_OK) != 0 && above != "." && above != "/"
        return access(above, W_OK | X_OK) == 0
            ? .ok("raw store", "none yet at \(path); `reelhouse run` makes it")
            : .fail("raw store", "\(path) cannot be made in \(above)", "Change the owner or mode of \(above).")
    }

    /// Checks that the files of a port exist, are readable, and are NDJSON.
    ///
    /// - Parameter isNamed: whether the user named the paths. A named path that does not exist is a failure, a missing
    ///   default path only a warning.
    static func input(_ paths: [String], _ port: SourcePort, isNamed: Bool, own: LocalFiles) -> Finding {
        let subject = port.rawValue
        let remedy =
            "Put \(subject) there, name them with --\(subject), or make some with `reelhouse generate`."
        do {
            let found = try FileDiscovery.find(paths, unless: OwnFiles(own))
            let place = paths.joined(separator: ", ")
            if let fault = unreadable(found, subject) { return fault }
            if found.files.isEmpty { return .warn(subject, "no files in \(place)", remedy) }
            if let fault = try unsupported(found.files, subject) { return fault }
            let size = found.files.reduce(Int64(0)) { $0 + ($1.size ?? 0) }
            let count = NumberFormat.count(found.files.count, "file", "files")
            return .ok(subject, "\(count) in \(place), \(NumberFormat.bytes(size))")
        } catch {
            if !isNamed, error.reason == .notThere {
                return .warn(subject, "none yet: there is no \(error.path)", remedy)
            }
            return .fail(subject, error)
        }
    }

    private static func unreadable(_ found: FoundFiles, _ subject: String) -> Finding? {
        if let first = found.unreadable.first {
            let more = found.unreadable.count == 1 ? "" : ", and \(found.unreadable.count - 1) more like it"
            return .warn(
                subject, "\(first.name) cannot be read: \(first.reason)\(more)",
                "`reelhouse run` loads the others and exits with status 3.")
        }
        guard let hidden = found.files.first(where: { $0.name != "-" && access($0.name, R_OK) != 0 }) else {
            return nil
        }
        let why = String(cString: strerror(errno))
        return .fail(subject, "\(hidden.name) cannot be read: \(why)", "Change its owner or mode.")
    }

    private static func unsupported(_ files: [FoundFile], _ subject: String) throws(FileError) -> Finding? {
        var count = 0
        var first: (name: String, words: String, conversion: String)?
        for file in files {
            guard let kind = try FileKind.unsupported(file) else { continue }
            count += 1
            first = first ?? (file.name, kind.words, kind.conversion)
        }
        guard let first else { return nil }
        return .warn(
            subject,
            "\(NumberFormat.count(count, "file is", "files are")) not NDJSON: \(first.name) looks like \(first.words)",
            "Convert it and load NEW.ndjson: \(first.conversion)")
    }
}
