import CPostgres

/// The variables of the environment that libpq reads.
enum PostgresVariables {
    /// Their names: `PGPASSWORD`, `PGSSLMODE` and so on
    /// (https://www.postgresql.org/docs/current/libpq-envars.html), and those of Kerberos.
    static let names: Set<String> = {
        var names: Set<String> = ["PGSERVICEFILE", "PGSYSCONFDIR", "KRB5_CONFIG", "KRB5CCNAME"]
        // libpq names the variable of each of its parameters.
        guard let options = PQconninfoParse("", nil) else { return names }
        defer { PQconninfoFree(options) }
        var option = options
        while option.pointee.keyword != nil {
            if let name = option.pointee.envvar { names.insert(String(cString: name)) }
            option += 1
        }
        return names
    }()
}
