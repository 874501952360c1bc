import Domain
import Pipeline
import Testing

/// The order of the steps of a compact, and what is left.
@Suite struct CompactMachineTests {
    private let first = CompactedDay.day(20_000)
    private let second = CompactedDay.day(20_001)

    private func original(_ name: String) -> CompactFile { CompactFile(name: name, size: 1) }

    private func compacted(_ day: CompactedDay) -> CompactFile {
        CompactFile(name: day.fileName, size: 1, place: day, isCompacted: true)
    }

    /// An original that has the name of a compacted file.
    private func occupant(_ day: CompactedDay) -> CompactFile { CompactFile(name: day.fileName, size: 1, place: day) }

    private func written(_ day: CompactedDay, _ key: String = "new", previous: String? = nil) -> CompactedFile {
        CompactedFile(
            day: day, name: day.fileName, mark: SourceMark(identity: SourceIdentity(port: .events, key: key)),
            end: SourcePosition(), lines: 1, size: 1,
            previous: previous.map { SourceIdentity(port: .events, key: $0) })
    }

    /// Runs a machine, and gives its steps.
    private func steps(
        _ machine: inout CompactMachine, readings: [Int: CompactMachine.Reading], written files: [CompactedFile] = []
    ) -> [CompactMachine.Step] {
        var steps: [CompactMachine.Step] = []
        while let step = machine.next() {
            steps.append(step)
            switch step {
            case .read(let file): machine.didRead(file, readings[file] ?? .left("not told"))
            case .write: machine.didWrite(files)
            default: break
            }
        }
        return steps
    }

    @Test func originalsGoLast() {
        var machine = CompactMachine([original("a"), original("b")])
        let steps = steps(
            &machine, readings: [0: .whole(days: [first]), 1: .whole(days: [first, second])],
            written: [written(first), written(second, "other")])
        #expect(
            steps == [
                .read(0), .read(1), .write, .record, .publish(first), .publish(second), .flush, .remove(0), .remove(1),
                .finish,
            ])
        #expect(machine.days == [first, second])
    }

    @Test func theCompactedFilesOfTheDaysAreReadToo() {
        var machine = CompactMachine([original("a"), compacted(first), compacted(second)])
        let steps = steps(
            &machine, readings: [0: .whole(days: [first]), 1: .whole(days: [first]), 2: .whole(days: [second])],
            written: [written(first, previous: "old")])
        #expect(
            steps == [.read(0), .read(1), .write, .record, .publish(first), .flush, .remove(0), .finish])
        #expect(machine.merged == [1])
    }

    @Test func aCompactedFileWithLinesOfAnotherDayBringsThatDay() {
        var machine = CompactMachine([original("a"), compacted(first), compacted(second)])
        let steps = steps(
            &machine,
            readings: [0: .whole(days: [first]), 1: .whole(days: [first, second]), 2: .whole(days: [second])],
            written: [written(first), written(second)])
        #expect(steps.prefix(4) == [.read(0), .read(1), .read(2), .write])
    }

    @Test func whatIsTheSameAlreadyIsOnlyTidiedUp() {
        var machine = CompactMachine([original("a"), compacted(first)])
        let steps = steps(
            &machine, readings: [0: .whole(days: [first]), 1: .whole(days: [first])],
            written: [written(first, "same", previous: "same")])
        #expect(steps == [.read(0), .read(1), .write, .remove(0), .finish])
    }

    @Test func anOriginalWithTheNameOfADayIsSetAsideFirst() {
        var machine = CompactMachine([occupant(first), original("b")])
        let steps = steps(
            &machine, readings: [0: .whole(days: [first, second]), 1: .whole(days: [first])],
            written: [written(first), written(second)])
        #expect(
            steps == [
                .read(0), .read(1), .write, .record, .setAside(0), .publish(first), .publish(second), .flush,
                .remove(0),
                .remove(1), .finish,
            ])
    }

    @Test func aDayWhoseFileStaysBlocksAllThatHasLinesOfIt() {
        // The third has no line of a blocked day itself, but of the day whose place the second keeps.
        var machine = CompactMachine([compacted(first), occupant(second), original("c"), original("d")])
        let steps = steps(
            &machine,
            readings: [
                0: .left("not loaded"), 1: .whole(days: [first, second]), 2: .whole(days: [second]),
                3: .whole(days: [.undated]),
            ], written: [written(.undated)])
        #expect(
            steps == [
                .read(1), .read(2), .read(3), .read(0), .write, .record, .publish(.undated), .flush, .remove(3),
                .finish,
            ])
        #expect(machine.left.map(\.file) == [0, 1, 2])
        #expect(machine.left[1].reason.contains(first.fileName))
    }

    @Test func aDayWhoseFileCannotBeReadKeepsItsFilesToo() {
        var machine = CompactMachine([compacted(first), original("b"), original("c"), original("d")])
        let steps = steps(
            &machine,
            readings: [
                0: .unreadable("no permission"), 1: .whole(days: [first]), 2: .whole(days: [second]),
                3: .unreadable("no permission"),
            ], written: [written(second)])
        #expect(
            steps == [
                .read(1), .read(2), .read(3), .read(0), .write, .record, .publish(second), .flush, .remove(2), .finish,
            ])
        #expect(machine.unreadable.map(\.file) == [0, 3] && machine.left.map(\.file) == [1])
    }

    @Test func nothingIsWrittenWhereAllIsLeft() {
        var machine = CompactMachine([original("a"), compacted(first)])
        #expect(steps(&machine, readings: [0: .left("not loaded")]) == [.read(0), .finish])
        var none = CompactMachine([compacted(first)])
        #expect(steps(&none, readings: [:]) == [.finish])
    }

    @Test func aDryRunReadsAlone() {
        var machine = CompactMachine([original("a")], isDryRun: true)
        #expect(steps(&machine, readings: [0: .whole(days: [first])]) == [.read(0), .finish])
        #expect(machine.originals == [0])
    }

    @Test func aFileWithoutLinesIsRemoved() {
        var machine = CompactMachine([original("a")])
        #expect(steps(&machine, readings: [0: .whole(days: [])]) == [.read(0), .write, .remove(0), .finish])
    }

    /// Whatever is found and read, nothing is removed or replaced before all of its lines are recorded and durable.
    @Test func theOrderHoldsForAnyFolder() {
        var random = SystemRandomNumberGenerator()
        let days = (0..<4).map { CompactedDay.day(20_000 + $0) } + [.undated]
        for _ in 0..<2000 {
            var files = (0..<Int.random(in: 0...5, using: &random)).map { original("o\($0)") }
            for day in days where Bool.random(using: &random) {
                files.append(Bool.random(using: &random) ? compacted(day) : occupant(day))
            }
            var readings: [Int: CompactMachine.Reading] = [:]
            for index in files.indices {
                let some = Set(days.filter { _ in Bool.random(using: &random) })
                readings[index] =
                    Int.random(in: 0..<5, using: &random) == 0
                    ? .left("")
                    : .whole(days: files[index].isCompacted ? some.union([files[index].place ?? .undated]) : some)
            }
            var machine = CompactMachine(files)
            var (recorded, published, removed): (Bool, Set<CompactedDay>, Set<Int>) = (false, [], [])
            var aside: Set<Int> = []
            var isFlushed = false
            while let step = machine.next() {
                switch step {
                case .read(let file): machine.didRead(file, readings[file] ?? .left(""))
                case .write:
                    let all = (machine.originals + machine.merged).reduce(into: Set<CompactedDay>()) { all, file in
                        if case .whole(let days) = readings[file] { all.formUnion(days) }
                    }
                    machine.didWrite(all.sorted().map { written($0) })
                case .record: recorded = true
                case .setAside(let file): aside.insert(file)
                case .publish(let day):
                    #expect(recorded)
                    // What is in its place is merged into it, or out of the way.
                    if let place = files.firstIndex(where: { $0.place == day }) {
                        #expect(files[place].isCompacted ? machine.isTaken(place) : aside.contains(place))
                    }
                    published.insert(day)
                case .flush: isFlushed = true
                case .remove(let file):
                    guard case .whole(let days) = readings[file] else {
                        Issue.record("a file that is left is removed")
                        continue
                    }
                    #expect(days.isSubset(of: published) && (isFlushed || days.isEmpty) && !files[file].isCompacted)
                    removed.insert(file)
                case .finish: break
                }
            }
            #expect(removed == Set(machine.originals))
        }
    }
}
