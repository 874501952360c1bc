/// The kinds of warehouses that the test suites run against. A new backend adds a line.
public enum Warehouses {
    /// All kinds, the default first.
    public static let all: [WarehouseKind] = [
        .sqlite
    ]

    /// The kinds that can be tested on this machine.
    public static let present = all.filter { $0.lack == nil }
}

/// The kinds of sources that the test suites run against. A new backend adds a line.
public enum Sources {
    /// All kinds, the default first.
    public static let all: [SourceKind] = [
        .files,
        .memory,
    ]

    /// Variants of these kinds, which are tested only for the promises of the port.
    public static let variants: [SourceKind] = [
        .plainFiles,
        .gzipFiles,
        .zstdFiles,
        .endlessMemory,
    ]

    /// The kinds that can be tested on this machine.
    public static let present = all.filter { $0.lack == nil }

    /// The kinds and variants that can be tested on this machine.
    public static let everyForm = (all + variants).filter { $0.lack == nil }
}

/// A kind of source and a kind of warehouse: the argument of a test that runs against each pair.
public struct Backends: Sendable, CustomStringConvertible {
    /// The kind of source that the lines come from.
    public let source: SourceKind
    /// The kind of warehouse that the rows go to.
    public let warehouse: WarehouseKind
    /// Whether both are the defaults. Some suites try more cases on these.
    public var areDefault: Bool { source.name == Sources.all[0].name && warehouse.name == Warehouses.all[0].name }

    /// The name of the pair.
    public var description: String { "\(source) to \(warehouse)" }

    /// Creates a pair.
    public init(source: SourceKind, warehouse: WarehouseKind) {
        self.source = source
        self.warehouse = warehouse
    }

    /// Each kind of warehouse with each kind of source.
    public static let all = Warehouses.present.flatMap { warehouse in
        Sources.present.map { Backends(source: $0, warehouse: warehouse) }
    }

    /// The kinds that cannot be tested on this machine, with the variables to set; nil when there are none.
    public static let lacks: String? = {
        let lacks =
            Warehouses.all.compactMap { kind in kind.lack.map { "\(kind.name): \($0)" } }
            + (Sources.all + Sources.variants).compactMap { kind in kind.lack.map { "\(kind.name): \($0)" } }
        return lacks.isEmpty ? nil : lacks.joined(separator: "; ")
    }()
}
