import JSON

/// Makes the message about a line that is not one JSON object.
enum MalformedLine {
    /// Says what is wrong with a line, at which character, and how to convert the file if it looks like another format.
    ///
    /// - Parameter offset: where in the line the fault is; nil if the parser does not tell.
    static func message(_ error: JSONError, at offset: Int?, of line: UnsafeRawBufferPointer) -> String {
        let character = (offset ?? place(of: error, in: line)).map { number(ofCharacterAt: $0, in: line) }
        return "The line is not one JSON object: \(error.explanation(at: character))"
            + (hint(error, offset, line) ?? "")
    }

    /// How to convert the file, if the line looks like a part of an array or of pretty-printed JSON.
    private static func hint(_ error: JSONError, _ offset: Int?, _ line: UnsafeRawBufferPointer) -> String? {
        let content = ScalarRules.trim(line)
        if content.first == UInt8(ascii: "[") {
            return ". It begins like a JSON array: convert such a file with jq -c '.[]' FILE"
        }
        if ScalarRules.equals(content, "{") {
            return ". In pretty-printed JSON an object has several lines: convert such a file with jq -c . FILE"
        }
        guard error == .trailing, let offset, content.last == UInt8(ascii: ","),
            ScalarRules.equals(ScalarRules.trim(UnsafeRawBufferPointer(rebasing: line[offset...])), ",")
        else { return nil }
        return ". A comma follows as in a JSON array: convert such a file with jq -c '.[]' FILE"
    }

    /// Finds the place of a fault for which the parser gives none.
    private static func place(of error: JSONError, in line: UnsafeRawBufferPointer) -> Int? {
        switch error {
        case .invalidUTF8: placeOfInvalidUTF8(in: line)
        case .controlCharacter: placeOfControl(in: line)
        default: nil
        }
    }

    private static func placeOfInvalidUTF8(in line: UnsafeRawBufferPointer) -> Int? {
        var parser = Unicode.UTF8.ForwardParser()
        var bytes = line.makeIterator()
        var place = 0
        while true {
            switch parser.parseScalar(from: &bytes) {
            case .valid(let encoded): place += encoded.count
            case .error: return place
            case .emptyInput: return nil
            }
        }
    }

    /// The first control character in a string.
    private static func placeOfControl(in line: UnsafeRawBufferPointer) -> Int? {
        var isInString = false
        var isEscaped = false
        for (place, byte) in line.enumerated() {
            if isInString, byte < 0x20 { return place }
            if byte == UInt8(ascii: "\""), !isEscaped { isInString.toggle() }
            isEscaped = isInString && !isEscaped && byte == UInt8(ascii: "\\")
        }
        return nil
    }

    /// The number of a character from 1, counted in code points.
    private static func number(ofCharacterAt offset: Int, in line: UnsafeRawBufferPointer) -> Int {
        line.prefix(offset).count { $0 & 0xc0 != 0x80 } + 1
    }
}
