import CSimdJSON

/// The kind of a JSON value.
public enum JSONKind: UInt8, Sendable {
    case null = 0
    case `false`, `true`, number, string, array, object, key
}

/// One value of a parsed line. It refers to the parser's nodes and is valid until the parser's next `parse`.
@frozen
public struct JSONValue {
    @usableFromInline let nodes: UnsafePointer<rh_json_node>
    @usableFromInline let index: Int

    @inlinable
    init(nodes: UnsafePointer<rh_json_node>, index: Int) {
        self.nodes = nodes
        self.index = index
    }

    /// The kind of the value.
    @inlinable public var kind: JSONKind { JSONKind(rawValue: nodes[index].kind) ?? .null }
    /// Whether it is JSON null.
    @inlinable public var isNull: Bool { nodes[index].kind == 0 }
    /// Whether it is JSON true.
    @inlinable public var isTrue: Bool { nodes[index].kind == 2 }
    /// A string's unescaped bytes or a number's token; empty for other kinds.
    @inlinable public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: nodes[index].start, count: Int(nodes[index].length))
    }
    /// The members of an object in the order of the document, also those whose key comes twice; none for other kinds.
    @inlinable public var members: JSONMembers {
        let isObject = nodes[index].kind == 6
        return JSONMembers(nodes: nodes, index: index + 1, end: isObject ? Int(nodes[index].next) : index + 1)
    }
    /// The elements of an array; none for other kinds.
    @inlinable public var elements: JSONElements {
        let isArray = nodes[index].kind == 5
        return JSONElements(nodes: nodes, index: index + 1, end: isArray ? Int(nodes[index].next) : index + 1)
    }

    /// The value of a key of an object; nil if there is none. If the key comes twice, the last one counts, as in
    /// JavaScript, Python and jsonb.
    ///
    /// - Parameter key: the key's index in the parser's list.
    public func member(_ key: Int) -> JSONValue? {
        var found: JSONValue?
        for member in members where member.key == key { found = member.value }
        return found
    }
}

/// A member of an object: a key and its value.
@frozen
public struct JSONMember {
    /// The key's index in the parser's list, or -1.
    public let key: Int
    /// The key's unescaped bytes.
    public let name: UnsafeRawBufferPointer
    /// The value.
    public let value: JSONValue

    @inlinable
    init(key: Int, name: UnsafeRawBufferPointer, value: JSONValue) {
        self.key = key
        self.name = name
        self.value = value
    }
}

/// An object's members.
@frozen
public struct JSONMembers: Sequence, IteratorProtocol {
    @usableFromInline let nodes: UnsafePointer<rh_json_node>
    @usableFromInline var index: Int
    @usableFromInline let end: Int

    @inlinable
    init(nodes: UnsafePointer<rh_json_node>, index: Int, end: Int) {
        self.nodes = nodes
        self.index = index
        self.end = end
    }

    /// The next member.
    @inlinable
    public mutating func next() -> JSONMember? {
        guard index < end else { return nil }
        let node = nodes[index]
        let value = JSONValue(nodes: nodes, index: index + 1)
        index = Int(node.next)
        return JSONMember(
            key: Int(node.key),
            name: UnsafeRawBufferPointer(start: node.start, count: Int(node.length)),
            value: value
        )
    }
}

/// An array's elements.
@frozen
public struct JSONElements: Sequence, IteratorProtocol {
    @usableFromInline let nodes: UnsafePointer<rh_json_node>
    @usableFromInline var index: Int
    @usableFromInline let end: Int

    @inlinable
    init(nodes: UnsafePointer<rh_json_node>, index: Int, end: Int) {
        self.nodes = nodes
        self.index = index
        self.end = end
    }

    /// The next element.
    @inlinable
    public mutating func next() -> JSONValue? {
        guard index < end else { return nil }
        let value = JSONValue(nodes: nodes, index: index)
        index = Int(nodes[index].next)
        return value
    }
}
