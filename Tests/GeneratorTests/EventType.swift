@testable import Generator

/// The generator's own, where a test also imports the domain's.
typealias EventType = Generator.EventType
