import Domain

/// Generates the events day by day: sessions begin, their events follow one another, and copies and late events arrive.
///
/// Lines are written in the order of their arrival, which is roughly that of their times. Memory is bounded: it has the
/// current sessions and at most `mostHeld` lines that are written later.
struct EventGenerator: ~Copyable {
    /// A line that is written later.
    private enum Held {
        case copy([UInt8], day: Int32)
        case conflict([UInt8])
        case late([UInt8])
    }

    private let options: GeneratorOptions
    private let renderer = EventRenderer()
    private var source: SessionSource
    private var random: Xoshiro256
    private var plan: DirtPlan
    private var going = TimeHeap<Int>()
    private var sessions: [Session] = []
    private var freeSessions: [Int] = []
    private var held = TimeHeap<Held>()
    /// How many events the sessions that have begun will have.
    private var begun = 0
    private var quota: ArrivalQuota
    private var today: GeneratedDay
    private let dataEnd: Int64

    private static let mostHeld = 8192

    init(_ options: GeneratorOptions, catalogue: Catalogue) {
        self.options = options
        source = SessionSource(catalogue: catalogue, devices: renderer.devices.profiles.count)
        random = Xoshiro256(seed: options.seed ^ 0x6576_656e_7473)
        plan = DirtPlan(lines: options.events, dirt: options.dirt, withConflicts: options.plantsConflicts)
        quota = ArrivalQuota(events: plan.events, startDay: options.startDay, days: options.days)
        today = GeneratedDay(options.startDay)
        dataEnd = GeneratedDay(options.endDay).end
    }

    /// Writes the lines of the next day.
    mutating func writeDay(_ day: Int32, to lines: inout DatedLines, counts: inout PlantedCounts) throws {
        today = GeneratedDay(day)
        for minute in 0..<ArrivalQuota.slots {
            let start = today.start + Int64(minute) * 60_000
            let end = start + 60_000
            let planned = quota.next()
            while begun < planned { beginSession(from: start, until: end == dataEnd ? end - 30_000 : end) }
            while true {
                let next = min(going.earliest, held.earliest)
                if next >= end { break }
                if next == held.earliest {
                    try writeHeld(to: &lines, counts: &counts)
                } else {
                    try writeEvent(at: next, to: &lines, counts: &counts)
                }
            }
        }
    }

    private mutating func beginSession(from start: Int64, until end: Int64) {
        let session = source.begin(atMost: plan.events - begun, &random)
        begun += session.left
        let index: Int
        if let free = freeSessions.popLast() {
            index = free
            sessions[index] = session
        } else {
            index = sessions.count
            sessions.append(session)
        }
        going.insert(index, at: start + Int64(random.below(Int(end - start))))
    }

    private mutating func writeEvent(at time: Int64, to lines: inout DatedLines, counts: inout PlantedCounts) throws {
        let index = going.first
        if let dirt = plan.next(&random) {
            try writeDirty(dirt, of: index, at: time, to: &lines, counts: &counts)
        } else {
            let sent = time - delay(at: time)
            let event = source.event(of: &sessions[index], at: sent, type: nil, isRemembered: true, &random)
            renderer.append(event, of: today, to: &lines.buffer)
            try lines.endLine()
        }
        sessions[index].left -= 1
        if sessions[index].left == 0 {
            freeSessions.append(going.removeFirst())
        } else {
            // The last sessions end with the data: the rest of the time is divided among their events.
            let most = (dataEnd - time) / Int64(sessions[index].left + 1)
            going.postponeFirst(to: time + min(source.pause(&random), most))
        }
    }

    /// How long an event takes to arrive: up to a second, for a few in a hundred some minutes, never beyond midnight.
    @inline(__always)
    private mutating func delay(at time: Int64) -> Int64 {
        let draw = random.below(1 << 20)
        var delay = Int64(draw & 1023)
        if draw >> 10 < 20 { delay += Int64(1000 + random.below(20_000) << random.halvings(4)) }
        return time - delay < today.start ? 0 : delay
    }

    private mutating func writeDirty(
        _ dirt: EventDirt,
        of index: Int,
        at time: Int64,
        to lines: inout DatedLines,
        counts: inout PlantedCounts
    ) throws {
        if case .broken(let fault) = dirt {
            counts.reject(fault.rule)
            return try write(brokenLine(fault, of: index, at: time), to: &lines)
        }
        var event = source.event(
            of: &sessions[index],
            at: time,
            type: dirt == .legacyForm ? legacyType() : nil,
            isRemembered: true,
            &random
        )
        switch dirt {
        case .broken: break
        case .duplicate:
            event.hasIdentifier = random.percent(90)
            counts.withoutEventID += event.hasIdentifier ? 0 : 1
            holdCopy(of: event, at: time)
        case .conflict:
            let due = min(time + pause(most: 600_000), today.end - 1)
            hold(.conflict(line(of: event.conflicting())), from: time, until: due)
        case .late:
            if today.day < options.endDay, held.count < Self.mostHeld {
                return hold(.late(line(of: event)), from: time, until: momentOfLaterDay())
            }
        case .legacyForm:
            event.hasIdentifier = random.percent(50)
            counts.legacyForm += 1
            counts.withoutEventID += event.hasIdentifier ? 0 : 1
            return try write(olderLine(of: event), to: &lines)
        case .withoutEventID:
            event.hasIdentifier = false
            counts.withoutEventID += 1
        case .unknownMovie:
            if event.movie > 0 {
                event.movie = source.catalogue.unknownMovieID(&random)
                counts.unknownMovies += 1
            }
        }
        renderer.append(event, of: today, to: &lines.buffer)
        try lines.endLine()
    }

    private mutating func brokenLine(_ fault: PlantedFault, of index: Int, at time: Int64) -> [UInt8] {
        let type = fault.type(&random)
        let event = source.event(of: &sessions[index], at: time, type: type, isRemembered: false, &random)
        return fault.line(of: event, renderer, &random)
    }

    private func olderLine(of event: Event) -> [UInt8] {
        var document = EventDocument(event, renderer)
        document.takeOlderForm(userAgent: renderer.devices.profiles[event.device].userAgent)
        return Array(document.text().utf8)
    }

    /// Plans a copy of an event for later, on the same or another day, with the same bytes or spelled in another way.
    private mutating func holdCopy(of event: Event, at time: Int64) {
        let copy =
            random.percent(50)
            ? line(of: event) : Array(random.pick(EventSpelling.allCases).line(of: event, renderer).utf8)
        let isFar = today.day < options.endDay && random.percent(40)
        let due = isFar ? momentOfLaterDay() : min(time + pause(most: 3_600_000), dataEnd - 1)
        hold(.copy(copy, day: today.day), from: time, until: due)
    }

    /// Tomorrow, or a later day: each day more is half as probable.
    private mutating func momentOfLaterDay() -> Int64 {
        let days = random.halvings(Int(options.endDay - today.day) - 1)
        return today.end + Int64(days) * CivilDate.millisecondsPerDay
            + Int64(random.below(Int(CivilDate.millisecondsPerDay)))
    }

    private mutating func pause(most: Int) -> Int64 { Int64(random.below(most >> random.halvings(8)) + 1) }

    private mutating func legacyType() -> EventType {
        random.pick([.view, .view, .click, .click, .search, .rate, .rate, .trailer, .dwell, .share])
    }

    /// The line of an event of today, without its LF.
    private func line(of event: Event) -> [UInt8] {
        var buffer = TextBuffer(capacity: 512)
        renderer.append(event, of: today, to: &buffer)
        buffer.truncate(to: buffer.count - 1)
        return buffer.copy(from: 0)
    }

    /// Keeps a line to be written later; if too many are kept, it is written at once.
    private mutating func hold(_ line: Held, from now: Int64, until due: Int64) {
        held.insert(line, at: held.count < Self.mostHeld ? due : now)
    }

    private mutating func writeHeld(to lines: inout DatedLines, counts: inout PlantedCounts) throws {
        switch held.removeFirst() {
        case .copy(let line, let day):
            counts.duplicates += 1
            counts.duplicatesInOtherFiles += day == today.day ? 0 : 1
            try write(line, to: &lines)
        case .conflict(let line):
            counts.conflicts += 1
            counts.reject(.eventIDConflict)
            try write(line, to: &lines)
        case .late(let line):
            counts.late += 1
            try write(line, to: &lines)
        }
    }

    private func write(_ line: [UInt8], to lines: inout DatedLines) throws {
        lines.buffer.append(line)
        lines.buffer.append(0x0a)
        try lines.endLine()
    }
}
