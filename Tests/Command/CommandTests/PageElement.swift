import Foundation
import FoundationXML

/// An element of a page, as a parser of XML reads it.
final class PageElement {
    let name: String
    let attributes: [String: String]
    private(set) var children: [PageElement] = []
    /// The texts of the element and of those in it.
    private(set) var text = ""

    init(name: String, attributes: [String: String]) {
        self.name = name
        self.attributes = attributes
    }

    /// The elements of a name, at any depth.
    func all(_ name: String) -> [PageElement] {
        children.flatMap { ($0.name == name ? [$0] : []) + $0.all(name) }
    }

    /// The cells of the table with a caption, without thin spaces.
    func rows(ofTable caption: String) -> [[String]] {
        let table = all("table").first { $0.all("caption").first?.text == caption }
        let rows = table?.all("tbody").first?.all("tr") ?? []
        return rows.map { $0.all("td").map { $0.text.replacingOccurrences(of: "\u{202F}", with: "") } }
    }

    /// The root of a page.
    ///
    /// - Throws: the error of the parser when the page is not well-formed.
    static func root(of page: String) throws -> PageElement {
        let builder = Builder()
        let parser = XMLParser(data: Data(page.utf8))
        parser.delegate = builder
        guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
        return builder.root
    }

    private final class Builder: NSObject, XMLParserDelegate {
        let root = PageElement(name: "", attributes: [:])
        private lazy var open = [root]

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            let element = PageElement(name: name, attributes: attributes)
            open.last?.children.append(element)
            open.append(element)
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) {
            for element in open { element.text += text }
        }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
        ) { open.removeLast() }
    }
}
