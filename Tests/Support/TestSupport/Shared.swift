import Synchronization

/// Values that cases of a test share: each is made once, by the first case that asks for it.
public final class Shared<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private final class Slot: Sendable { let value = Mutex<Result<Value, any Error>?>(nil) }

    private let slots = Mutex<[Key: Slot]>([:])

    /// Nothing yet.
    public init() {}

    /// The value of a key.
    ///
    /// - Parameter make: called once.
    public func value(of key: Key, _ make: () throws -> Value) throws -> Value {
        let slot = slots.withLock { slots in
            let slot = slots[key] ?? Slot()
            slots[key] = slot
            return slot
        }
        return try slot.value.withLock { value in
            let result = value ?? Result { try make() }
            value = result
            return try result.get()
        }
    }
}
