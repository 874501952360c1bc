import Domain

/// The login of a raw store that a variable has, for a command whose places are always named.
///
/// A place without a user that is the one of `REELHOUSE_RAW` or `MONGO_URI` is reached as that variable says, with its user,
/// password and options: MongoDB has no variable for a password alone.
enum KnownLogin {
    /// The location of a raw store, with the login that the variables have for it.
    ///
    /// - Parameters:
    ///   - text: as it was named.
    ///   - configuration: its variables count where a file was read (`--env-file`), as with every command without `--live`.
    static func rawStore(_ text: String, _ configuration: Configuration) -> String {
        guard configuration.file != nil, hasNoLogin(text), let place = place(text) else { return text }
        let variables = [LivePort.raw.variable, LivePort.raw.serverVariable].compactMap { configuration.variables[$0] }
        for variable in variables {
            let isOfServer = variable.name == LivePort.raw.serverVariable
            let known = isOfServer ? LivePort.raw.location(ofServer: variable.value) : variable.value
            if !hasNoLogin(known), self.place(known) == place { return known }
        }
        return text
    }

    /// Whether a location is a URL without a user.
    private static func hasNoLogin(_ text: String) -> Bool {
        guard let start = text.firstRange(of: "://")?.upperBound else { return false }
        return !text[start...].prefix { $0 != "/" && $0 != "?" }.contains("@")
    }

    /// Where the raw store of a location is; nil for a location that cannot be used.
    private static func place(_ text: String) -> RawStorePlace? {
        guard let (backend, location) = try? Backends.rawStoreBackend(text) else { return nil }
        return try? backend.place(location)
    }
}
