/// Writes elements of HTML, all closed, so that a parser of XML reads them too.
///
///     var markup = Markup()
///     markup.element("p", ["class": "note"]) { $0.text("a < b") }
///     print(markup.text)  // <p class="note">a &lt; b</p>
struct Markup {
    /// What was written.
    private(set) var text = ""

    /// Writes an element with what the body writes.
    mutating func element(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ body: (inout Markup) -> Void
    ) {
        open(name, attributes)
        text += ">"
        body(&self)
        text += "</\(name)>"
    }

    /// Writes an element with a text.
    mutating func element(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String
    ) {
        element(name, attributes) { $0.text(text) }
    }

    /// Writes an element that has no content.
    mutating func empty(_ name: String, _ attributes: KeyValuePairs<String, String> = [:]) {
        open(name, attributes)
        text += "/>"
    }

    /// Writes a text.
    mutating func text(_ value: String) { text += Markup.escape(value) }

    /// Writes a text by somebody else, such as a title, whose direction does not change what is around it.
    mutating func isolated(_ value: String) { element("bdi", ["dir": "auto"], text: value) }

    /// Writes what is markup already.
    mutating func raw(_ markup: String) { text += markup }

    private mutating func open(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        text += "<" + name
        for (key, value) in attributes { text += " \(key)=\"\(Markup.escape(value))\"" }
    }

    /// A text in which no character is markup. Characters that no HTML may have become U+FFFD.
    static func escape(_ value: String) -> String {
        var escaped = ""
        escaped.unicodeScalars.reserveCapacity(value.unicodeScalars.count)
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\t", "\n": escaped.unicodeScalars.append(scalar)
            default: escaped.unicodeScalars.append(isAllowed(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return escaped
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0x20, 0x7f...0x9f, 0xfdd0...0xfdef: false
        default: scalar.value & 0xfffe != 0xfffe
        }
    }
}
