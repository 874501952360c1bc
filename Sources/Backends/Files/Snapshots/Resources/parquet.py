"""Makes a Parquet file of a file of CSV that `reelhouse export` wrote, and compares the two row for row.

Each argument is a table as JSON: [CSV file (zstd), Parquet file, columns], each column [name, type, nullable]. For each
it prints the number of rows. Without arguments it prints the library that it would use. The schema is explicit: nothing
is guessed from values.
"""

import sys

# The working folder is no place to import from.
sys.path[:] = [path for path in sys.path if path]

import json

NO_LIBRARY = 3


def library():
    for name in ("duckdb", "pyarrow"):
        try:
            return name, __import__(name)
        except ImportError:
            pass
    print("neither duckdb nor pyarrow can be imported", file=sys.stderr)
    sys.exit(NO_LIBRARY)


def by_duckdb(duckdb, source, target, columns):
    """DuckDB reads and writes; the comparison reads both again, in order."""
    read_as = {
        "integer": "BIGINT", "real": "DOUBLE", "text": "VARCHAR", "boolean": "BOOLEAN", "date": "DATE",
        "timestamp": "TIMESTAMP WITH TIME ZONE", "uuid": "UUID", "blob": "VARCHAR",
    }
    stored = dict(read_as, blob="BLOB")

    def quoted(name):
        return '"' + name.replace('"', '""') + '"'

    def literal(text):
        return "'" + text.replace("'", "''") + "'"

    database = duckdb.connect()
    # What takes long would draw its progress into the output.
    database.execute("SET enable_progress_bar = false; SET TimeZone = 'UTC'; SET preserve_insertion_order = true; SET threads = 1")
    types = ", ".join(f"{literal(name)}: {literal(read_as[kind])}" for name, kind, _ in columns)
    values = ", ".join(
        (f"unhex({quoted(name)}) AS {quoted(name)}" if kind == "blob" else quoted(name)) for name, kind, _ in columns)
    rows = (
        f"SELECT {values} FROM read_csv({literal(source)}, auto_detect = false, header = true, delim = ',', "
        f"quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, compression = 'zstd', "
        f"new_line = '\\n', max_line_size = 40000000, parallel = false, columns = {{{types}}})")
    database.execute(f"COPY ({rows}) TO {literal(target)} (FORMAT parquet, COMPRESSION zstd)")

    written = f"read_parquet({literal(target)})"
    described = [(row[0], row[1]) for row in database.execute(f"DESCRIBE SELECT * FROM {written}").fetchall()]
    if described != [(name, stored[kind]) for name, kind, _ in columns]:
        raise ValueError(f"the file has the columns {described}")
    counts = [database.execute(f"SELECT count(*) FROM ({query})").fetchone()[0] for query in (rows, f"SELECT * FROM {written}")]
    if counts[0] != counts[1]:
        raise ValueError(f"the file has {counts[1]} rows instead of {counts[0]}")
    differs = " OR ".join(f"a.{quoted(name)} IS DISTINCT FROM b.{quoted(name)}" for name, _, _ in columns)
    wrong = database.execute(
        f"SELECT count(*) FROM ({rows}) AS a POSITIONAL JOIN {written} AS b WHERE {differs}").fetchone()[0]
    if wrong:
        raise ValueError(f"{wrong} rows of the file differ")
    return counts[1]


def by_pyarrow(pyarrow, source, target, columns):
    """Each batch of CSV becomes a row group; the comparison reads the CSV again, and each row group."""
    import pyarrow.csv as csv
    import pyarrow.parquet as parquet

    types = {
        "integer": pyarrow.int64(), "real": pyarrow.float64(), "text": pyarrow.string(), "boolean": pyarrow.bool_(),
        "date": pyarrow.date32(), "timestamp": pyarrow.timestamp("ms", "UTC"), "uuid": pyarrow.uuid(),
        "blob": pyarrow.binary(),
    }
    in_csv = dict(types, uuid=pyarrow.string(), blob=pyarrow.string())
    schema = pyarrow.schema([pyarrow.field(name, types[kind], nullable) for name, kind, nullable in columns])

    def convert(values, kind):
        if kind == "blob":
            return pyarrow.array([None if value is None else bytes.fromhex(value) for value in values.to_pylist()], types[kind])
        if kind == "uuid":
            raw = [None if value is None else bytes.fromhex(value.replace("-", "")) for value in values.to_pylist()]
            return pyarrow.ExtensionArray.from_storage(types[kind], pyarrow.array(raw, pyarrow.binary(16)))
        return values

    def batches():
        options = csv.ConvertOptions(
            column_types={name: in_csv[kind] for name, kind, _ in columns}, null_values=[""], strings_can_be_null=True,
            quoted_strings_can_be_null=False, true_values=["true"], false_values=["false"],
            timestamp_parsers=[csv.ISO8601])
        # A row has to fit into a block.
        reading = csv.ReadOptions(block_size=64 << 20, use_threads=False)
        parsing = csv.ParseOptions(newlines_in_values=True)
        with pyarrow.CompressedInputStream(pyarrow.OSFile(source), "zstd") as stream:
            for batch in csv.open_csv(stream, reading, parsing, options):
                arrays = [convert(batch.column(place), kind) for place, (_, kind, _) in enumerate(columns)]
                yield pyarrow.Table.from_arrays(arrays, schema=schema)

    with parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        for table in batches():
            if table.num_rows:
                writer.write_table(table, row_group_size=table.num_rows)

    file = parquet.ParquetFile(target)
    if not file.schema_arrow.equals(schema):
        raise ValueError(f"the file has the columns {file.schema_arrow}")
    group = rows = 0
    for table in batches():
        # A table larger than the greatest row group has several.
        while table.num_rows:
            written = file.read_row_group(group)
            group += 1
            if not written.equals(table.slice(0, written.num_rows)):
                raise ValueError(f"rows of the row group {group} differ")
            rows += written.num_rows
            table = table.slice(written.num_rows)
    if rows != file.metadata.num_rows:
        raise ValueError(f"the file has {file.metadata.num_rows} rows instead of {rows}")
    return rows


def main():
    name, module = library()
    if len(sys.argv) == 1:
        print(name, module.__version__)
        return
    convert = {"duckdb": by_duckdb, "pyarrow": by_pyarrow}[name]
    for argument in sys.argv[1:]:
        source, target, columns = json.loads(argument)
        try:
            print(convert(module, source, target, columns), flush=True)
        except Exception as error:
            print(f"{target.rsplit('/', 1)[-1]} ({name} {module.__version__}): {error}", file=sys.stderr)
            sys.exit(1)


main()
