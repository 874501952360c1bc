import Testing

@testable import Domain

/// The id that follows from the content, and what is content (contract §2.3 and §3).
@Suite struct EventIdentityTests {
    /// Computed by Python: `uuid.uuid5(uuid.NAMESPACE_URL, 'reelhouse:' + array)`, the array written by hand.
    @Test(arguments: [
        // [1795197802517,"view",4711,null,603,null × 15]
        (event([:]), "ffed50dd-3d11-520c-bf34-9b517d392037"),
        // An integer keeps all its digits.
        (event(["movie_id": "9223372036854775807"]), "51b902a0-51fd-5655-8834-cd93617220c2"),
        (
            event(
                "rate", #"{"score":8.5}"#,
                [
                    "session_id": #""s-4711-88""#,
                    "session":
                        #"{"device":"mobile","browser":"Firefox 132","os":"Android 15","screen_resolution":"1080x2400"}"#,
                ]), "496fee82-7ed4-5bfc-aa42-17f2ea5885fe"
        ),
        (event("rate", #"{"score":null}"#), "fd6cb2dd-cc4c-549b-8c6e-ddaf43f0b268"),
        (event("rating", #"{"score":"10.0"}"#), "9e30f780-3102-5d50-b427-92af1aa0aab3"),
        (
            event("search", #"{"query":" caf\u00e9 \"x\" \\ \n \ud83c\udfac \u0001"}"#, ["movie_id": nil]),
            "2b5f0de0-d71d-5102-8def-dbd6cb51ab92"
        ),
        (
            event("comment", #"{"comment_id":"c1","parent_id":7,"body":"hi"}"#),
            "986aa7a1-03eb-508f-babd-052bfb64b590"
        ),
        (event("comment", #"{"comment_id":"c1","deleted":true}"#), "c64b887b-c609-55c6-9e89-2f927dade25a"),
        (
            event("comment_vote", #"{"comment_id":"c1","vote":-1}"#, ["movie_id": nil]),
            "81ba1233-18d6-51eb-8f88-0676fbc705a1"
        ),
        (
            event("comment_vote", #"{"comment_id":"c1","vote":0}"#, ["movie_id": "0"]),
            "93cce3bb-a700-5391-bfa9-2ff452ea620b"
        ),
        (event("watchlist", #"{"status":"planned"}"#), "694843e7-69f2-58c4-a3c0-6f8cee5d6319"),
        (event("like", #"{"undo":true}"#), "9fb1d06c-73ce-5ecc-bb4c-d5c7fd0a5068"),
        (event("dislike", nil), "ff226ead-b5f8-57e3-9386-d574e7c6eebc"),
        (event("watch", #"{"watched_seconds":1e-7}"#), "58757146-9a32-5fa6-b627-0105a943cb3c"),
        (event("watch", #"{"watched_seconds":1e21}"#), "02622da3-8c98-5aeb-b4db-531a3453931e"),
        (event("watch", #"{"watched_seconds":-0.0}"#), "7549d133-fd48-5bf1-9770-e1d4488c71e0"),
        (
            event(
                "dwell", nil,
                [
                    "dwell_time": #""12.5""#, "session_id": #""s""#,
                    "user_agent": #""Mozilla/5.0 (X11; Linux x86_64) Firefox/132.0""#,
                ]), "c8477773-ee89-500c-baa9-144772d726fa"
        ),
    ])
    func theIDFollowsFromTheContent(line: String, id: String) throws { #expect(try CleanEvent(line).id == id) }

    /// What is spelled otherwise and means the same, has the same id and the same content.
    @Test(arguments: [
        (
            #"{"event_type":"rate","event_time":"2026-11-20T18:03:22.517Z","user_id":4711,"movie_id":603,"metadata":{"score":8.5}}"#,
            #"{"metadata":{"score":"8.50","x":1},"movie_id":"603.0","user_id":4711.0,"timestamp":1795197802517,"action_type":" rating "}"#
        ),
        (
            event(["event_time": #""2026-11-20T18:03:22.517Z""#]),
            event(["event_time": #""2026-11-20T19:03:22.5179+01:00""#, "unknown": "[1]"])
        ),
        (
            event("dwell", #"{"seconds":3}"#),
            event(["event_type": #""dwelltime""#, "dwell_time": "3.0", "metadata": #"{"seconds":null}"#])
        ),
        (event(["session_id": "5"]), event(["session_id": #"" 5 ""#, "session": #"{"device":""}"#])),
        (
            event("comment", #"{"comment_id":5,"body":"b"}"#),
            event("comment", #"{"comment_id":"5","body":"b\n","deleted":0}"#)
        ),
        (event([:]), event("view", #"{"seconds":5,"score":9,"query":"q"}"#, ["query": #""q""#, "rating": "5"])),
        (event([:]), event(["user_agent": #""a""#, "session": #"{"os":"x"}"#])),
    ])
    func theSpellingMakesNoDifference(one: String, other: String) throws {
        let (one, other) = (try CleanEvent(one), try CleanEvent(other))
        #expect(one.id == other.id)
        #expect(one.row.contentHash == other.row.contentHash)
    }

    /// Events that differ in one field of content each, all at one time and with one id.
    private static let different: [String] = [
        event([:]), event(["user_id": "4712"]), event(["movie_id": "604"]), event(["session_id": "1"]),
        event(["session_id": "2"]), event("click", nil), event("share", nil), event("like", nil), event("dislike", nil),
        event("like", #"{"undo":true}"#), event("dislike", #"{"undo":true}"#), event("search", nil),
        event("search", nil, ["movie_id": nil]), event("search", #"{"query":"a"}"#), event("search", #"{"query":"b"}"#),
        event("trailer", nil), event("dwell", nil), event("watch", nil), event("trailer", #"{"seconds":0}"#),
        event("dwell", #"{"seconds":0}"#), event("watch", #"{"watched_seconds":0}"#),
        event("watch", #"{"watched_seconds":1e-300}"#), event("rate", #"{"score":null}"#),
        event("rate", #"{"score":1}"#),
        event("rate", #"{"score":2}"#), event("comment", #"{"comment_id":1,"body":"a"}"#),
        event("comment", #"{"comment_id":2,"body":"a"}"#), event("comment", #"{"comment_id":1,"body":"b"}"#),
        event("comment", #"{"comment_id":1,"body":"a","parent_id":"b"}"#),
        event("comment", #"{"comment_id":1,"body":"a","parent_id":"a"}"#),
        event("comment", #"{"comment_id":1,"body":"a","deleted":true}"#),
        event("comment", #"{"comment_id":1,"deleted":true}"#), event("comment_vote", #"{"comment_id":1,"vote":1}"#),
        event("comment_vote", #"{"comment_id":1,"vote":0}"#), event("comment_vote", #"{"comment_id":1,"vote":-1}"#),
        event("comment_vote", #"{"comment_id":2,"vote":1}"#), event("watchlist", #"{"status":"watching"}"#),
        event("watchlist", #"{"status":"completed"}"#), event("watchlist", #"{"status":"planned"}"#),
        event("watchlist", #"{"status":"dropped"}"#), event("watchlist", #"{"status":"removed"}"#),
        event(["session_id": "1", "session": #"{"device":"a"}"#]),
        event(["session_id": "1", "session": #"{"browser":"a"}"#]),
        event(["session_id": "1", "session": #"{"os":"a"}"#]),
        event(["session_id": "1", "session": #"{"screen_resolution":"a"}"#]),
        event(["session_id": "1", "user_agent": #""a""#]), event(["session_id": "1", "session": #"{"device":"b"}"#]),
        event(["session_id": "1", "session": #"{"device":"a","browser":"a"}"#]),
    ]

    @Test func eachFieldIsContent() throws {
        let clean = try Self.different.map { try CleanEvent($0) }
        #expect(Set(clean.map(\.row.contentHash)).count == clean.count)
        #expect(Set(clean.map(\.id)).count == clean.count)
    }

    @Test func theTimeIsIdentityAndNotContent() throws {
        let (early, late) = (event(["event_time": "1763661802517"]), event(["event_time": "1763661802518"]))
        #expect(try CleanEvent(early).row.contentHash == CleanEvent(late).row.contentHash)
        #expect(try CleanEvent(early).id != CleanEvent(late).id)
    }

    @Test func aDerivedIDIsOfVersionFive() throws {
        for line in Self.different {
            let id = Array(try CleanEvent(line).id)
            #expect(id[14] == "5")
            #expect("89ab".contains(id[19]))
        }
    }

    /// The derived browser and system are written after the content was taken.
    @Test func enrichmentIsNoContent() throws {
        let buffer = ByteBuffer()
        var row = EventRow()
        let before = EventIdentity.contentHash(row, userAgent: .null, in: buffer)
        (row.genreID, row.releaseDay, row.isMovieKnown, row.line, row.time, row.idHigh) = (5, 6, true, 7, 8, 9)
        #expect(EventIdentity.contentHash(row, userAgent: .null, in: buffer) == before)
    }
}
