import JSON

extension SnapshotManifest {
    /// The text of the file: one JSON object, documented in the README.
    public var text: String {
        var members: [(key: String, value: JSONText)] = [
            ("format", .string(Self.mark)), ("version", .integer(Self.version)),
            ("snapshot_date", .string(CivilDate.text(ofDay: day))), ("started", .string(Timestamp.text(started))),
            ("finished", .string(Timestamp.text(finished))), ("reelhouse", .string(program)),
            ("warehouse", .string(warehouse)),
            (
                "last_run",
                lastRun.map { .object([("run_id", .integer($0.id)), ("outcome", .string($0.outcome))]) } ?? .null
            ),
            ("digest", digest.map { .string($0) } ?? .null),
            (
                "options",
                .object([
                    ("format", .string(form.format.rawValue)), ("bom", .boolean(form.hasMark)),
                    ("guard_formulas", .boolean(form.guardsFormulas)),
                    ("pseudonym_key", form.pseudonymKey.map { .string($0) } ?? .null),
                ])
            ),
            (
                "since",
                base.map { .object([("snapshot", .string($0.name)), ("manifest_sha256", .string($0.sha256))]) } ?? .null
            ),
            ("query", query.map { .string($0) } ?? .null),
        ]
        if let warehouseFile { members.append(("file", Self.json(warehouseFile))) }
        members.append(("tables", .array(tables.map(Self.json))))
        return JSONText.object(members).pretty + "\n"
    }

    private static func json(_ table: SnapshotTable) -> JSONText {
        let columns = table.columns.map { column in
            JSONText.object([
                ("name", .string(column.name)), ("type", column.type.map { .string($0.rawValue) } ?? .null),
                ("nullable", .boolean(column.isNullable)),
            ])
        }
        var members: [(key: String, value: JSONText)] = [
            ("name", .string(table.name)), ("rows", .integer(table.rows)),
            ("digest", table.digest.map { .string($0) } ?? .null),
            ("key", .array(table.key.map { .string($0) })), ("columns", .array(columns)),
        ]
        if let file = table.file { members.append(("file", json(file))) }
        if let removed = table.removed { members.append(("removed", json(removed))) }
        return .object(members)
    }

    private static func json(_ file: SnapshotFile) -> JSONText {
        .object([
            ("name", .string(file.name)), ("rows", .integer(file.rows)), ("bytes", .integer(file.bytes)),
            ("sha256", .string(file.sha256)), ("content_bytes", .integer(file.contentBytes)),
            ("content_sha256", .string(file.contentSHA256)),
        ])
    }

    /// Reads a manifest.
    ///
    /// - Returns: nil when the text is no manifest of this version.
    public init?(text: [UInt8]) {
        // A manifest has many lines and may be larger than a line that a load takes.
        guard let parser = try? JSONParser(keys: [], keepsUnknown: true) else { return nil }
        let bytes = ByteBuffer(capacity: text.count + 1)
        text.withUnsafeBytes { _ = bytes.append($0) }
        let read: SnapshotManifest? = withExtendedLifetime((parser, bytes)) {
            guard let object = try? parser.parse(bytes.bytes) else { return nil }
            return Self.manifest(ManifestValue(object))
        }
        guard let read else { return nil }
        self = read
    }

    private static func manifest(_ value: ManifestValue) -> SnapshotManifest? {
        guard value["format"]?.text == mark, value["version"]?.integer == version,
            let day = value["snapshot_date"]?.day, let started = value["started"]?.time,
            let finished = value["finished"]?.time, let program = value["reelhouse"]?.text,
            let warehouse = value["warehouse"]?.text, let options = value["options"],
            let format = options["format"]?.text.flatMap(SnapshotFormat.init(rawValue:)),
            let tables = value["tables"]?.elements
        else { return nil }
        var manifest = SnapshotManifest(
            day: day, started: started, finished: finished, program: program, warehouse: warehouse,
            form: SnapshotForm(
                format, hasMark: options["bom"]?.isTrue == true,
                guardsFormulas: options["guard_formulas"]?.isTrue == true,
                pseudonymKey: options["pseudonym_key"]?.text))
        if let run = value["last_run"], let id = run["run_id"]?.integer, let outcome = run["outcome"]?.text {
            manifest.lastRun = Run(id: id, outcome: outcome)
        }
        if let base = value["since"], let name = base["snapshot"]?.text, let sha256 = base["manifest_sha256"]?.text {
            manifest.base = Base(name: name, sha256: sha256)
        }
        manifest.query = value["query"]?.text
        manifest.digest = value["digest"]?.text
        manifest.warehouseFile = value["file"].flatMap(file)
        for element in tables {
            guard let table = table(element) else { return nil }
            manifest.tables.append(table)
        }
        return manifest
    }

    private static func table(_ value: ManifestValue) -> SnapshotTable? {
        guard let name = value["name"]?.text, let rows = value["rows"]?.integer,
            let columns = value["columns"]?.elements
        else { return nil }
        var table = SnapshotTable(
            name: name, key: value["key"]?.elements?.compactMap(\.text) ?? [], columns: [], rows: rows,
            digest: value["digest"]?.text)
        for column in columns {
            guard let name = column["name"]?.text else { return nil }
            table.columns.append(
                .init(
                    name, column["type"]?.text.flatMap(ColumnType.init(rawValue:)),
                    isNullable: column["nullable"]?.isTrue == true))
        }
        if let value = value["file"] {
            guard let file = file(value) else { return nil }
            table.file = file
        }
        if let value = value["removed"] {
            guard let file = file(value) else { return nil }
            table.removed = file
        }
        return table
    }

    private static func file(_ value: ManifestValue) -> SnapshotFile? {
        guard let name = value["name"]?.text, !name.isEmpty, !name.contains("/"), !name.hasPrefix("."),
            let rows = value["rows"]?.integer, let bytes = value["bytes"]?.integer,
            let sha256 = value["sha256"]?.text, let contentBytes = value["content_bytes"]?.integer,
            let content = value["content_sha256"]?.text
        else { return nil }
        return SnapshotFile(
            name: name, rows: rows, bytes: bytes, sha256: sha256, contentBytes: contentBytes, contentSHA256: content)
    }
}

/// A value of a manifest; each accessor gives nil for a value of another kind.
private struct ManifestValue {
    private let value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    subscript(_ name: String) -> ManifestValue? {
        value.members.first { $0.name.elementsEqual(name.utf8) }.map { ManifestValue($0.value) }
    }

    var text: String? { value.kind == .string ? String(decoding: value.bytes, as: UTF8.self) : nil }
    var integer: Int64? { value.kind == .number ? JSONNumber.integer(value.bytes) : nil }
    var isTrue: Bool { value.isTrue }
    var elements: [ManifestValue]? { value.kind == .array ? value.elements.map(ManifestValue.init) : nil }
    var day: Int32? { value.kind == .string ? CivilDate.parse(value.bytes) : nil }
    var time: Int64? { value.kind == .string ? Timestamp.parse(value.bytes) : nil }
}
