import Domain
import Foundation
import MongoDB
import MongoTesting
import Servers

extension RawStoreKind {
    /// A database of a MongoDB server that all tests share, with much memory for what is not written yet.
    public static let mongoDB = mongoDB("MongoDB", heldBytes: 8 << 20)
    /// A database for whose store nothing is held in memory.
    public static let mongoDBWithoutMemory = mongoDB("MongoDB without memory", heldBytes: 0)

    private static func mongoDB(_ name: String, heldBytes: Int) -> RawStoreKind {
        RawStoreKind(name: name, lack: MongoServer.isThere ? nil : MongoServer.whatToSet) {
            try MongoRawFixture(heldBytes: heldBytes)
        }
    }
}

private final class MongoRawFixture: RawStoreFixture {
    private let database = "test_" + String(UInt64.random(in: .min ... .max), radix: 36)
    private let heldBytes: Int
    private let mongo: TestMongo

    init(heldBytes: Int) throws {
        self.heldBytes = heldBytes
        mongo = try TestMongo(MongoServer.sharedURL(""))
    }

    deinit { _ = try? mongo.run(#"{"dropDatabase": 1}"#, on: database) }

    func open() throws -> any RawStore {
        try MongoRawStore(MongoLocation(MongoServer.sharedURL(database), .database), heldBytes: heldBytes)
    }

    func damage(_ reference: RawReference, with bytes: [UInt8]) throws {
        switch reference.kind {
        case .comment:
            try set(
                "user_comments", #""_id": "\#(reference)""#, #""body": "\#(String(decoding: bytes, as: UTF8.self))""#)
        case .poster:
            try set("posters.files", #""_id": "\#(reference)""#, #""length": \#(bytes.count)"#)
            try set(
                "posters.chunks", #""files_id": "\#(reference)", "n": 0"#,
                #""data": {"$binary": {"base64": "\#(Data(bytes).base64EncodedString())", "subType": "00"}}"#)
        }
    }

    func damage(movie id: Int64) throws {
        try set("raw_movies", #""_id": \#(id)"#, #""document.id": \#(id + 1)"#)
    }

    private func set(_ collection: String, _ filter: String, _ fields: String) throws {
        let update = "{\"q\": {\(filter)}, \"u\": {\"$set\": {\(fields)}}}"
        let answer = try mongo.run("{\"update\": \"\(collection)\", \"updates\": [\(update)]}", on: database)
        guard answer.contains("\"nModified\" : 1") else { throw NothingDamaged(answer: answer) }
    }

    /// Why nothing was damaged.
    private struct NothingDamaged: Error { var answer: String }
}
