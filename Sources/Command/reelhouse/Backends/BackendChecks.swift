import Domain

/// The checks of `doctor` for the locations of the four ports. Each backend's description has its own checks; the
/// checks that are common to all warehouses are here.
struct BackendChecks {
    let warehouse: String
    let rawStore: String
    let movies: [String]
    let events: [String]
    /// The ports whose location the user named, so that it has to exist.
    let named: Set<SourcePort>
    /// The ports that are not checked, since their locations are known to be wrong.
    var unusable: Set<LivePort> = []

    var findings: [Finding] {
        var isLoadedFromElsewhere = false
        var known: [Checkpoint] = []
        let ofWarehouse =
            unusable.contains(.warehouse)
            ? []
            : warehouseFindings { reader in
                isLoadedFromElsewhere = try self.isLoadedFromElsewhere(reader)
                // Positions in files are not compared.
                let isFromServer = (movies + events).contains { Location($0).scheme != nil }
                if isFromServer { known = try reader.checkpoints(limit: reader.checkpointCount()) }
            }
        let inputs = [(SourcePort.movies, movies), (.events, events)].filter { port, _ in
            !unusable.contains(port == .movies ? .movies : .events)
        }
        let ofInputs = inputs.flatMap { port, locations in
            input(port, locations, isDefaultUsed: named.isEmpty && !isLoadedFromElsewhere, known)
        }
        return ofWarehouse + (unusable.contains(.raw) ? [] : rawStoreFindings) + ofInputs
    }

    /// - Parameter look: called with the reader before the checks.
    private func warehouseFindings(_ look: (any WarehouseReader) throws -> Void) -> [Finding] {
        do {
            let (backend, location) = try Backends.warehouseBackend(warehouse)
            return backend.check(location) { reader in
                // What cannot be read is found by the checks.
                try? look(reader)
                return try Self.content(reader)
            }
        } catch {
            return [.fail("warehouse", error)]
        }
    }

    /// Whether a warehouse was loaded, also or only, from other places than the default ones.
    private func isLoadedFromElsewhere(_ reader: any WarehouseReader) throws -> Bool {
        let defaults = movies + events
        return try reader.checkpoints(limit: Self.lookedCheckpoints).contains { checkpoint in
            !defaults.contains { checkpoint.source == $0 || checkpoint.source.hasPrefix($0 + "/") }
        }
    }

    /// How many of the checkpoints are looked at, the last updated first.
    private static let lookedCheckpoints = 1000

    /// The checks that are common to all warehouses: size, version of the schema, integrity, last run.
    private static func content(_ reader: any WarehouseReader) throws -> [Finding] {
        let schema = try reader.schemaVersion()
        if schema.applied > schema.known {
            throw WarehouseError.newerSchema(
                location: reader.location, version: schema.applied, known: schema.known)
        }
        let version: Finding =
            schema.applied == schema.known
            ? .ok("schema", "version \(schema.applied), the newest")
            : .warn(
                "schema", "version \(schema.applied) of \(schema.known)",
                "Run `reelhouse migrate`; the next `reelhouse run` does so too.")
        let size = NumberFormat.bytes(try reader.size())
        return [.ok("warehouse", "\(reader.location), \(size)")]
            + (try [version] + integrity(reader) + lastRun(reader)).map { $0.about(.content) }
    }

    private static func integrity(_ reader: any WarehouseReader) throws -> [Finding] {
        let faults = try reader.faults()
        if faults.isEmpty { return [.ok("integrity", "no damage, and every reference leads somewhere")] }
        return faults.map {
            .fail("integrity", $0, "Restore the warehouse from a copy, or load its sources into a new one.")
        }
    }

    private static func lastRun(_ reader: any WarehouseReader) throws -> [Finding] {
        guard let run = try reader.runs(limit: 1).first else { return [] }
        let what = "\(run.id), of \(Timestamp.text(run.startedAt)), \(run.outcome.rawValue)"
        switch run.outcome {
        case .completed: return [.ok("last run", what)]
        case .running:
            return [.ok("last run", "\(what) (or it was killed; then the next one goes on from its last commit)")]
        case .stopped, .failed, .interrupted:
            return [.warn("last run", what, "Run the same command again: it goes on from the last commit.")]
        }
    }

    private var rawStoreFindings: [Finding] {
        do {
            let (backend, location) = try Backends.rawStoreBackend(rawStore)
            return backend.check(location)
        } catch {
            return [.fail("raw store", error)]
        }
    }

    /// - Parameters:
    ///   - isDefaultUsed: whether the user loads from the default places, as far as can be known.
    ///   - known: the rows of the warehouse's ledger.
    private func input(
        _ port: SourcePort, _ locations: [String], isDefaultUsed: Bool, _ known: [Checkpoint]
    ) -> [Finding] {
        if !isDefaultUsed, !named.contains(port), !locations.contains(where: DefaultInputs.isThere) {
            return [
                .ok(port.rawValue, "none at \(locations.joined(separator: ", ")), the default; other inputs are in use")
            ]
        }
        do {
            let (backend, locations) = try Backends.sourceBackend(port, locations)
            var options = SourceOptions()
            options.own = Backends.ownFiles(warehouse: warehouse, rawStore: rawStore)
            return backend.check(
                locations, port, named.contains(port), options, known.filter { $0.identity.port == port })
        } catch {
            return [.fail(port.rawValue, error)]
        }
    }
}
