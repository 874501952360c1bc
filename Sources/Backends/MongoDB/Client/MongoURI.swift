import CMongo

/// Owns a `mongoc_uri_t`.
final class MongoURI {
    /// The URL, for functions of libmongoc.
    let pointer: OpaquePointer

    /// Whether libmongoc takes a URL, and has nothing to say about it in its log.
    static func isAccepted(_ url: String) -> Bool {
        var isParsed = false
        let warnings = MongoDriver.warnings {
            var error = bson_error_t()
            guard let pointer = mongoc_uri_new_with_error(url, &error) else { return }
            mongoc_uri_destroy(pointer)
            isParsed = true
        }
        return isParsed && warnings == 0
    }

    /// The URL of a location, with limits on waits where it has none.
    ///
    /// - Throws: `MongoError` with the problem `.location` when libmongoc does not take it.
    init(_ location: MongoLocation, limits: MongoClient.Limits = MongoClient.Limits()) throws(MongoError) {
        MongoDriver.start()
        var error = bson_error_t()
        guard let pointer = mongoc_uri_new_with_error(location.driverURL, &error) else {
            var failure = MongoError(error)
            (failure.problem, failure.place) = (.location, location.description)
            failure.ownHint = "Correct the URL. \(MongoHint.escaping)"
            throw failure
        }
        self.pointer = pointer
        // libmongoc looks at a server twice a second at most.
        let ownSelection = mongoc_uri_get_option_as_int32(pointer, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 0)
        let selection = ownSelection > 0 ? Double(ownSelection) / 1000 : limits.selection
        let defaults = [
            (MONGOC_URI_SERVERSELECTIONTIMEOUTMS, selection), (MONGOC_URI_CONNECTTIMEOUTMS, limits.connection),
            (MONGOC_URI_SOCKETTIMEOUTMS, limits.answer),
            (MONGOC_URI_HEARTBEATFREQUENCYMS, max(0.5, min(limits.heartbeat, selection / 2))),
        ]
        for (name, seconds) in defaults where !mongoc_uri_has_option(pointer, name) {
            guard mongoc_uri_set_option_as_int32(pointer, name, Int32(seconds * 1000)) else {
                throw MongoError(.location, "libmongoc does not take the option \(name)")
            }
        }
        // The name by which a server's administrator finds this program's connections.
        if mongoc_uri_get_appname(pointer) == nil, !mongoc_uri_set_appname(pointer, "reelhouse") {
            throw MongoError(.location, "libmongoc does not take the option \(MONGOC_URI_APPNAME)")
        }
    }

    deinit { mongoc_uri_destroy(pointer) }

    /// Whether the connection is to be encrypted.
    var isEncrypted: Bool { mongoc_uri_get_tls(pointer) }
}
