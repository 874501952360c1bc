import Arguments
import Domain
import EnvironmentFile
import Files
import Foundation
import Generator
import JSON
import Testing

import enum Logging.Redaction

@testable import Kafka
@testable import MongoDB
@testable import Pipeline
@testable import PostgreSQL
@testable import SQLite
@testable import TMDB
@testable import reelhouse

/// Every error that is reported to users, in each of its forms.
@Suite struct ReportedErrorTests {
    private static let password = "s3cret"
    private static let url = "postgresql://reel:\(password)@db/movies?sslpassword=\(password)"
    private static let location = Location(
        text: url, scheme: "postgresql", rest: "//reel:\(password)@db/movies?sslpassword=\(password)")

    private static let fileReasons: [FileError.Reason] = [
        .notThere, .nothingMatches, .brokenLink, .noPermission, .isFolder, .alreadyThere, .isNoFolder,
        .nameIsNotUTF8, .diskFull, .tooManyOpen, .endsBeforeCheckpoint(7), .changed, .isOwn("the warehouse"),
        .damaged("a frame is cut off"), .tooLong("the document of movie 7"), .readOnce, .closed, .noPath, .noFolder,
        .system(EIO), .system(EINVAL),
    ]

    private static let sqliteErrors: [any ReportedError] = (0...28).flatMap { code in
        [0, ENOSPC, EFBIG].map { system in
            SQLiteError(
                code: code, words: "disk I/O error", statement: "INSERT INTO main.users (a) VALUES (1)", path: url,
                systemCode: system)
        }
    }

    private static let postgresErrors: [any ReportedError] = PostgresProblem.allCases.map {
        PostgresError($0, PostgresError.oneLine("no: \(url)"), activity: "connecting", place: "\(location)")
    }

    private static let kafkaErrors: [any ReportedError] = KafkaProblem.allCases.map {
        KafkaError($0, Redaction.line(of: "no: \(url)"), activity: "connecting", place: "\(location)")
    }

    private static let mongoErrors: [any ReportedError] = MongoProblem.allCases.map {
        MongoError($0, Redaction.line(of: "no: \(url)"), activity: "connecting", place: "\(location)")
    }

    private static let publishErrors: [any ReportedError] = [
        PublishError.otherCluster(location: "\(location)", was: "a", now: "b"),
        PublishError.noRoomForMessage(location: "\(location)", source: "a.ndjson", line: 7, bytes: 12),
        SentPositionError.inUse(path: "data/published/x"), SentPositionError.damaged(path: "data/published/x", line: 2),
        UnexpectedFailure(cause: CancellationError()),
        BackupFailure(cause: PublishError.otherCluster(location: "\(location)", was: "a", now: "b")),
        PageError(location: "\(location)", version: 12, known: 14),
        RestoreRefusal.isThere(path: url), RestoreRefusal.protected(folder: url, occupant: "the raw store \(url)"),
    ]

    private static let fetchErrors: [any ReportedError] = [
        TMDBError.noKey, TMDBError.wrongAddress(option: "base-url", text: url, why: "it has a user"),
        TMDBError.library("no: \(url)"),
        TMDBError.notConnected(url: url, address: "192.0.2.7 port 443", words: "no: \(url)"),
        TMDBError.notTrusted(url: url, address: "", words: "no"), TMDBError.refused(url: url, status: 401, words: "no"),
        TMDBError.refused(url: url, status: 403, words: url), FetchError.noID(source: url, line: 7),
        FetchError.unreadableList(source: url, why: "no"),
        FetchError.listFailed(what: "page 1", words: url),
        FetchError.stopped(service: url, why: "no", last: ""), FetchError.stopped(service: url, why: "no", last: url),
        FetchFolderError.inUse(folder: url), FetchFolderError.damaged(path: url, line: 3),
        NoMovieDocuments(lines: 7),
        CompactFolderError.inUse(folder: url), CompactFolderError.keptInside(keep: url, folder: url),
        CompactFolderError.keptElsewhere(keep: url, folder: url), CompactFolderError.nameTaken(path: url),
        CompactFolderError.notAsWritten(path: url, how: "its index is another one"),
        CompactError.tooManyContents(time: 7, idHigh: 1, idLow: 2),
        NightlyInUse(location: url), StoppedReading(),
        CompactError.unbalanced(read: 3, written: 1, duplicates: 1), CompactError.unreadableKey,
    ]

    private static let snapshotErrors: [any ReportedError] =
        ([
            SnapshotError.unknownTable(url), .options(url, hint: "Choose one."), .noKey, .shortKey(bytes: 3),
            .older(location: url, version: 1, known: 2), .changed(location: url),
            .wrongValue(location: url, table: "movies", column: "title"),
            .logTooLong(location: url, bytes: 3 << 30, limit: 2 << 30), .noSnapshot(path: url),
            .damaged(path: url, how: "a file is not there"), .incomparable(path: url, why: "it is older"),
            .noParquet(tried: url, words: "no"), .noParquet(tried: url, words: ""),
            .parquetFailed(table: "movies", words: url),
        ] as [SnapshotError])

    private static let checkErrors: [any ReportedError] =
        ([
            CheckError.file(name: url, .init(line: 7, words: "no query")), .undeclared("x", file: url, line: 7),
            .unknownCheck(url), .unknownParameter(url),
            .wrongValue(url, parameter: CheckParameter(name: "x", value: .share(0.5), meaning: "X.")), .nothing,
            .noQuery(Check(name: "a", file: url, line: 7), database: "sqlite"),
            .query(Check(name: "a", file: url, line: 7), line: 8, words: "no: \(url)"),
            .query(Check(name: "a", file: url, line: 7), line: 8, words: "no", hint: "Look at \(url) first."),
            .older(location: url, version: 1, known: 2),
        ] as [CheckError]) + [CheckFailure(location: url, names: ["a", "b"])]

    private static let configurationErrors: [any ReportedError] =
        [
            ConfigurationError.unreadable(path: ".env", reason: "no", isAsked: false),
            .unreadable(path: url, reason: "no", isAsked: true),
            .nothingIsLive([.movies, .events, .raw, .warehouse], file: nil), .nothingIsLive([.raw], file: url),
            .misspelt(.init(name: "REELHOUSE_RWA", value: password, place: .environment), meant: "REELHOUSE_RAW"),
            .noServer(
                .init(name: "POSTGRES_URI", value: password, place: .environment), form: "postgresql://…",
                other: "REELHOUSE_WAREHOUSE"),
            .noScheme(
                .init(name: "REELHOUSE_RAW", value: password, place: .environment), form: "mongodb://HOST/DATABASE"),
            .wrongLocation(
                .init(name: "MONGO_URI", value: password, place: .file(path: ".env", line: 7)),
                cause: WarehouseError.notThere(location: url)),
        ] + EnvironmentFileFault.Kind.allCases.map { .wrongLine(path: url, EnvironmentFileFault($0, line: 7)) }

    private static let queryErrors: [any ReportedError] = [
        QueryError.empty, .severalStatements, .writes, .unknownTable("moveis", among: ["movies"]),
        .unknownColumn("x", among: []), .unavailable("ATTACH is"), .invalid("near \"\(url)\": syntax error"),
    ].map { QueryFault(error: $0, help: WarehouseBackend.sqlite.queryHelp) }

    private static let errors: [any ReportedError] =
        [
            ReadOnceError(lines: "the lines of --events", cause: WarehouseError.notThere(location: url)),
            RetriesEnded(cause: WarehouseError.inUse(location: url)),
            StoppedBeforeWork(reason: .interrupt, cause: WarehouseError.inUse(location: url)),
            OutOfMemory(), WarehouseError.inUse(location: url), WarehouseError.notThere(location: url),
            WarehouseError.newerSchema(location: url, version: 99, known: 12),
            WarehouseError.nameTaken(location: url, kind: "view", name: "v", by: "the index of that name"),
            SQLiteFileError.notAFile(path: url, reason: "no"), SQLiteFileError.notReadable(path: url, reason: "no"),
            SQLiteFileError.noPath(location: url), SQLiteFileError.noFile(location: url, name: "-"),
            SQLiteFileError.noFile(location: url, name: ":memory:"),
            SQLiteFileError.foreign(path: url, what: "a folder"),
            SQLiteFileError.severalNames(path: url, other: url), SQLiteFileError.logNotReadable(path: url),
            SQLiteFileError.fileOfAnother(path: url, owner: "the user x", hasRows: true),
            SQLiteFileError.fileOfAnother(path: url, owner: "the user x", hasRows: false),
            SQLiteFileError.changedMeanwhile(path: url), SQLiteFileError.firstLoad(path: url, bytes: 1_234_567),
            SQLiteFileError.journalNotReadable(path: url),
            SQLiteFileError.triggerLeavesOut(path: url, trigger: "t", table: "users"),
            SQLiteFileError.noScratchFolder(parent: url, reason: "no"),
            CopyError.notEmpty(location: url, table: "movies"), CopyError.itself(location: url),
            CopyError.older(location: url, version: 11, known: 12), CopyError.changed(location: url),
            CopyError.wrongValue(location: url, table: "movies", column: "title"),
            RefusedRows(cause: CopyError.stopped(location: url)),
            CopyError.differs(from: url, to: url, tables: ["movies", "users"]), CopyError.stopped(location: url),
            LocationError.unknownScheme(location, port: "warehouse", takes: ["a path", "sqlite:"]),
            LocationError.unknownScheme(Location(path: url), port: "events", takes: []),
            LocationError.mixed(location, location, port: "events"),
            OutputRefusal.isThere(path: url), OutputRefusal.protected(path: url, occupant: "the warehouse \(url)"),
            OutputRefusal.folderIsMissing(url, path: url), OutputRefusal.folderIsClosed(url, path: url),
            GeneratorError.invalidOption(name: "days", expected: "a number"),
            GeneratorError.otherFiles(folder: url, name: "x"), GeneratorError.notEmpty(folder: url, name: "x"),
            GeneratorError.protected(folder: url, occupant: "the raw store \(url)"),
            OutputError.closed, OutputError.failed(errno: ENOSPC), OutputError.failed(errno: EIO),
            OutputError.file(FileError(.write, url, .diskFull)),
            CommandError(message: "there is nothing at \(url)", hint: "Look at \(url) again."),
            UsageError("unknown option '--x'", hint: "See 'reelhouse --help'."),
        ] + JSONError.allCases.map { $0 as any ReportedError } + sqliteErrors
        + fileReasons.map { FileError(.open, url, $0) } + queryErrors + postgresErrors + kafkaErrors
        + mongoErrors + publishErrors + fetchErrors + snapshotErrors + checkErrors
        + configurationErrors

    @Test func eachSaysWhatFailedAndWhatToDo() {
        for error in Self.errors {
            let name = "\(type(of: error)): \(error)"
            #expect(!error.message.isEmpty && !error.message.contains("\n"), "\(name)")
            #expect(!error.message.hasSuffix("."), "\(name)")
            #expect(error.hint.hasSuffix(".") && !error.hint.contains("\n"), "\(name): \(error.hint)")
            let first = error.hint.first
            #expect(first.map { $0.isUppercase || !$0.isLetter } == true, "\(name): \(error.hint)")
            for text in [error.message, error.hint, "\(error)"] {
                #expect(!text.contains(Self.password), "\(name): \(text)")
            }
            let failure = Failure(error)
            #expect(failure.report.message == error.message && failure.report.hint == error.hint)
        }
    }

    @Test func theKindDecidesTheExitStatus() {
        let statuses: [CommandStatus] = [.failed, .failed, .usage, .inUse, .unreachable]
        #expect(FailureKind.allCases.map { CommandStatus($0) } == statuses)
        func status(_ error: any Error) -> CommandStatus { Failure(error).status }
        #expect(status(WarehouseError.inUse(location: "w.db")) == .inUse)
        #expect(status(WarehouseError.notThere(location: "w.db")) == .failed)
        #expect(status(SQLiteFileError.noPath(location: "sqlite:")) == .usage)
        #expect(status(FileError(.open, "x", .isOwn("the warehouse"))) == .usage)
        #expect(status(FileError(.open, "x", .notThere)) == .failed)
        #expect(status(OutputRefusal.isThere(path: "x")) == .usage)
        #expect(status(GeneratorError.notEmpty(folder: "x", name: "y")) == .usage)
        #expect(status(UsageError("x", hint: "y")) == .usage)
        #expect(status(CancellationError()) == .failed)
        let cause = WarehouseError.notThere(location: "w.db")
        #expect(status(RetriesEnded(cause: cause)) == .unreachable)
        for (reason, expected) in [
            (StopSignal.Reason.interrupt, CommandStatus.interrupted), (.terminate, .terminated),
            (.duration, .unreachable),
        ] {
            #expect(status(StoppedBeforeWork(reason: reason, cause: cause)) == expected)
        }
    }

    @Test func whatMayBeTriedAgainSaysSo() {
        #expect(WarehouseError.inUse(location: "w.db").mayRetry)
        #expect(SQLiteFileError.changedMeanwhile(path: "w.db").mayRetry)
        #expect(!WarehouseError.notThere(location: "w.db").mayRetry)
        #expect(!FileError(.write, "x", .diskFull).mayRetry)
    }

    /// A type of error that is added to the sources and not to the table above is found here.
    @Test func noTypeOfErrorIsLeftOut() throws {
        // The first never leaves the decoder, which makes a rejection of it; the second becomes a `QueryFault`; the
        // benchmark is a program of its own; the next three are unwrapped before they leave `Publisher` and `RawCopy`,
        // and those of MongoDB's documents before they leave the raw store and the source;
        // the next two end a run or a copy as a signal does, and one a fetch; a fault of a document becomes a failure of its
        // movie; the last but one becomes a `ConfigurationError`, and what is called
        // `Fault` within another type becomes an error of the one that uses it.
        let others: Set<String> = [
            "EventFault", "QueryError", "BenchError", "TargetFailure", "StoreFailure", "RawCopyFailure",
            "BSONFault", "Damage", "BackupStopped", "RawCopyStopped", "FetchStopped", "DocumentFault",
            "EnvironmentFileFault", "Fault",
        ]
        let known = Set(Self.errors.map { "\(type(of: $0))" })
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var found: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /(?:struct|enum|class) (\w+): [^{\n]*\b(?:Error|ReportedError)\b[^{\n]*\{/) {
                found.insert(String(match.1))
            }
            for match in text.matches(of: /extension (\w+): [^{\n]*\bReportedError\b/) { found.insert(String(match.1)) }
        }
        #expect(found.count > 10)
        #expect(found.subtracting(known).subtracting(others) == [])
    }
}
