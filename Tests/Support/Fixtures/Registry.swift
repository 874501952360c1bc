/// The warehouses that suites of tests are run against. A new backend adds a line.
public enum Warehouses {
    /// All there are, the default first.
    public static let all: [WarehouseKind] = [
        .sqlite,
        .postgreSQL,
    ]

    /// Those that can be tested here.
    public static let present = all.filter { $0.lack == nil }
}

/// The sources that suites of tests are run against. A new backend adds a line.
public enum Sources {
    /// All there are, the default first.
    public static let all: [SourceKind] = [
        .files,
        .memory,
    ]

    /// Forms of them that are held to what the port promises, beside those above.
    public static let variants: [SourceKind] = [
        .plainFiles,
        .gzipFiles,
        .zstdFiles,
        .endlessMemory,
    ]

    /// Those that can be tested here.
    public static let present = all.filter { $0.lack == nil }

    /// Those that can be tested here, in all their forms.
    public static let everyForm = (all + variants).filter { $0.lack == nil }
}

/// A warehouse and what is loaded into it, as suites of tests take them for an argument.
public struct Backends: Sendable, CustomStringConvertible {
    /// Where the lines come from.
    public let source: SourceKind
    /// Where they go.
    public let warehouse: WarehouseKind
    /// Whether both are the defaults, so that a suite tries more on them.
    public var areDefault: Bool { source.name == Sources.all[0].name && warehouse.name == Warehouses.all[0].name }

    /// Its name.
    public var description: String { "\(source) to \(warehouse)" }

    /// A pair.
    public init(source: SourceKind, warehouse: WarehouseKind) {
        self.source = source
        self.warehouse = warehouse
    }

    /// Each warehouse with each source.
    public static let all = Warehouses.present.flatMap { warehouse in
        Sources.present.map { Backends(source: $0, warehouse: warehouse) }
    }

    /// What cannot be tested here, by name, with what to set; nil when nothing is lacking.
    public static let lacks: String? = {
        let lacks =
            Warehouses.all.compactMap { kind in kind.lack.map { "\(kind.name): \($0)" } }
            + (Sources.all + Sources.variants).compactMap { kind in kind.lack.map { "\(kind.name): \($0)" } }
        return lacks.isEmpty ? nil : lacks.joined(separator: "; ")
    }()
}
