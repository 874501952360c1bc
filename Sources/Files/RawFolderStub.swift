import Domain
public final class RawFolder: RawStore {
    public init(path: String) throws {}; public func put(movies: [RawMovie]) throws {};
    public func put(comment body: [UInt8]) throws -> String { "x" }; public func flush() throws {}
}
