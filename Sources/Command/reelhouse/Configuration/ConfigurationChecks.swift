import Arguments
import Domain

/// The checks of `doctor` on variables and the `.env` file, which are the first that one would mend.
enum ConfigurationChecks {
    /// What there is to say about the configuration: nothing without `--live` and without a file.
    static func findings(_ arguments: ParsedArguments, _ configuration: Configuration) -> [Finding] {
        guard configuration.isLive || configuration.file != nil else { return [] }
        let ports = configuration.isLive ? ports(LiveSettings(arguments, configuration)) : []
        return ([file(configuration)] + ports + unknown(configuration)).map { $0.about(.configuration) }
    }

    private static func file(_ configuration: Configuration) -> Finding {
        let subject = "configuration"
        guard let file = configuration.file else {
            return .ok(
                subject, "the environment alone; there is no \(EnvironmentFileReader.defaultPath) in the working folder"
            )
        }
        if configuration.isReadableByOthers {
            return .warn(
                subject, "\(file), which has a password or a key, can be read by other users", "Run: chmod 600 \(file)")
        }
        let count = NumberFormat.count(configuration.variables.ofFile.count, "variable", "variables")
        return .ok(subject, "the environment, and \(count) of \(file)")
    }

    /// Where each port is, and who says so.
    private static func ports(_ settings: LiveSettings) -> [Finding] {
        settings.settings.map { setting in
            let subject = "location of \(setting.port.name)"
            if let fault = settings.fault(of: setting) { return .fail(subject, fault) }
            let place = setting.locations.map { "\(Location($0))" }.joined(separator: ", ")
            switch setting.origin {
            case .option: return .ok(subject, "\(place), of --\(setting.option)")
            case .variable(let variable): return .ok(subject, "\(place), of \(variable.name) (\(variable.place.text))")
            case .standard:
                if settings.areAllStandard {
                    return .fail(subject, "neither an option nor a variable gives one", remedy(setting))
                }
                return .warn(
                    subject, "no variable gives one; without another, the default is used: \(place)",
                    remedy(setting))
            }
        }
    }

    private static func remedy(_ setting: LiveSettings.Setting) -> String {
        "Set \(setting.port.variables), or name it with --\(setting.option)."
    }

    /// The ports whose locations cannot be used, so that nothing more can be checked there.
    static func unusable(_ arguments: ParsedArguments, _ configuration: Configuration) -> Set<LivePort> {
        let settings = LiveSettings(arguments, configuration)
        return Set(settings.settings.filter { settings.fault(of: $0) != nil }.map(\.port))
    }

    private static func unknown(_ configuration: Configuration) -> [Finding] {
        configuration.unknown.compactMap { variable in
            guard let nearest = KnownVariables.nearest(to: variable.name) else { return nil }
            return .warn(
                "variable", "nothing reads \(variable.name) (\(variable.place.text))",
                "If \(nearest) is meant, correct the name.")
        }
    }
}
