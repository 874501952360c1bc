import CArguments
import Glibc
import Synchronization

private typealias LongOption = option

/// Splits arguments into options and operands with the C library's `getopt_long`, which implements the GNU conventions:
/// `--name=value`, `--name value`, `--`, clustered short options, `-ovalue`, unambiguous prefixes.
struct OptionScanner {
    /// A piece of a command line.
    enum Token: Equatable {
        /// An option, by its index in the list, and whether its value was a separate word.
        case option(Int, value: String?, isSeparate: Bool)
        /// A word that belongs to no option, and whether it came after `--`.
        case operand(String, isAfterTerminator: Bool)
    }

    /// Why scanning stopped.
    enum Fault: Equatable {
        case unknownLong(String)
        /// The letter, and the word that contains it.
        case unknownShort(Character, word: String)
        case ambiguous(String)
        case valueNotAllowed(option: Int)
        case valueMissing(option: Int)
    }

    struct Result: Equatable {
        var tokens: [Token] = []
        /// The words that were not scanned: those after a fault, or from the first operand on if scanning stops there.
        var rest: [String] = []
        var fault: Fault?
    }

    /// `getopt_long` keeps its position in globals, so one scan runs at a time.
    private static let lock = Mutex(())
    /// The values that `getopt_long` returns: 1 for an operand, numbers from `firstLongCode` on for long options.
    private static let operandCode: CInt = 1
    private static let firstLongCode: CInt = 256

    let options: [Option]
    let stopsAtOperand: Bool

    init(options: [Option], stopsAtOperand: Bool) {
        self.options = options
        self.stopsAtOperand = stopsAtOperand
    }

    func scan(_ words: [String]) -> Result {
        Self.lock.withLock { _ in
            // getopt_long expects the program's name first, and a null pointer at the end.
            var vector: [UnsafeMutablePointer<CChar>?] = ([""] + words).map { strdup($0) } + [nil]
            let names = options.map { strdup($0.name) }
            defer { (vector + names).forEach { free($0) } }
            var table = zip(options, names).enumerated().map { index, pair in
                LongOption(
                    name: pair.1,
                    has_arg: pair.0.value.map { $0.impliedValue == nil ? required_argument : optional_argument }
                        ?? no_argument,
                    flag: nil,
                    val: Self.firstLongCode + CInt(index)
                )
            }
            table.append(LongOption())
            return vector.withUnsafeMutableBufferPointer { vector in
                table.withUnsafeBufferPointer { scan(words, vector: vector, table: $0) }
            }
        }
    }

    private func scan(
        _ words: [String],
        vector: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>,
        table: UnsafeBufferPointer<LongOption>
    ) -> Result {
        var result = Result()
        guard let arguments = vector.baseAddress else { return result }
        carguments_begin()
        while true {
            // The current word: the one after the last, or a cluster of short options that is not finished.
            let first = max(1, Int(carguments_next_index()))
            let code = getopt_long(CInt(words.count + 1), arguments, shortOptions, table.baseAddress, nil)
            let next = Int(carguments_next_index())
            switch code {
            case -1:
                let rest = words.dropFirst(next - 1)
                if stopsAtOperand {
                    result.rest = Array(rest)
                } else {
                    result.tokens += rest.map { .operand($0, isAfterTerminator: true) }
                }
                return result
            case Self.operandCode:
                result.tokens.append(.operand(words[next - 2], isAfterTerminator: false))
            case CInt(UInt8(ascii: "?")), CInt(UInt8(ascii: ":")):
                result.fault = fault(code, in: words[first - 1])
                result.rest = Array(words.dropFirst(next - 1))
                return result
            default:
                guard let index = option(of: code) else { continue }
                let value = carguments_value()
                result.tokens.append(
                    .option(
                        index,
                        value: options[index].value == nil ? nil : value.map { String(cString: $0) },
                        isSeparate: value != nil && value == vector[next - 1]
                    )
                )
            }
        }
    }

    /// The option string. A leading '-' gives operands in their order, '+' stops at the first one; ':' makes a missing
    /// value another fault than an unknown option.
    private var shortOptions: String {
        options.reduce(into: stopsAtOperand ? "+:" : "-:") { string, option in
            guard let short = option.short else { return }
            string.append(short)
            if let value = option.value { string.append(value.impliedValue == nil ? ":" : "::") }
        }
    }

    private func option(of code: CInt) -> Int? {
        if code >= Self.firstLongCode { return Int(code - Self.firstLongCode) }
        return options.firstIndex { $0.short?.asciiValue.map(CInt.init) == code }
    }

    private func fault(_ code: CInt, in word: String) -> Fault {
        let faulty = carguments_faulty_option()
        if code == CInt(UInt8(ascii: ":")), let index = option(of: faulty) { return .valueMissing(option: index) }
        if faulty >= Self.firstLongCode, let index = option(of: faulty) { return .valueNotAllowed(option: index) }
        if faulty == 0 {
            let name = String(word.dropFirst(2).prefix { $0 != "=" })
            let candidates = options.filter { $0.name.hasPrefix(name) }
            return candidates.count > 1 ? .ambiguous(name) : .unknownLong(name)
        }
        let byte = UInt8(truncatingIfNeeded: faulty)
        let letter = byte < 0x80 ? Character(Unicode.Scalar(byte)) : word.first { !$0.isASCII } ?? "?"
        return .unknownShort(letter, word: word)
    }
}
