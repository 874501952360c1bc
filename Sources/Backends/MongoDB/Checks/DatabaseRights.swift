/// The rights of the user of a connection, as `connectionStatus` tells them with `showPrivileges`
/// (https://www.mongodb.com/docs/manual/reference/command/connectionStatus/).
struct DatabaseRights {
    /// The rights that a raw store needs.
    static let writing = ["find", "insert", "update", "remove", "createIndex"]

    /// The user; nil where the server demands no login.
    let user: String?
    private var privileges: [Privilege] = []

    /// Actions on a resource.
    private struct Privilege {
        var database: String?
        var collection: String?
        var isAnyResource = false
        var actions: Set<String> = []

        func includes(_ database: String, _ collection: String) -> Bool {
            if isAnyResource { return true }
            guard let ownDatabase = self.database, let ownCollection = self.collection else { return false }
            // An empty name stands for each that is no system's own.
            return (ownDatabase.isEmpty || ownDatabase == database)
                && (ownCollection.isEmpty || (!collection.isEmpty && ownCollection == collection))
        }
    }

    /// Reads an answer; nil when it does not tell rights.
    init?(_ answer: UnsafeRawBufferPointer) {
        guard let info = Self.element("authInfo", of: answer)?.document,
            let users = Self.element("authenticatedUsers", of: info)?.document,
            let privileges = Self.element("authenticatedUserPrivileges", of: info)?.document
        else { return nil }
        user = Self.elements(users).first?.document.flatMap { Self.element("user", of: $0)?.string }
        for privilege in Self.elements(privileges).compactMap(\.document) {
            guard let resource = Self.element("resource", of: privilege)?.document,
                let actions = Self.element("actions", of: privilege)?.document
            else { continue }
            self.privileges.append(
                Privilege(
                    database: Self.element("db", of: resource)?.string,
                    collection: Self.element("collection", of: resource)?.string,
                    isAnyResource: Self.element("anyResource", of: resource)?.boolean == true,
                    actions: Set(Self.elements(actions).compactMap(\.string))))
        }
        if user != nil, self.privileges.isEmpty { return nil }
    }

    /// Whether the user may do something on a collection.
    ///
    /// - Parameters:
    ///   - action: such as `find`.
    ///   - collection: empty for every one of the database.
    func allow(_ action: String, _ database: String, _ collection: String) -> Bool {
        privileges.contains {
            ($0.actions.contains(action) || $0.actions.contains("anyAction")) && $0.includes(database, collection)
        }
    }

    private static func element(_ name: StaticString, of document: UnsafeRawBufferPointer) -> BSONElement? {
        (try? BSONReader.element(name, of: document)).flatMap { $0 }
    }

    private static func elements(_ array: UnsafeRawBufferPointer) -> [BSONElement] {
        guard var reader = try? BSONReader(array) else { return [] }
        var elements: [BSONElement] = []
        while let element = (try? reader.next()).flatMap({ $0 }) { elements.append(element) }
        return elements
    }
}

extension BSONElement {
    /// The text as a string.
    fileprivate var string: String? { text.map { String(decoding: $0, as: UTF8.self) } }
}
