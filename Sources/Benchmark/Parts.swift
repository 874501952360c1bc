import Foundation

/// The parts of a benchmark that run in processes of their own, by `reelhouse-bench part NAME ARGUMENT…`. Each prints a
/// JSON object.
enum Parts {
    static func run(_ arguments: ArraySlice<String>) throws {
        let words = Array(arguments)
        switch (words.first, words.count) {
        case ("generate", 4):
            guard let kind = Dataset.Kind(rawValue: words[1]), let events = Int(words[2]) else { break }
            return try print(Dataset(kind, events: events).generate(to: words[3]))
        case ("shuffle", 3): return try print(Shuffle.run(from: words[1], to: words[2], seed: 3))
        case ("decode", 2): return try print(DecodeAlone.run(folder: words[1]))
        case ("insert", 3): return try print(BareInserts.run(folder: words[1], database: words[2]))
        case ("lines", 3): return try print(EventLines.write(folder: words[1], to: words[2]))
        case ("copy-data", 3): return try print(CopyData.write(folder: words[1], to: words[2]))
        case ("copy", 3): return try print(HandWrittenLoad.copy(words[1], into: words[2]))
        case ("copy-and-merge", 3): return try print(HandWrittenLoad.copyAndMerge(words[1], into: words[2]))
        case ("mongo-put", 3): return try print(BareMongo.put(from: words[1], to: words[2]))
        case ("mongo-read", 2): return try print(BareMongo.read(words[1]))
        case ("mongo-drop", 2): return try print(BareMongo.drop(words[1]))
        default: break
        }
        throw BenchError("no such part: \(words.joined(separator: " "))")
    }

    private static func print(_ result: some Encodable) throws {
        Swift.print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
    }
}
