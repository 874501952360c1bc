import Domain
import Schema

/// Checks that the names which migrations need are free in a database.
struct MigrationNames {
    private let path: String
    /// The kind of object that has a name, by the name in lower case.
    private var kinds: [String: String] = [:]

    /// Reads the names of all tables, views, indexes and triggers.
    init(_ connection: Connection) throws {
        path = connection.path
        let objects = try connection.prepare("SELECT lower(name), type FROM main.sqlite_schema")
        while try objects.step() { kinds[objects.text(0) ?? ""] = objects.text(1) ?? "" }
    }

    /// Goes through the objects that migrations create, rename and drop, in order.
    ///
    /// - Throws: `WarehouseError.nameTaken` at the first name that another object has.
    func expectFree(for migrations: [Schema.Migration]) throws(WarehouseError) {
        var kinds = kinds
        for migration in migrations {
            for statement in Self.statements(migration.sql) {
                switch Self.change(statement) {
                case .make(let kind, let name)?:
                    if let taken = kinds[name] {
                        throw .nameTaken(
                            location: path, kind: taken, name: name, by: "the schema update \(migration.name)")
                    }
                    kinds[name] = kind
                case .rename(let old, let new)?:
                    let kind = kinds.removeValue(forKey: old)
                    if let taken = kinds[new] {
                        throw .nameTaken(
                            location: path, kind: taken, name: new, by: "the schema update \(migration.name)")
                    }
                    kinds[new] = kind ?? "table"
                case .drop(let name)?: kinds[name] = nil
                case nil: break
                }
            }
        }
    }

    private enum Change {
        case make(kind: String, name: String)
        case rename(old: String, new: String)
        case drop(String)
    }

    /// The words of each statement, in lower case, without comments.
    private static func statements(_ sql: String) -> [[Substring]] {
        let lines = sql.lowercased().split(separator: "\n").map { line in
            line.range(of: "--").map { line[..<$0.lowerBound] } ?? line
        }
        return lines.joined(separator: " ").split(separator: ";").map {
            $0.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        }
    }

    private static func change(_ words: [Substring]) -> Change? {
        var words = words[...]
        let verb = words.popFirst()
        if verb == "alter" {
            guard words.count >= 5, words.dropFirst(2).prefix(2).elementsEqual(["rename", "to"]) else { return nil }
            return .rename(old: String(words[words.startIndex + 1]), new: String(words[words.startIndex + 4]))
        }
        if words.first == "unique" { words.removeFirst() }
        guard verb == "create" || verb == "drop", let kind = words.popFirst(),
            ["table", "view", "index", "trigger"].contains(kind)
        else { return nil }
        words = words.drop { ["if", "not", "exists"].contains($0) }
        guard let name = words.first else { return nil }
        return verb == "create" ? .make(kind: String(kind), name: String(name)) : .drop(String(name))
    }
}

extension StringProtocol where SubSequence == Substring {
    /// The range at which a text first occurs.
    fileprivate func range(of text: String) -> Range<Index>? { firstRange(of: text) }
}
