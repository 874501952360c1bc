import Domain
import Testing

@Suite struct PortOfNameTests {
    @Test(
        arguments: [
            ("user_logs", .events), ("user-logs", .events), ("prod.user_events.v2", .events), ("Event", .events),
            ("movie", .movies), ("raw_movies", .movies), ("Movies2", .movies), ("movie_logs", .movies),
            ("backup", nil), ("", nil), ("blogs", nil), ("catalog", nil), ("eventually", nil),
        ] as [(String, SourcePort?)])
    func tellsThePort(_ name: String, _ port: SourcePort?) { #expect(SourcePort(inName: name) == port) }
}
