import Arguments

/// The options of commands that take locations from variables.
enum LiveOption {
    /// Takes the locations that no option gives from variables.
    static let live = Option.flag(
        "live",
        help: "Take the locations that no option names from the environment, or else from .env: "
            + "\(LivePort.allCases.map(\.variable).joined(separator: ", ")), or the addresses in POSTGRES_URI, MONGO_URI "
            + "and KAFKA_BOOTSTRAP_SERVERS where those are not set. `reelhouse config` shows and explains them. Without "
            + "--live they do not count.")

    /// Names the file of variables.
    static let environmentFile = Option.value(
        "env-file", .path, placeholder: "file",
        help:
            "Read variables, also passwords such as PGPASSWORD, from this file, where the environment does not set them. "
            + "With --live, .env in the working folder is read unless this names another one.")

    /// Both.
    static let all = [live, environmentFile]
}
