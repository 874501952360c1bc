import Arguments
import Foundation
import TestSupport
import Testing

@testable import reelhouse

/// What `reelhouse nightly --emit systemd` prints.
@Suite(.waits) struct SystemdUnitsTests {
    private static let analyze = ["/usr/bin/systemd-analyze", "/bin/systemd-analyze"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    private static let whatToInstall = "no systemd-analyze: install systemd (apt-get install systemd)"

    /// Schedules of all kinds of places and words.
    private static let schedules: [NightlySchedule] = {
        let hard = ScheduleTextTests.words + ["a\nb", "\u{1}"]
        let all = [
            try? NightlyScheduleTests.schedule(program: "/bin/true"),
            try? NightlyScheduleTests.schedule(
                program: "/bin/true", folder: "/srv/a \"b\" 'c' $d %h \\ é", arguments: hard, at: "23:59",
                user: "root", writableFolders: ["/mnt/x y", "/srv/$(id)", "/srv/%n\"\\", "/var/tmp/z"],
                leftOut: ["fetch"]),
            try? NightlyScheduleTests.schedule(
                program: "/bin/true", folder: "/home/reel/data", arguments: ["-w", "postgresql://db/movies", "--live"]),
        ]
        return all.compactMap { $0 }
    }()

    /// The settings of a unit: what is after the first `=` of each line.
    private static func settings(_ schedule: NightlySchedule, _ file: Int = 0) throws -> [String: [String]] {
        let lines = try SystemdUnits(schedule).files[file].text.split(separator: "\n")
        let pairs = lines.filter { !$0.hasPrefix("#") && $0.contains("=") }.map {
            let parts = $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (parts[0], [parts[1]])
        }
        return Dictionary(pairs) { $0 + $1 }
    }

    @Test func theServiceRunsTheCommand() throws {
        let schedule = try NightlyScheduleTests.schedule(
            arguments: ["-w", "my $w%.db"], writableFolders: ["/srv/reelhouse/raw", "/mnt/snap shots"])
        let service = try Self.settings(schedule)
        #expect(service["Type"] == ["oneshot"])
        #expect(service["User"] == ["reel"])
        #expect(service["WorkingDirectory"] == ["-/srv/reelhouse"])
        #expect(service["ExecStart"] == [#"/usr/local/bin/reelhouse nightly --tries 3 -w "my $$w%%.db""#])
        #expect(service["ReadWritePaths"] == [#"-/srv/reelhouse "-/mnt/snap shots""#])
        #expect(service["RequiresMountsFor"] == [#"/srv/reelhouse "/mnt/snap shots""#])
        #expect(service["SuccessExitStatus"] == ["3 130 143"])
        #expect(service["RestartPreventExitStatus"] == ["1 2"])
        #expect(service["ProtectHome"] == ["yes"])
        #expect(service["PrivateTmp"] == ["yes"])
    }

    @Test func theTimerIsInUTC() throws {
        let timer = try Self.settings(NightlyScheduleTests.schedule(at: "04:05"), 1)
        #expect(timer["OnCalendar"] == ["*-*-* 04:05:00 UTC"])
        #expect(timer["Persistent"] == ["true"])
    }

    @Test(arguments: ["/home/reel", "/root/x", "/run/user/1000/x"])
    func aHomeFolderStaysVisible(_ folder: String) throws {
        #expect(try Self.settings(NightlyScheduleTests.schedule(folder: folder))["ProtectHome"] == ["read-only"])
        let named = try NightlyScheduleTests.schedule(arguments: ["--env-file=\(folder)/.env"])
        #expect(try Self.settings(named)["ProtectHome"] == ["read-only"])
    }

    @Test(arguments: ["/tmp/x", "/var/tmp/x"]) func soDoesAFolderBelowTmp(_ folder: String) throws {
        #expect(try Self.settings(NightlyScheduleTests.schedule(writableFolders: [folder]))["PrivateTmp"] == ["no"])
    }

    @Test func aServersClientReadsTheHomeOfItsUser() throws {
        for (arguments, expected) in [
            (["-w", "postgresql://db/movies"], "read-only"), (["--live"], "read-only"),
            (["-w", "sqlite:///a.db"], "yes"),
        ] {
            let schedule = try NightlyScheduleTests.schedule(arguments: arguments)
            #expect(try Self.settings(schedule)["ProtectHome"] == [expected])
        }
    }

    @Test(arguments: ["/srv/it's", "/srv/\"x\"", "/srv/a\\b"])
    func aProgramThatSystemdCannotStartIsRefused(_ program: String) throws {
        let schedule = try NightlyScheduleTests.schedule(program: program)
        #expect(throws: UsageError.self) { try SystemdUnits(schedule).files }
    }

    @Test(.enabled(if: analyze != nil, "\(whatToInstall)"), arguments: schedules)
    func systemdFindsNoFault(_ schedule: NightlySchedule) throws {
        let folder = try TemporaryFolder()
        let analyze = try #require(Self.analyze)
        let files = try SystemdUnits(schedule).files
        for file in files { try folder.write(file.name, file.text) }
        let result = try ChildProcess(analyze, ["verify"] + files.map { folder.path($0.name) }).wait()
        #expect(result.status == 0)
        #expect(!(result.output + result.errors).contains("reelhouse-nightly"), "\(result.errors)")
    }

    /// Of ten, where a service without such settings has 9.6.
    @Test(.enabled(if: analyze != nil, "\(whatToInstall)"))
    func systemdFindsItLittleExposed() throws {
        let folder = try TemporaryFolder()
        let analyze = try #require(Self.analyze)
        let file = try #require(SystemdUnits(NightlyScheduleTests.schedule(program: "/bin/true")).files.first)
        let path = try folder.write(file.name, file.text)
        let result = try ChildProcess(analyze, ["security", "--offline=true", "--threshold=20", path]).wait()
        #expect(result.status == 0, "\(result.output) \(result.errors)")
    }

    @Test func allSchedulesWereMade() { #expect(Self.schedules.count == 3) }
}
