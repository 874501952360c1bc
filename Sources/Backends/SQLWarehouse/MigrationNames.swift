import Domain
import Schema

/// Checks that the names which migrations need are free in a database.
public struct MigrationNames {
    private let location: String
    private let kinds: [String: String]

    /// - Parameters:
    ///   - location: the warehouse, for the error.
    ///   - kinds: the kind of each object of the database, such as `view`, by its name in lower case.
    public init(location: String, kinds: [String: String]) {
        self.location = location
        self.kinds = kinds
    }

    /// Goes through the objects that migrations create, rename and drop, in order.
    ///
    /// - Throws: `WarehouseError.nameTaken` at the first name that another object has.
    public func expectFree(for migrations: [Schema.Migration]) throws(WarehouseError) {
        var kinds = kinds
        for migration in migrations {
            for statement in Self.statements(migration.sql) {
                switch Self.change(statement) {
                case .make(let kind, let name)?:
                    if let taken = kinds[name] {
                        throw .nameTaken(
                            location: location, kind: taken, name: name, by: "the schema update \(migration.name)")
                    }
                    kinds[name] = kind
                case .rename(let old, let new)?:
                    let kind = kinds.removeValue(forKey: old)
                    if let taken = kinds[new] {
                        throw .nameTaken(
                            location: location, kind: taken, name: new, by: "the schema update \(migration.name)")
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
