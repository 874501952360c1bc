import Domain
import Testing

@testable import TMDB

/// The URLs and headers of requests.
@Suite struct TMDBRequestsTests {
    private static func requests(
        key: String? = "the-key", token: String? = nil, _ change: (inout TMDBSettings) -> Void = { _ in }
    ) throws -> TMDBRequests {
        var settings = TMDBSettings()
        settings.credential = .init(token: token, key: key)
        change(&settings)
        return try TMDBRequests(settings)
    }

    private static let day = CivilDate.days(year: 2026, month: 11, day: 7) ?? 0

    private static let api: [MovieQuestion] = [.movie(603), .page(.popular, number: 2)]
    private static let others: [MovieQuestion] = [
        .allIDs(day: day, isAdult: false), .image(path: "/a b.jpg", size: "w500"),
    ]

    @Test func urls() throws {
        let requests = try Self.requests()
        let blocks = "videos,credits,keywords,release_dates"
        #expect(
            requests.shown(.movie(603)) == "https://api.themoviedb.org/3/movie/603?append_to_response=\(blocks)")
        #expect(requests.shown(.page(.popular, number: 2)) == "https://api.themoviedb.org/3/movie/popular?page=2")
        #expect(
            requests.shown(.page(.changed(first: Self.day, last: Self.day + 1), number: 1))
                == "https://api.themoviedb.org/3/movie/changes?start_date=2026-11-07&end_date=2026-11-08&page=1")
        let released = requests.shown(.page(.released(first: Self.day, last: Self.day), number: 3))
        #expect(released.contains("primary_release_date.gte=2026-11-07&primary_release_date.lte=2026-11-07"))
        #expect(
            requests.shown(.allIDs(day: Self.day, isAdult: false))
                == "https://files.tmdb.org/p/exports/movie_ids_11_07_2026.json.gz")
        #expect(
            requests.shown(.allIDs(day: Self.day, isAdult: true))
                == "https://files.tmdb.org/p/exports/adult_movie_ids_11_07_2026.json.gz")
        #expect(
            requests.shown(.image(path: "/a b.jpg", size: "w500")) == "https://image.tmdb.org/t/p/w500/a%20b.jpg")
    }

    @Test func aLanguageBringsItsVideosAndThoseWithoutOne() throws {
        let requests = try Self.requests {
            $0.language = "de-DE"
            $0.append = ["videos"]
        }
        #expect(
            requests.shown(.movie(7)).hasSuffix(
                "?append_to_response=videos&language=de-DE&include_video_language=de,null&include_image_language=de,null"
            ))
        #expect(try Self.requests { $0.append = [] }.shown(.movie(7)) == "https://api.themoviedb.org/3/movie/7")
    }

    @Test func theKeyGoesToTheAPIAlone() throws {
        let requests = try Self.requests(key: "a/b")
        for question in Self.api {
            let request = requests.request(question, needsNewConnection: false)
            #expect(request.url.hasSuffix("&api_key=a%2Fb") && request.headers == ["Accept: application/json"])
            #expect(!requests.shown(question).contains("api_key"))
        }
        for question in Self.others {
            let request = requests.request(question, needsNewConnection: false)
            #expect(request.url == requests.shown(question) && request.headers.isEmpty)
        }
    }

    @Test func theTokenToo() throws {
        let requests = try Self.requests(token: "the-token")
        for question in Self.api {
            let request = requests.request(question, needsNewConnection: false)
            #expect(request.url == requests.shown(question))
            #expect(request.headers.contains("Authorization: Bearer the-token"))
        }
        for question in Self.others {
            #expect(requests.request(question, needsNewConnection: false).headers.isEmpty)
        }
    }

    @Test func credentials() {
        #expect(TMDBSettings.Credential(token: nil, key: nil) == nil)
        #expect(TMDBSettings.Credential(token: "", key: " ") == nil)
        #expect(TMDBSettings.Credential(token: "t", key: "k") == .token("t"))
        #expect(TMDBSettings.Credential(token: nil, key: "k\n") == .key("k"))
        #expect(TMDBSettings.Credential(token: nil, key: "eyJhbGciOi") == .token("eyJhbGciOi"))
        #expect(throws: TMDBError.noKey) { try Self.requests(key: nil) }
    }

    @Test(arguments: ["", "ftp://a", "https://", "a.example", "https://a.example/?q=1", "https://u:p@a.example"])
    func wrongAddressesAreRefused(_ url: String) {
        #expect {
            try Self.requests { $0.apiURL = url }
        } throws: { error in
            guard let error = error as? TMDBError, case .wrongAddress = error else { return false }
            return !error.message.contains("u:p@")
        }
    }

    @Test func anAddressMayEndInASlash() throws {
        let requests = try Self.requests { $0.apiURL = "http://127.0.0.1:80/mirror//" }
        #expect(requests.shown(.movie(7)).hasPrefix("http://127.0.0.1:80/mirror/3/movie/7"))
    }
}
