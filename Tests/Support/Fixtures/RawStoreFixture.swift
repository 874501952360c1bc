import Domain

/// A raw store of a test's own, empty at first, which goes with this object.
public protocol RawStoreFixture: AnyObject {
    /// Opens one and the same store anew each time; it is empty the first time. What an earlier one was given and did
    /// not flush is as after a kill: there as before or as it was put.
    func open() throws -> any RawStore
    /// Replaces the bytes that are kept under a reference, without the project's code.
    func damage(_ reference: RawReference, with bytes: [UInt8]) throws
    /// Changes a byte of a movie's stored document, without the project's code. Other movies may be lost with it, but not
    /// those whose id is greater by 1,000 or more.
    func damage(movie id: Int64) throws
}

/// A system that raw documents are kept in, as suites of tests take it for an argument.
public struct RawStoreKind: Sendable, CustomStringConvertible {
    /// Its name: `a folder`.
    public var name: String
    /// What it lacks to be tested here, and what to set; nil where all is there.
    public var lack: String?
    private let makeFixture: @Sendable () throws -> any RawStoreFixture

    /// A kind of raw store.
    public init(name: String, lack: String? = nil, make: @escaping @Sendable () throws -> any RawStoreFixture) {
        self.name = name
        self.lack = lack
        makeFixture = make
    }

    /// Makes a store that is empty.
    public func make() throws -> any RawStoreFixture { try makeFixture() }

    /// Its name.
    public var description: String { name }
}
