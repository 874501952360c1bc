import Domain

extension RawStoreBackend {
    /// The backend that keeps raw documents in a MongoDB database.
    public static let mongoDB = RawStoreBackend(
        naming: BackendNaming(
            schemes: ["mongodb", "mongodb+srv"],
            help: "a MongoDB database, as mongodb://HOST/DB or mongodb+srv://…",
            passwordPlace: "REELHOUSE_RAW in the environment or in .env, and --live,",
            passwordPlaceOfCopy:
                "REELHOUSE_RAW in a file that --env-file names, and the same URL without user and password,"),
        validate: { _ = try MongoLocation($0.text, .database) },
        libraries: { [MongoChecks.library] },
        open: { try MongoRawStore.connected(to: MongoLocation($0.text, .database), patience: $1) },
        isThere: { try MongoRawStore.isThere(MongoLocation($0.text, .database)) },
        place: { try RawStorePlace(mongoDB: $0.text) },
        check: { MongoChecks.findings(rawStore: $0) })
}

extension SourceBackend {
    /// The backend that reads movie documents from the collections of a MongoDB database.
    public static let mongoDB = SourceBackend(
        naming: BackendNaming(
            schemes: ["mongodb", "mongodb+srv"],
            help: "a MongoDB collection, as mongodb://HOST/DB.NAME or mongodb+srv://…",
            passwordPlace: "REELHOUSE_MOVIES in the environment or in .env, and --live,"),
        ports: [.movies],
        validate: { _ = try MongoLocation($0.text, .source) },
        libraries: { [MongoChecks.library] },
        open: { locations, port, options in
            try MongoSet(locations.map { try MongoLocation($0.text, .source) }, port: port, options: options)
        },
        check: { locations, port, _, options, _ in MongoChecks.findings(sources: locations, port, options) })
}
