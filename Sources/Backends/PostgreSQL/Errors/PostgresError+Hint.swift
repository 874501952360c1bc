extension PostgresError {
    /// What to do about a refusal of one role.
    ///
    /// - Returns: nil where the role does not matter.
    static func hint(_ problem: PostgresProblem, _ sqlState: String?, role: String) -> String? {
        let name = PostgresLocation.quoted(oneLine(role, limit: 63))
        switch problem {
        case .authentication where sqlState == "28000":
            return
                "The role has to be there and may have to be let in: CREATE ROLE \(name) LOGIN makes it, and ALTER ROLE "
                + "\(name) LOGIN lets it log in. Else check sslmode (the server may let in encrypted connections only), "
                + "sslcert and sslkey (it may demand a certificate), and pg_hba.conf on the server."
        case .authentication:
            return
                "Check the user's name and password (PGPASSWORD or ~/.pgpass). A role that is not there gets the same "
                + "answer: CREATE ROLE \(name) LOGIN makes it, and ALTER ROLE \(name) LOGIN lets it log in. Then check "
                + "pg_hba.conf on the server."
        case .permission:
            return "Let the owner of the database or a superuser run GRANT CONNECT ON DATABASE … TO \(name)."
        case .statementTimeout:
            let setting = sqlState == "25P04" ? "transaction_timeout" : "statement_timeout"
            return
                "Somebody cancelled the statement, or a limit on its time ended it: ALTER ROLE \(name) SET \(setting) = 0 "
                + "removes the role's limit. Then run the same command again."
        default: return nil
        }
    }

    /// What to do next.
    public var hint: String {
        if let ownHint { return ownHint }
        if sqlState?.hasPrefix("23") == true || sqlState == "P0001" { return hintOnRefusal }
        return switch problem {
        case .location, .unreachable, .encryption, .authentication, .missingDatabase, .tooManyConnections, .unsupported:
            hintOnConnecting
        case .lostConnection, .startingUp, .shuttingDown, .standby, .readOnly, .interrupted, .statementTimeout,
            .deadlock, .serialization, .lockTimeout:
            hintOnTrying
        case .permission:
            "`reelhouse doctor` lists the rights that the role lacks on the warehouse, with the GRANT for each of them."
        case .missingObject:
            "`reelhouse schema` lists the tables and columns of a warehouse. Bring back what was renamed or dropped; if "
                + "the whole schema was dropped, the next run makes it anew."
        case .statement:
            "If you wrote the statement, check it; `reelhouse schema` lists the tables."
        case .constraint, .value, .encoding, .tooLarge:
            "Look at the value that the server names. In PostgreSQL a text cannot hold U+0000, and an index entry at "
                + "most about 2,700 bytes."
        case .diskFull: "Free some space on the server's disk, and run the same command again."
        case .outOfResources:
            "Look at the server's log for what it is short of (memory, locks), and run the command again."
        case .serverFault: "Look at the server's log; a damaged database has to be restored from a backup."
        case .overtaken, .failedTransaction, .other: "Run `reelhouse doctor` to check the server and the role's rights."
        }
    }

    /// A row that is not from one line, as in a mart, has no line that could go to quarantine.
    private var hintOnRefusal: String {
        let constraint =
            objects.constraint.map { "the constraint \($0)" } ?? "the constraint or trigger that refuses the row"
        let table = objects.table.map { " on the table \($0)" } ?? ""
        return
            "Change or drop \(constraint)\(table): this row cannot be put into quarantine, since it is not from a line "
            + "that is being loaded. Nothing of the transaction was written; then run the same command again."
    }

    private var hintOnConnecting: String {
        switch problem {
        case .unreachable: "Check that the server runs, its host and port, and the network; then run the command again."
        case .encryption:
            "Check sslmode, sslrootcert, sslcert and sslkey: https://www.postgresql.org/docs/current/libpq-ssl.html."
        case .authentication where sqlState == "28000":
            "Check the user's name (ALTER ROLE … LOGIN lets a role log in), sslmode (the server may let in encrypted connections only), sslcert and sslkey (it "
                + "may demand a certificate), and pg_hba.conf on the server."
        case .authentication:
            "Check the user's name and password (PGPASSWORD or ~/.pgpass), and pg_hba.conf on the server."
        case .missingDatabase: "Make it with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, or name another one."
        case .tooManyConnections:
            "Wait until other programs have closed theirs, or raise max_connections or the role's limit."
        case .unsupported: "Name another database."
        default: "Write the location as postgresql://user@host:port/database?schema=name."
        }
    }

    private var hintOnTrying: String {
        switch problem {
        case .lostConnection where sqlState == "25P03":
            "The role's idle_in_transaction_session_timeout ended the session while what it had read was being written: "
                + "ALTER ROLE … SET idle_in_transaction_session_timeout = 0 removes the limit. Then run the same command "
                + "again."
        // A transaction that reads one moment meets no other conflict.
        case .serialization where routine?.contains("RecoveryConflict") == true || routine == "ProcessInterrupts":
            "This server is a standby, and it ended the statement to replay what the primary had removed. Set "
                + "hot_standby_feedback = on there, raise max_standby_streaming_delay, or name the primary."
        case .lostConnection, .startingUp, .shuttingDown:
            "Check the server's log and the network, and run the same command again."
        case .standby: "Name the primary server, or all of them: postgresql://user@first,second/database."
        case .readOnly:
            "Use a role that may write; default_transaction_read_only is on for this one or its database."
        case .interrupted: "Run the same command again to go on."
        case .statementTimeout:
            "Somebody cancelled the statement, or the role's statement_timeout ended it. Set that to 0, and run the same "
                + "command again."
        case .lockTimeout: "Another program holds a lock; pg_stat_activity and pg_locks show which. Then try again."
        default:
            "Another program locks or changes the same rows (pg_stat_activity shows which). When it has ended, run the "
                + "same command again."
        }
    }
}
