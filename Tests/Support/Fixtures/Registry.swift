import Domain

/// The warehouses that suites of tests are run against. A new backend adds a line.
public enum Warehouses {
    /// All kinds, the default first.
    public static let all: [WarehouseKind] = [
        .sqlite,
        .postgreSQL,
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
        .kafka,
        .mongoDB,
    ]

    /// The kinds that can be tested on this machine.
    public static let present = all.filter { $0.lack == nil }

    /// The kinds and variants that can be tested on this machine.
    public static let everyForm = (all + variants).filter { $0.lack == nil }
}

/// The raw stores that suites of tests are run against. A new backend adds a line.
public enum RawStores {
    /// All there are, in all their forms.
    public static let all: [RawStoreKind] = [
        .folder,
        .folderWithLittleMemory,
        .folderWithoutMemory,
        .mongoDB,
        .mongoDBWithoutMemory,
    ]

    /// Those that can be tested here.
    public static let present = all.filter { $0.lack == nil }
}

/// A warehouse and what is loaded into it, as suites of tests take them for an argument.
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

    /// Each warehouse with each source that serves what a suite needs.
    ///
    ///     @Test(arguments: Backends.all(serving: [.events], with: [.growth]))
    ///
    /// - Parameters:
    ///   - ports: what the suite publishes.
    ///   - abilities: what the source has to be able to do.
    ///   - sources: the kinds to choose from.
    public static func all(
        serving ports: Set<SourcePort>, with abilities: Set<SourceAbility> = [],
        from sources: [SourceKind] = Sources.present
    ) -> [Backends] {
        Warehouses.present.flatMap { warehouse in
            sources.filter { $0.serves(ports, abilities) }.map { Backends(source: $0, warehouse: warehouse) }
        }
    }

    /// Those that generated lines can be published in: movies and events, of which some are no JSON.
    public static let forGeneratedLines = all(serving: [.movies, .events], with: [.anyBytes])

    /// What cannot be tested here, by name, with what to set; nil when nothing is lacking.
    public static let lacks: String? = {
        let lacks =
            Warehouses.all.compactMap { kind in kind.lack.map { "\(kind.name): \($0)" } }
            + (Sources.all + Sources.variants).compactMap { kind in kind.lack.map { "\(kind.name): \($0)" } }
            + RawStores.all.compactMap { kind in kind.lack.map { "\(kind.name): \($0)" } }
        return lacks.isEmpty ? nil : lacks.joined(separator: "; ")
    }()
}
