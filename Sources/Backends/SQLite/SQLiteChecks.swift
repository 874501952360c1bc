import Domain
import Glibc

/// The checks of `reelhouse doctor` on a warehouse's file, its folder and the SQLite library.
enum SQLiteChecks {
    /// How many bytes should be free on the disk of the folder, and how many are the minimum.
    private static let (comfortableSpace, leastSpace): (Int64, Int64) = (1 << 30, 64 << 20)

    /// Checks the linked library.
    static var library: Finding {
        let reinstall = "Install libsqlite3-0 of Debian 12 or newer (`make deps`)."
        if !SQLiteLibrary.isSupported {
            return .fail("sqlite", "\(SQLiteLibrary.version), which has no STRICT tables", reinstall)
        }
        return SQLiteLibrary.isThreadsafe
            ? .ok("sqlite", SQLiteLibrary.version)
            : .fail("sqlite", "\(SQLiteLibrary.version), built for one thread only", reinstall)
    }

    /// Checks the file and its folder; the findings on the warehouse's content come between those two.
    static func findings(path: String, content: () throws -> [Finding]) -> [Finding] {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let why = String(cString: strerror(errno))
            return errno == ENOENT || errno == ENOTDIR
                ? [.ok("warehouse", "none yet at \(path); `reelhouse run` makes it"), folder(of: path)]
                : [.fail("warehouse", "\(path): \(why)", "Check the folders above it, and their permissions.")]
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            return [.fail("warehouse", "\(path) is a folder", "Name a file with --warehouse.")]
        }
        return permission(path) + self.content(isEmpty: status.st_size == 0, content) + [folder(of: path)]
    }

    private static func permission(_ path: String) -> [Finding] {
        if access(path, W_OK) == 0 { return [] }
        return [
            .fail(
                "warehouse", "\(path) cannot be written: \(String(cString: strerror(errno)))",
                "Change its owner or mode; to look at it, `query`, `status` and `report` need to read it alone.")
        ]
    }

    private static func content(isEmpty: Bool, _ content: () throws -> [Finding]) -> [Finding] {
        if isEmpty { return [.ok("warehouse", "an empty file; `reelhouse run` makes a warehouse of it")] }
        do {
            return try content()
        } catch let error as SQLiteFileError where error.kind == .inUse {
            return [.ok("warehouse", error.message)]
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

    /// Checks the folder, because SQLite keeps its log beside the file.
    private static func folder(of path: String) -> Finding {
        let folder = folderPath(of: path)
        guard access(folder, W_OK | X_OK) == 0 else {
            return .fail(
                "folder", "\(folder): \(String(cString: strerror(errno)))",
                "Make the folder, or change its owner or mode; SQLite keeps its log beside the warehouse.")
        }
        guard let space = space(in: folder) else { return .ok("folder", "\(folder) can be written") }
        let detail = "\(folder) has \(NumberFormat.bytes(space)) left"
        let remedy = "Free some space: a warehouse takes several times the size of its compressed input."
        if space < leastSpace { return .fail("disk space", detail, remedy) }
        return space < comfortableSpace ? .warn("disk space", detail, remedy) : .ok("disk space", detail)
    }

    private static func space(in folder: String) -> Int64? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        return Int64(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }

    private static func folderPath(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
