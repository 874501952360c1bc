import Foundation
import Servers
import TestSupport
import Testing

/// A server's disk that becomes full in mid-load.
@Suite(
    .serialized, .waits, .enabled(if: PostgresServer.canStart, "\(PostgresServer.whatToInstall)"),
    .enabled(if: SmallDisk.isPossible, "\(SmallDisk.whatToSet)"))
struct PostgreSQLDiskTests {
    @Test(arguments: SmallDisk.Part.allCases) func theDiskBecomesFull(_ part: SmallDisk.Part) throws {
        let disk = SmallDisk(part, megabytes: part == .data ? 200 : 40)
        let server = try PostgresServer(
            settings: ["min_wal_size": "32MB", "max_wal_size": "32MB"], disk: disk)
        let database = try PostgresDatabase(url: server.url(), schema: "public")
        if part == .space {
            try database.execute("CREATE TABLESPACE small LOCATION '\(disk.folder(below: server.folder))'")
            try database.execute("CREATE DATABASE loaded TABLESPACE small")
        } else {
            try database.execute("CREATE DATABASE loaded")
        }
        let warehouse = try PostgreSQLTarget(server, database: "loaded")
        let process = try warehouse.start()
        try warehouse.wait(forLines: 800, of: process)
        // The log of changes has room, so that it is the tables that have none: without its log a server stops.
        _ = try database.rows("SELECT pg_switch_wal()")
        usleep(20_000)
        try disk.fill(below: server.folder)
        let result = process.wait()
        #expect(result.status == 1, "\(result.status): \(result.errors)")
        #expect(result.errors.contains("SQLSTATE 53100"), "\(result.errors)")
        #expect(result.errors.contains("Free some space on the server's disk"), "\(result.errors)")
        try warehouse.expectConserved()
        let committed = "SELECT sum(read) FROM load_run"
        let lines = try warehouse.database().integer(committed)
        #expect(lines >= 800)
        // It stays so until there is room, and nothing of what was committed goes.
        let again = try warehouse.start().wait()
        #expect(again.status == 1, "\(again.status): \(again.errors)")
        #expect(try warehouse.database().integer(committed) >= lines)
        disk.makeRoom(below: server.folder)
        try warehouse.runToEnd()
        try warehouse.expectWhole()
    }
}
