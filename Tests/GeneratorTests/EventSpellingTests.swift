import Domain
import Testing

@testable import Generator

/// Each way to spell or to break an event does what it says, for every type and value.
@Suite struct EventSpellingTests {
    private let renderer = EventRenderer()

    private func event(_ type: EventType) -> Event {
        var event = Event(
            type: type,
            identifier: (0x0b54_f0c6_0d1c_4d3b, 0x9a57_1f6b_1a3c_9e11),
            time: 1_795_197_802_517,
            user: 4711,
            session: 88,
            device: 5,
            movie: type == .search ? 0 : 603
        )
        event.seconds = 12
        event.halfPoints = 17
        event.textSeed = 5
        event.comment = 7
        event.parent = 3
        event.vote = -1
        event.isUndo = type == .like
        return event
    }

    private func line(_ event: Event) -> [UInt8] {
        var buffer = TextBuffer(capacity: 64)
        renderer.append(event, of: GeneratedDay(CivilDate.day(ofMilliseconds: event.time)), to: &buffer)
        buffer.truncate(to: buffer.count - 1)
        return buffer.copy(from: 0)
    }

    @Test(arguments: EventSpelling.allCases, EventType.allCases)
    func spellingKeepsIdentityAndContent(_ spelling: EventSpelling, _ type: EventType) throws {
        let cleaner = try ReferenceCleaner()
        var events = [event(type), event(type), event(type)]
        events[1].hasIdentifier = false
        events[2].halfPoints = 0
        events[2].isDeleted = true
        events[2].parent = 0
        for event in events {
            let plain = line(event)
            let other = Array(spelling.line(of: event, renderer).utf8)
            #expect(other != plain)
            let verdict = try cleaner.verdict(other)
            #expect(verdict == (try cleaner.verdict(plain)), "\(String(decoding: other, as: UTF8.self))")
            if case .rejected(let rule) = verdict { Issue.record("\(rule)") }
        }
    }

    @Test(arguments: PlantedFault.allCases)
    func faultBreaksItsRule(_ fault: PlantedFault) throws {
        let cleaner = try ReferenceCleaner()
        var random = SplitMix64(seed: 11)
        var lines: Set<[UInt8]> = []
        for _ in 0..<300 {
            let line = fault.line(of: event(fault.type(&random)), renderer, &random)
            #expect(
                try cleaner.verdict(line) == .rejected(fault.rule.rawValue),
                "\(String(decoding: line, as: UTF8.self))"
            )
            #expect(!line.contains(0x0a))
            lines.insert(line)
        }
        #expect(lines.count >= 4)
    }

    @Test func faultsCoverTheRulesOfOneLine() {
        let others: Set<CleaningRule> = [
            .invalidMovieID, .missingTitle, .eventIDConflict, .refusedByWarehouse, .damagedFile, .unsupportedFile,
        ]
        #expect(Set(PlantedFault.allCases.map(\.rule)) == Set(CleaningRule.allCases).subtracting(others))
    }

    @Test(arguments: EventType.allCases)
    func conflictHasOtherContent(_ type: EventType) throws {
        let cleaner = try ReferenceCleaner()
        guard case .valid(let first) = try cleaner.verdict(line(event(type))),
            case .valid(let second) = try cleaner.verdict(line(event(type).conflicting()))
        else {
            Issue.record("a conflict is two valid events")
            return
        }
        #expect(first.identity == second.identity)
        #expect(first.fullContent != second.fullContent)
    }

    @Test(arguments: [EventType.rate, .trailer, .dwell, .search, .view])
    func olderFormIsValid(_ type: EventType) throws {
        var document = EventDocument(event(type), renderer)
        document.takeOlderForm(userAgent: "Agent/1.0")
        let text = document.text()
        #expect(text.contains("\"action_type\":") && text.contains("\"timestamp\":"))
        #expect(!text.contains("\"event_type\":") && !text.contains("\"browser\":"))
        guard case .valid(let event) = try ReferenceCleaner().verdict(text.utf8) else {
            Issue.record("\(text) is rejected")
            return
        }
        #expect(event.type == type.name)
        #expect(event.isInOlderForm)
        #expect(event.content.contains("user_agent=Agent/1.0"))
        let payload = [EventType.rate: "score=8.5", .trailer: "seconds=12.0", .dwell: "seconds=12.0"][type]
        #expect(payload.map(event.content.contains) ?? true)
    }
}
