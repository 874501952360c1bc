#if canImport(Glibc)
import Glibc
#endif
import CSimdJSON
public enum JSONNumber {
  public static func isNumber(_ b: UnsafeRawBufferPointer) -> Bool { !b.isEmpty && b.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2e || $0 == 0x2d || $0 == 0x65 } }
  public static func double(_ b: UnsafeRawBufferPointer) -> Double? { let d = rh_json_nearest_double(b.baseAddress!.assumingMemoryBound(to: UInt8.self), b.count); return d == 0 ? 0 : d }
  public static func integer(_ b: UnsafeRawBufferPointer) -> Int64? {
    var v: Int64 = 0
    for c in b { if c < 0x30 || c > 0x39 { return Int64(exactly: double(b)!) }; v = v &* 10 &+ Int64(c - 0x30) }
    return v }
}
public struct CanonicalJSONWriter { public init() {}
  public var bytes: [UInt8] = []
  public mutating func null() {} ; public mutating func string(_ b: UnsafeRawBufferPointer) {} ; public mutating func string(_ b: StaticString) {}
  public mutating func integer(_ i: Int64) {} ; public mutating func number(_ d: Double) {} ; public mutating func boolean(_ b: Bool) {}
  public mutating func beginArray() {} ; public mutating func endArray() {}
}
extension JSONValue { public func appendContentForm(to b: inout [UInt8]) {} }
