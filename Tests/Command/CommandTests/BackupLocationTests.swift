import Domain
import Testing

@testable import reelhouse

/// Which lines a place of `--backup` gets.
@Suite struct BackupLocationTests {
    @Test(
        arguments: [
            ("kafka://h/movie", .movies), ("kafka://h/anything", .movies), ("kafka://h/user_logs", .events),
            ("kafka://a,b:1/prod.user-events?client.id=x", .events), ("KAFKA://h/user_logs", .events),
            ("events=kafka://h/anything", .events), ("movies=kafka://h/user_logs", .movies),
            ("events=kafka://h/movie", .events),
            ("mongodb://h/tmdb.user_logs", .events), ("events=mongodb+srv://h/tmdb.anything", .events),
        ] as [(String, SourcePort)])
    func aPlaceGetsTheLinesOfItsNameOrOfThePrefix(_ text: String, _ port: SourcePort) throws {
        #expect(try BackupLocation(text).port() == port)
        let byPort = try BackupLocation.byPort([text])
        #expect(byPort.keys.map { $0 } == [port] && byPort[port]?.scheme != nil)
    }

    @Test func twoPlacesGetLinesOfTwoKinds() throws {
        let both = try BackupLocation.byPort(["kafka://h/user_logs", "kafka://h/movie"])
        #expect(both[.events]?.text == "kafka://h/user_logs" && both[.movies]?.text == "kafka://h/movie")
        let error = #expect(throws: CommandError.self) { try BackupLocation.byPort(["kafka://h/a", "kafka://h/b"]) }
        #expect(error?.kind == .usage && error?.message.contains("two backups get the movies") == true)
        #expect(throws: LocationError.self) { try BackupLocation.byPort(["data/backup"]) }
        #expect(try BackupLocation.byPort([]).isEmpty)
        // Movie documents are what the raw store keeps there.
        let movies = #expect(throws: CommandError.self) { try BackupLocation("movies=mongodb://h/tmdb.x").port() }
        #expect(movies?.message.contains("keeps no movies as a backup") == true)
    }

    @Test(
        arguments: [
            (["--movies", "in", "--backup", "kafka://h/user_logs"], "--backup sends events"),
            (["--events", "in", "--backup", "kafka://h/movie"], "--backup sends movie documents"),
            (["--events", "in", "--backup", "x"], "takes no path for the backup"),
            (["--events", "kafka://h/t", "--backup", "events=kafka://h/t"], "name the same topic"),
        ])
    func whatCannotBeIsRefused(_ arguments: [String], _ words: String) throws {
        let runner = try CommandRunner()
        #expect(runner.run(["run", "-w", runner.path("w.db"), "--raw", runner.path("raw")] + arguments) == .usage)
        #expect(runner.errors.contains(words), "\(runner.errors)")
    }
}
