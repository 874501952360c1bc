import Domain
import SQLWarehouse

extension SQLDialect {
    /// How PostgreSQL spells, for the tables of a schema.
    static func postgreSQL(schema: String) -> SQLDialect {
        var dialect = SQLDialect.standard(
            tablePrefix: PostgresLocation.quoted(schema) + ".", stagePrefix: "pg_temp.\(StagingTables.namePrefix)",
            parameter: { "$\($0)" })
        // An index row has room for some 2,700 bytes. The same expression is in the indexes of the migrations.
        dialect.textInKey = { #"sha256(decode(replace(\#($0), E'\\', E'\\\\'), 'escape'))"# }
        dialect.listParameter = { "(SELECT unnest($1::bigint[]) AS \($0))" }
        dialect.query = QueryDialect(name: "postgresql")
        return dialect
    }
}
