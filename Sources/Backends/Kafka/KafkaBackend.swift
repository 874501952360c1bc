import Domain

extension SourceBackend {
    /// The backend that reads movies and events from the topics of a Kafka cluster.
    public static let kafka = SourceBackend(
        naming: BackendNaming(
            schemes: ["kafka"],
            help:
                "kafka://HOST/TOPIC, with librdkafka's properties as parameters or as KAFKA_* variables",
            passwordPlace: KafkaProperties.passwordPlace,
            readsVariable: KafkaProperties.isVariable),
        ports: [.movies, .events],
        canFollow: true,
        validate: { _ = try KafkaLocation($0.text) },
        libraries: { [KafkaChecks.library] },
        open: { locations, port, options in
            try KafkaSet(locations.map { try KafkaLocation($0.text) }, port: port, options: options)
        },
        check: { locations, port, _, _, known in locations.flatMap { KafkaChecks.findings($0, port, known) } })
}
