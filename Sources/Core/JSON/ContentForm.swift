import CSimdJSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension JSONValue {
    /// Gives, in pieces, the form by which the content of two documents is compared. In pieces, so that a huge document
    /// needs no memory for its form.
    ///
    /// It is the RFC 8785 form of the whole value, but each number is written as its digits without zeros at the end,
    /// `e` and a power of ten, of whatever size: 603.0 is `603e0`, 5.30 is `53e-1`, zero is `0`. When a key comes
    /// twice, the last one counts.
    ///
    /// White space, the order of keys, escapes and the spelling of a number make no difference; everything else does.
    /// The value must come from a parser that keeps unknown keys: others are not part of the form.
    public func forEachContentFormPiece(_ body: @escaping (UnsafeRawBufferPointer) -> Void) {
        var writer = ContentFormWriter(give: body)
        writer.append(self)
        body(writer.bytes)
    }
}

/// Writes content forms to its own memory.
private struct ContentFormWriter: ~Copyable {
    private var base: UnsafeMutableRawPointer
    private var count = 0
    private var capacity: Int
    /// The members of the objects that are being written, the innermost last.
    private var members: [Member] = []
    private let give: (UnsafeRawBufferPointer) -> Void

    /// How long a piece is at least, unless it is the last one.
    private static let pieceLength = 256 << 10

    /// - Parameter give: is called with each piece but the last, which is in `bytes` at the end.
    init(give: @escaping (UnsafeRawBufferPointer) -> Void) {
        self.give = give
        capacity = 8192
        base = ContentFormWriter.allocate(nil, capacity)
        members.reserveCapacity(64)
    }

    deinit { free(base) }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Adds a value. The recursion is as deep as the parser allows.
    mutating func append(_ value: JSONValue) {
        if count >= ContentFormWriter.pieceLength {
            give(bytes)
            count = 0
        }
        switch value.kind {
        case .null, .key: append("null")
        case .false: append("false")
        case .true: append("true")
        case .number: append(DecimalToken(value.bytes))
        case .string: appendQuoted(value.bytes)
        case .array: appendArray(value)
        case .object: appendObject(value)
        }
    }

    private mutating func appendArray(_ value: JSONValue) {
        append(UInt8(ascii: "["))
        var isFirst = true
        for element in value.elements {
            if !isFirst { append(UInt8(ascii: ",")) }
            isFirst = false
            append(element)
        }
        append(UInt8(ascii: "]"))
    }

    private mutating func appendObject(_ value: JSONValue) {
        let start = members.count
        let nodes = value.nodes
        var index = value.index + 1
        while index < Int(nodes[value.index].next) {
            members.append(Member(nodes, index))
            index = Int(nodes[index].next)
        }
        let end = members.count
        Member.sort(&members, from: start, nodes)
        append(UInt8(ascii: "{"))
        var isFirst = true
        for index in start..<end {
            let member = members[index]
            if index + 1 < end, member.hasSameKey(as: members[index + 1], nodes) { continue }
            if !isFirst { append(UInt8(ascii: ",")) }
            isFirst = false
            appendQuoted(member.key(nodes))
            append(UInt8(ascii: ":"))
            append(JSONValue(nodes: nodes, index: Int(member.index) + 1))
        }
        append(UInt8(ascii: "}"))
        members.removeSubrange(start...)
    }

    private mutating func append(_ number: DecimalToken) {
        guard !number.isZero else { return append(UInt8(ascii: "0")) }
        if number.isNegative { append(UInt8(ascii: "-")) }
        append(number.integerDigits)
        append(number.fractionDigits)
        append(UInt8(ascii: "e"))
        if let exponent = number.exponent {
            if exponent >= 0, exponent < 10 { return append(48 + UInt8(exponent)) }
            var digits: [UInt8] = []
            digits.append(decimal: Int64(exponent))
            digits.withUnsafeBytes { append($0) }
        } else {
            number.longExponent.withUnsafeBytes { append($0) }
        }
    }

    private mutating func appendQuoted(_ text: UnsafeRawBufferPointer) {
        append(UInt8(ascii: "\""))
        var start = 0
        while true {
            start += appendPlain(text, from: start)
            guard start < text.count else { break }
            var (escape, size) = StringEscape.of(text[start])
            while size > 0 {
                append(UInt8(truncatingIfNeeded: escape))
                escape >>= 8
                size -= 1
            }
            start += 1
        }
        append(UInt8(ascii: "\""))
    }

    /// Adds the bytes from `start` up to the first that needs an escape, and gives their count.
    @inline(__always)
    private mutating func appendPlain(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        reserve(text.count &- start)
        let target = base + count
        var index = start
        while index &+ 8 <= text.count {
            // All eight bytes are copied before they are checked; those after an escape are overwritten later.
            let word = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            target.storeBytes(of: word, toByteOffset: index &- start, as: UInt64.self)
            let marks = StringEscape.marks(word.littleEndian)
            guard marks == 0 else {
                index &+= marks.trailingZeroBitCount / 8
                count += index &- start
                return index &- start
            }
            index &+= 8
        }
        while index < text.count, !StringEscape.isNeeded(text[index]) {
            target.storeBytes(of: text[index], toByteOffset: index &- start, as: UInt8.self)
            index &+= 1
        }
        count += index &- start
        return index &- start
    }

    private mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    private mutating func append(_ source: UnsafeRawBufferPointer) {
        guard let start = source.baseAddress else { return }
        reserve(source.count)
        memcpy(base + count, start, source.count)
        count += source.count
    }

    @inline(__always)
    private mutating func append(_ byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    @inline(__always)
    private mutating func reserve(_ additional: Int) {
        guard count + additional > capacity else { return }
        capacity = max(count + additional, capacity * 2)
        base = ContentFormWriter.allocate(base, capacity)
    }

    private static func allocate(_ old: UnsafeMutableRawPointer?, _ capacity: Int) -> UnsafeMutableRawPointer {
        guard let memory = realloc(old, capacity) else {
            preconditionFailure("out of memory: \(capacity) bytes could not be allocated")
        }
        return memory
    }
}

/// A member of an object that is being sorted.
private struct Member {
    /// The key's node; its value's is the next.
    let index: UInt32
    /// The key's first eight bytes, the first uppermost, zeros after its end.
    let prefix: UInt64

    init(_ nodes: UnsafePointer<rh_json_node>, _ index: Int) {
        self.index = UInt32(truncatingIfNeeded: index)
        let key = Member.key(nodes[index])
        var prefix: UInt64 = 0
        if key.count >= 8 {
            prefix = key.loadUnaligned(as: UInt64.self).bigEndian
        } else {
            for byte in key { prefix = prefix << 8 | UInt64(byte) }
            if !key.isEmpty { prefix <<= UInt64(64 - 8 * key.count) }
        }
        self.prefix = prefix
    }

    func key(_ nodes: UnsafePointer<rh_json_node>) -> UnsafeRawBufferPointer { Member.key(nodes[Int(index)]) }

    private static func key(_ node: rh_json_node) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: node.start, count: Int(node.length))
    }

    /// Sorts the members from `start` on by key, and those of one key as they stand in the line.
    static func sort(_ members: inout [Member], from start: Int, _ nodes: UnsafePointer<rh_json_node>) {
        guard members.count - start <= 32 else {
            members[start...].sort { $0.isLess(than: $1, nodes) }
            return
        }
        for index in members.indices.dropFirst(start + 1) {
            let member = members[index]
            var place = index
            while place > start, member.isLess(than: members[place - 1], nodes) {
                members[place] = members[place - 1]
                place -= 1
            }
            members[place] = member
        }
    }

    @inline(__always)
    func hasSameKey(as other: Member, _ nodes: UnsafePointer<rh_json_node>) -> Bool {
        prefix == other.prefix && key(nodes).elementsEqual(other.key(nodes))
    }

    @inline(__always)
    private func isLess(than other: Member, _ nodes: UnsafePointer<rh_json_node>) -> Bool {
        let areASCII = (prefix | other.prefix) & 0x8080_8080_8080_8080 == 0
        if areASCII, prefix != other.prefix { return prefix < other.prefix }
        return isLessByAll(than: other, nodes)
    }

    /// Compares by UTF-16 code units, in which U+10000 and above (F0 to F4 in UTF-8) come before U+E000 to U+FFFF (EE
    /// and EF); otherwise their order is that of the bytes.
    private func isLessByAll(than other: Member, _ nodes: UnsafePointer<rh_json_node>) -> Bool {
        let key = key(nodes)
        let otherKey = other.key(nodes)
        for (byte, otherByte) in zip(key, otherKey) where byte != otherByte {
            let areAboveSurrogates = byte >= 0xEE && otherByte >= 0xEE
            if areAboveSurrogates, (byte >= 0xF0) != (otherByte >= 0xF0) { return byte >= 0xF0 }
            return byte < otherByte
        }
        return key.count == otherKey.count ? index < other.index : key.count < otherKey.count
    }
}
