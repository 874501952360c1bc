/// Computes how many columns text needs on a terminal.
enum DisplayWidth {
    /// The columns of a text: two for a wide East Asian character or an emoji, none for a character that combines with
    /// another or is invisible.
    static func of(_ text: some StringProtocol) -> Int {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text.utf8.count }
        return text.reduce(0) { $0 + of($1) }
    }

    /// The columns of one character (an extended grapheme cluster).
    static func of(_ character: Character) -> Int {
        let scalars = character.unicodeScalars
        // A base with the emoji variation selector, joined emoji and flags are as wide as one emoji.
        if scalars.count > 1, scalars.contains(where: { $0.value == 0xFE0F || $0.value == 0x200D }) {
            return scalars.first?.properties.isEmoji == true ? 2 : of(scalars)
        }
        return of(scalars)
    }

    private static func of(_ scalars: Character.UnicodeScalarView) -> Int { scalars.reduce(0) { max($0, of($1)) } }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        if (0x20..<0x7F).contains(scalar.value) { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
        default: return isWide(scalar.value) || scalar.properties.isEmojiPresentation ? 2 : 1
        }
    }

    /// Blocks that are wide or full-width in Unicode's EastAsianWidth.txt, to the accuracy that terminals share.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
            0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }

    /// Shortens text to a number of columns; `…` marks the place where it is cut.
    static func truncate(_ text: String, to width: Int) -> String {
        // So few bytes cannot need more columns.
        guard text.utf8.count > width, of(text) > width else { return text }
        guard width > 0 else { return "" }
        var columns = 0
        let kept = text.prefix { character in
            columns += of(character)
            return columns <= width - 1
        }
        return kept + "…"
    }

    /// Fills text with spaces before or after it up to a number of columns.
    static func pad(_ text: String, to width: Int, isTrailing: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(0, width - of(text)))
        return isTrailing ? spaces + text : text + spaces
    }

    /// Breaks a text into lines of at most a number of columns, between words. A longer word is broken too.
    static func wrap(_ text: String, to width: Int) -> [String] {
        let width = max(1, width)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, of(line) + 1 + of(word) <= width {
                line += " " + word
                continue
            }
            if !line.isEmpty { lines.append(line) }
            line = ""
            for character in word {
                if !line.isEmpty, of(line) + of(character) > width {
                    lines.append(line)
                    line = ""
                }
                line.append(character)
            }
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }
}
