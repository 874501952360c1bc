import Arguments
import Domain
import Glibc
import Hashing
import JSON
import Pipeline
import TMDB

import enum Logging.Redaction

/// The options of `reelhouse fetch`, and what they ask for.
struct FetchArguments {
    /// How the fetch is made.
    let options: FetchOptions
    private let arguments: ParsedArguments

    static let options: [Option] = [
        .value("ids", .text, placeholder: "ids", repetition: .takesMany, help: "Movies by their ids: 603,550."),
        .value(
            "ids-from", .path, placeholder: "file",
            help:
                "The movies whose ids a file has: one a line, or TMDB's daily ID export (NDJSON, also gzip or zstd); - "
                + "for standard input."),
        .value("popular", .integer(1...500), placeholder: "pages", help: "So many pages of 20 popular movies."),
        .value(
            "year", .text, placeholder: "year[-year]",
            help: "The movies first released in a year, or in several: 2024-2026."
        ),
        .value("changed-since", .date, help: "The movies that were changed on this day or later."),
        .flag("all", help: "All movies, by TMDB's newest daily ID export."),
        .flag("include-adult", help: "With --all: also the adult movies, which have an export of their own."),
        .value(
            "min-popularity", .number(0...1_000_000), help: "Leave out movies of an ID export that are less popular."),
        .value(
            "refresh-older-than", .duration,
            help: "The movies of the raw store that were seen so long ago or longer, such as 30d."),
        .value(
            "append", .text, placeholder: "blocks", defaultValue: "videos,credits,keywords,release_dates",
            help: "The blocks that each document has beside its own fields; at most 20, none for an empty value."),
        .value("language", .text, placeholder: "code", help: "The language of titles and texts, such as de-DE."),
        .value("region", .text, placeholder: "code", help: "The region of --popular and --year, such as DE."),
        .value(
            "posters", .choice(["w92", "w154", "w185", "w342", "w500", "w780", "original"]), placeholder: "size",
            impliedValue: "w500",
            help: "Also fetch the posters in this size into the raw store, those that it does not have."),
        .value("to", .folder, defaultValue: FetchCommand.defaultFolder, help: "The folder of the snapshot."),
        .value(
            "state", .folder, defaultValue: FetchCommand.defaultState,
            help: "The folder of manifests, and of when each movie was seen."),
        .value(
            "raw", .location, defaultValue: CommonOption.defaultRawStore,
            help:
                "Put each document into this raw store too: \(BackendRegistry.help(BackendRegistry.rawStores)). Unless "
                + "it is named here or by --live, only --posters, --offline and --refresh-older-than use it."),
        .value(
            "backup", .location, repetition: .repeats,
            help: "Also send each document to \(BackendRegistry.help(BackendRegistry.backups))."),
        LiveOption.live, LiveOption.environmentFile,
        .flag("offline", help: "Take the documents from the raw store, without a network and a key."),
        .flag("again", help: "Begin a new fetch, also where the same one is complete or unfinished."),
        .value(
            "rate", .number(0...100_000), placeholder: "requests", defaultValue: "40",
            help: "The most requests a second; 0 for no limit."),
        .value("connections", .integer(1...20), defaultValue: "20", help: "The most requests under way."),
        .value("tries", .integer(1...100), defaultValue: "5", help: "How often a movie is asked for before it fails."),
        CommonOption.retryFor,
        .value(
            "timeout", .duration, defaultValue: "30s",
            help: "How long a transfer may stand still before it is tried again."),
        .value(
            "base-url", .text, placeholder: "url", defaultValue: "https://api.themoviedb.org",
            help: "The API's address, for a mirror or a test server. The key goes there and nowhere else."),
        .value(
            "files-url", .text, placeholder: "url", defaultValue: "https://files.tmdb.org",
            help: "The address of the daily ID exports."),
        .value(
            "images-url", .text, placeholder: "url", defaultValue: "https://image.tmdb.org",
            help: "The images' address."),
        .value("ca-file", .path, placeholder: "file", help: "The certificates of authorities; else the system's."),
        .value(
            "resolve", .text, placeholder: "host:port:address", repetition: .repeats,
            help: "Use this address for a host and port."),
        .flag("ipv4", short: "4", help: "Use IPv4 only."),
        CommonOption.now, CommonOption.json,
        .flag("json-progress", help: "Print progress as JSON lines on standard error."),
        CommonOption.quiet,
    ]

    /// Reads a command line.
    ///
    /// - Throws: `UsageError`.
    init(_ arguments: ParsedArguments, clock: RunClock) throws {
        self.arguments = arguments
        let selection = try Self.selection(arguments)
        let own = Self.telling(arguments)
        let key = Self.key(own, selection.listed)
        var options = FetchOptions(key: key, now: clock.now, day: clock.day, retryFor: arguments.retryFor)
        options.selection = selection
        options.arguments = own
        let rate = arguments.number("rate") ?? 40
        let isOffline = arguments.flag("offline")
        options.rate = rate == 0 || isOffline ? .infinity : rate
        options.connections = Int(arguments.integer("connections") ?? 20)
        options.tries = Int(arguments.integer("tries") ?? 5)
        options.posterSize = arguments.isGiven("posters") ? arguments.string("posters") : nil
        options.isAgain = arguments.flag("again")
        options.keepsSeen = !isOffline
        options.putsDocuments = arguments.isNamed("raw") && !isOffline
        if isOffline, options.posterSize != nil {
            throw UsageError(
                "--posters needs a network, and --offline uses none", hint: "Leave one of them out.")
        }
        self.options = options
    }

    /// Whether each document is put into the raw store.
    var putsDocuments: Bool { options.putsDocuments }

    /// What the fetch is known by: its arguments, and the ids in a file rather than the file's name.
    private static func key(_ arguments: [String], _ listed: Set<Int64>) -> String {
        let words =
            arguments.filter { !$0.hasPrefix("--ids-from=") } + (listed.isEmpty ? [] : listed.sorted().map(String.init))
        return Array(words.joined(separator: "\0").utf8).withUnsafeBytes { Digest.sha256($0) }.hexadecimal
    }

    // MARK: Which movies

    private static func selection(_ arguments: ParsedArguments) throws -> FetchSelection {
        var selection = FetchSelection()
        for text in arguments.strings("ids") {
            guard let ids = FetchSelection.ids(in: text) else {
                throw UsageError("--ids takes ids of movies, and not '\(text)'", hint: "For example --ids 603,550.")
            }
            selection.ids += ids
        }
        selection.popularPages = arguments.integer("popular").map(Int.init)
        selection.years = try arguments.string("year").map(years)
        selection.changedSince = arguments.day("changed-since")
        selection.isAll = arguments.flag("all")
        selection.includesAdult = arguments.flag("include-adult")
        selection.leastPopularity = arguments.number("min-popularity")
        selection.refreshDays = arguments.duration("refresh-older-than").map {
            Int32(clamping: ($0.components.seconds + 86_399) / 86_400)
        }
        let hasFile = arguments.string("ids-from") != nil
        if selection.includesAdult, !selection.isAll {
            throw UsageError("--include-adult goes with --all", hint: "Add --all, or leave it out.")
        }
        if selection.leastPopularity != nil, !selection.isAll, !hasFile {
            throw UsageError("--min-popularity goes with --all or --ids-from", hint: "Add one, or leave it out.")
        }
        if let file = arguments.string("ids-from") {
            var options = SourceOptions()
            options.readsUnfinished = true
            selection.listed = try FetchSelection.ids(
                of: Backends.sources(.movies, [file], options: options), leastPopularity: selection.leastPopularity)
        }
        if selection.isEmpty, !hasFile {
            throw UsageError(
                "fetch needs to know which movies",
                hint: "Name some with --ids or --ids-from, or lists with --popular, --year, --changed-since, --all or "
                    + "--refresh-older-than.")
        }
        return selection
    }

    private static func years(_ text: String) throws -> ClosedRange<Int> {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count <= 2, let first = parts.first ?? nil, let last = parts.last ?? nil,
            (1870...2100).contains(first), (first...2100).contains(last)
        else {
            throw UsageError("--year takes a year or two, and not '\(text)'", hint: "For example --year 2024-2026.")
        }
        return first...last
    }

    /// The options that make one fetch another, as they stand in the manifest. None of them has a key.
    private static func telling(_ arguments: ParsedArguments) -> [String] {
        let flags = ["all", "include-adult", "offline"].filter { arguments.flag($0) }.map { "--\($0)" }
        let values = [
            "ids", "ids-from", "popular", "year", "changed-since", "min-popularity", "refresh-older-than", "append",
            "language", "region", "posters", "to", "base-url", "files-url", "images-url",
        ].filter { arguments.isGiven($0) }
        // Who names another place wants the documents there too. The places come without their passwords.
        let places = ["raw", "backup"].filter { arguments.isNamed($0) }.flatMap { name in
            arguments.strings(name).map { "--\(name)=\(Location($0))" }
        }
        return flags + values.flatMap { name in arguments.strings(name).map { "--\(name)=\($0)" } } + places
    }

    // MARK: How TMDB is reached

    /// The settings of the service.
    ///
    /// - Throws: `UsageError`; `TMDBError.noKey`.
    func settings(_ variables: Variables) throws -> TMDBSettings {
        var settings = TMDBSettings()
        settings.credential = TMDBSettings.Credential(
            token: variables["TMDB_ACCESS_TOKEN"]?.value, key: variables["TMDB_API_KEY"]?.value)
        settings.apiURL = arguments.string("base-url") ?? settings.apiURL
        settings.filesURL = arguments.string("files-url") ?? settings.filesURL
        settings.imagesURL = arguments.string("images-url") ?? settings.imagesURL
        settings.append = (arguments.string("append") ?? "").split(separator: ",").map {
            String($0.filter { !$0.isWhitespace })
        }
        if settings.append.count > TMDBSettings.mostAppended {
            throw UsageError(
                "--append names \(settings.append.count) blocks, and TMDB takes \(TMDBSettings.mostAppended)",
                hint: "Leave some out.")
        }
        settings.language = arguments.string("language")
        settings.region = arguments.string("region")
        var transfers = TransferSettings()
        transfers.connections = Int(arguments.integer("connections") ?? 20)
        let silence = arguments.duration("timeout")?.components.seconds ?? 30
        if silence < 1 {
            throw UsageError("--timeout needs a second or more", hint: "For example --timeout 30s.")
        }
        for (name, url) in [("base-url", settings.apiURL), ("images-url", settings.imagesURL)] {
            for ending in ["/3", "/t/p"] where url.hasSuffix(ending) || url.hasSuffix(ending + "/") {
                throw UsageError(
                    "--\(name) \(Redaction.text(url)) ends with \(ending), which is added to it",
                    hint: "Leave out \(ending).")
            }
        }
        if let file = arguments.string("ca-file"), access(file, R_OK) != 0 {
            throw UsageError(
                "--ca-file \(file) cannot be read: \(String(cString: strerror(errno)))",
                hint: "Name a file that is there and that this user may read.")
        }
        transfers.silentSeconds = Int(silence)
        transfers.connectSeconds = min(10, transfers.silentSeconds)
        transfers.isIPv4Only = arguments.flag("ipv4")
        transfers.resolved = arguments.strings("resolve")
        for text in transfers.resolved where text.split(separator: ":").count < 3 {
            throw UsageError(
                "--resolve takes host:port:address, and not '\(text)'", hint: "See curl's option --resolve.")
        }
        transfers.authorityFile =
            arguments.string("ca-file") ?? variables["CURL_CA_BUNDLE"]?.value ?? variables["SSL_CERT_FILE"]?.value
        transfers.userAgent = "reelhouse/\(Reelhouse.version)"
        settings.transfers = transfers
        return settings
    }
}
