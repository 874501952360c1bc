extension UnsupportedKind {
    /// The kind in words: `a zip archive`.
    public var words: String {
        switch self {
        case .zip: "a zip archive"
        case .xz: "a file compressed with xz"
        case .bzip2: "a file compressed with bzip2"
        case .parquet: "a Parquet file"
        case .sqlite: "an SQLite database"
        case .tar: "a tar archive"
        case .utf16: "UTF-16 text"
        case .utf32: "UTF-32 text"
        case .jsonArray: "a JSON array"
        case .indentedJSON: "pretty-printed JSON, an object over several lines"
        case .csv(UInt8(ascii: ";")): "CSV with semicolons"
        case .csv(UInt8(ascii: "\t")): "CSV with tabs (TSV)"
        case .csv: "CSV"
        }
    }

    /// The shell command that converts FILE to NEW.ndjson.
    ///
    /// - Parameter decompression: the command that decompresses FILE, if it is compressed: `zstd -dc`.
    public func conversion(decompression: String? = nil) -> String {
        guard let decompression else { return command(reading: "FILE") }
        switch self {
        case .zip, .parquet, .sqlite:
            return "\(decompression) FILE > FILE.plain && \(command(reading: "FILE.plain"))"
        default: return "\(decompression) FILE | \(command(reading: nil))"
        }
    }

    /// The message about such a file: what it looks like, and how to convert it.
    public func message(decompression: String? = nil) -> String {
        "The file looks like \(words); expected one JSON object a line. Convert it and load NEW.ndjson: "
            + conversion(decompression: decompression)
    }

    /// The command that converts a file, or standard input.
    private func command(reading file: String?) -> String {
        let name = file ?? ""
        let argument = file.map { " " + $0 } ?? ""
        switch self {
        case .zip: return "unzip -p\(argument) > NEW.ndjson"
        case .xz: return "xz -dc\(argument) > NEW.ndjson"
        case .bzip2: return "bunzip2 -c\(argument) > NEW.ndjson"
        case .tar: return "tar -xOf \(file ?? "-") > NEW.ndjson"
        case .parquet: return "duckdb -c \"COPY (FROM read_parquet('\(name)')) TO 'NEW.ndjson' (FORMAT json)\""
        case .sqlite: return "sqlite3 -json\(argument) 'SELECT * FROM TABLE' | jq -c '.[]' > NEW.ndjson"
        case .utf16: return "iconv -f UTF-16 -t UTF-8\(argument) > NEW.ndjson"
        case .utf32: return "iconv -f UTF-32 -t UTF-8\(argument) > NEW.ndjson"
        case .jsonArray: return "jq -c '.[]'\(argument) > NEW.ndjson"
        case .indentedJSON: return "jq -c .\(argument) > NEW.ndjson"
        case .csv(let separator):
            let reader = #"csv.DictReader(open(0, encoding="utf-8-sig", newline="")"# + Self.option(separator) + ")"
            return "python3 -c 'import csv,json; [print(json.dumps(row)) for row in \(reader)]'"
                + (file.map { " < \($0)" } ?? "") + " > NEW.ndjson"
        }
    }

    private static func option(_ separator: UInt8) -> String {
        switch separator {
        case UInt8(ascii: ","): ""
        case UInt8(ascii: "\t"): #", delimiter="\t""#
        default: ", delimiter=\"\(Unicode.Scalar(separator))\""
        }
    }
}
