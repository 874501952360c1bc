import Domain
import Files
import Glibc

/// Whether what the ports name can be used.
struct BackendChecks {
    let warehouse: String
    let rawStore: String
    let movies: [String]
    let events: [String]
    /// Ports whose location was named, so that it has to be there.
    let named: Set<SourcePort>

    /// What a folder of a warehouse should have left, in bytes, and what it needs at the least.
    private static let (comfortableSpace, leastSpace): (Int64, Int64) = (1 << 30, 64 << 20)

    var findings: [Finding] {
        warehouseFindings + [rawStoreFinding] + [(.movies, movies), (.events, events)].map(input)
    }

    // MARK: - The warehouse

    private var warehouseFindings: [Finding] {
        let (scheme, path) = Backends.split(warehouse, otherwise: "sqlite")
        guard scheme == "sqlite" else { return [remoteWarehouse] }
        var status = stat()
        if stat(path, &status) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR {
                return [.fail("warehouse", "\(path) is a folder", "Name a file with --warehouse.")]
            }
            let canWrite = access(path, W_OK) == 0
            let permission: [Finding] =
                canWrite
                ? []
                : [
                    .fail(
                        "warehouse", "\(path) cannot be written: \(String(cString: strerror(errno)))",
                        "Change its owner or mode; to look at it, `query`, `status` and `report` need to read it alone."
                    )
                ]
            return permission + content(status.st_size == 0) + [folder(of: path)]
        }
        guard errno == ENOENT || errno == ENOTDIR else {
            let why = String(cString: strerror(errno))
            return [.fail("warehouse", "\(path): \(why)", "Check the folders above it, and their permissions.")]
        }
        return [.ok("warehouse", "none yet at \(path); `reelhouse run` makes it"), folder(of: path)]
    }

    /// A warehouse that is no file: what its own adapter says.
    private var remoteWarehouse: Finding {
        do {
            let reader = try Backends.reader(warehouse)
            return .ok("warehouse", reader.location)
        } catch {
            return .fail("warehouse", error)
        }
    }

    /// What is in a warehouse that is there.
    private func content(_ isEmpty: Bool) -> [Finding] {
        if isEmpty { return [.ok("warehouse", "an empty file; `reelhouse run` makes a warehouse of it")] }
        do {
            let reader = try Backends.reader(warehouse)
            let schema = try reader.schemaVersion()
            if schema.applied > schema.known {
                let error = WarehouseError.newerSchema(
                    path: reader.location, version: schema.applied, known: schema.known)
                return [.fail("warehouse", error)]
            }
            let version: Finding =
                schema.applied == schema.known
                ? .ok("schema", "version \(schema.applied), the newest")
                : .warn(
                    "schema", "version \(schema.applied) of \(schema.known)",
                    "Run `reelhouse migrate`; the next `reelhouse run` does so too.")
            let size = NumberFormat.bytes(try reader.size())
            return [.ok("warehouse", "\(reader.location), \(size)"), version] + (try integrity(reader))
                + (try lastRun(reader))
        } catch let error as WarehouseError where error.isFirstLoad {
            return [.ok("warehouse", "\(error)")]
        } catch WarehouseError.notThere {
            return [
                .warn(
                    "warehouse", "the file is an empty database; `reelhouse run` makes a warehouse of it",
                    "Name another with --warehouse if it is not meant to be one.")
            ]
        } catch {
            return [.fail("warehouse", error)]
        }
    }

    private func integrity(_ reader: any WarehouseReader) throws -> [Finding] {
        let faults = try reader.faults()
        if faults.isEmpty { return [.ok("integrity", "no damage, and every reference leads somewhere")] }
        return faults.map {
            .fail("integrity", $0, "Restore the file from a copy, or load its sources into a new one.")
        }
    }

    private func lastRun(_ reader: any WarehouseReader) throws -> [Finding] {
        guard let run = try reader.runs(limit: 1).first else { return [] }
        let what = "\(run.id), of \(Timestamp.text(run.startedAt)), \(run.outcome.rawValue)"
        switch run.outcome {
        case .completed: return [.ok("last run", what)]
        case .running:
            return [.ok("last run", "\(what) (or it was killed; then the next one goes on from its last commit)")]
        case .stopped, .failed, .interrupted:
            return [.warn("last run", what, "Run the same command again: it goes on from the last commit.")]
        }
    }

    /// SQLite keeps its log beside the file.
    private func folder(of path: String) -> Finding {
        let folder = Self.folder(of: path)
        guard access(folder, W_OK | X_OK) == 0 else {
            return .fail(
                "folder", "\(folder): \(String(cString: strerror(errno)))",
                "Make the folder, or change its owner or mode; SQLite keeps its log beside the warehouse.")
        }
        guard let space = Self.space(in: folder) else { return .ok("folder", "\(folder) can be written") }
        let detail = "\(folder) has \(NumberFormat.bytes(space)) left"
        let remedy = "Free some space: a warehouse takes several times the size of its compressed input."
        if space < Self.leastSpace { return .fail("disk space", detail, remedy) }
        return space < Self.comfortableSpace ? .warn("disk space", detail, remedy) : .ok("disk space", detail)
    }

    private static func space(in folder: String) -> Int64? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        return Int64(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    // MARK: - The raw store

    private var rawStoreFinding: Finding {
        let (scheme, path) = Backends.split(rawStore, otherwise: "file")
        guard scheme == "file" else {
            do {
                _ = try Backends.rawStore(rawStore)
                return .ok("raw store", rawStore)
            } catch {
                return .fail("raw store", error)
            }
        }
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                return .fail("raw store", "\(path) is no folder", "Name a folder with --raw.")
            }
            return access(path, W_OK | X_OK) == 0
                ? .ok("raw store", "\(path) can be written")
                : .fail(
                    "raw store", "\(path) cannot be written", "Change its owner or mode, or name another with --raw.")
        }
        // What is not there is made, as long as the nearest folder above it may be written to.
        var above = path
        repeat { above = Self.folder(of: above) } while access(above, F_OK) != 0 && above != "." && above != "/"
        return access(above, W_OK | X_OK) == 0
            ? .ok("raw store", "none yet at \(path); `reelhouse run` makes it")
            : .fail("raw store", "\(path) cannot be made in \(above)", "Change the owner or mode of \(above).")
    }

    // MARK: - Inputs

    private func input(_ port: SourcePort, _ locations: [String]) -> Finding {
        let subject = port.rawValue
        let remedy =
            "Put \(port.rawValue) there, name them with --\(port.rawValue), or make some with `reelhouse generate`."
        do {
            if locations.contains(where: { if case .url = Location($0) { true } else { false } }) {
                _ = try Backends.sources(port, locations)
                return .ok(subject, locations.joined(separator: ", "))
            }
            let found = try FileDiscovery.find(
                locations, unless: Backends.ownFiles(warehouse: warehouse, rawStore: rawStore))
            let files = found.files
            let place = locations.joined(separator: ", ")
            if let first = found.unreadable.first {
                let more = found.unreadable.count == 1 ? "" : ", and \(found.unreadable.count - 1) more like it"
                return .warn(
                    subject, "\(first.name) cannot be read: \(first.reason)\(more)",
                    "`reelhouse run` loads the others and exits with status 3.")
            }
            if files.isEmpty { return .warn(subject, "no files in \(place)", remedy) }
            if let hidden = files.first(where: { $0.name != "-" && access($0.name, R_OK) != 0 }) {
                let why = String(cString: strerror(errno))
                return .fail(subject, "\(hidden.name) cannot be read: \(why)", "Change its owner or mode.")
            }
            let unsupported = try files.compactMap { file in
                try FileKind.unsupported(file).map { (file: file, kind: $0) }
            }
            if let first = unsupported.first {
                let count = NumberFormat.count(unsupported.count, "file is", "files are")
                return .warn(
                    subject, "\(count) not NDJSON: \(first.file.name) looks like \(first.kind.words)",
                    "Convert it and load NEW.ndjson: \(first.kind.conversion)")
            }
            let size = files.reduce(Int64(0)) { $0 + ($1.size ?? 0) }
            let count = NumberFormat.count(files.count, "file", "files")
            return .ok(subject, "\(count) in \(place), \(NumberFormat.bytes(size))")
        } catch {
            if !named.contains(port), let error = error as? FileError, error.reason == .notThere {
                return .warn(subject, "none yet: there is no \(error.path)", remedy)
            }
            return .fail(subject, error)
        }
    }
}
