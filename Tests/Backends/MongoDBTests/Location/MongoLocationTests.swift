import Domain
import Foundation
import TestSupport
import Testing

@testable import MongoDB

/// What a URL of MongoDB names, and what is wrong with one.
@Suite struct MongoLocationTests {
    /// A URL that can be used.
    struct Example: Sendable {
        var url: String
        var target = MongoLocation.Target.database
        var database = "tmdb_data"
        var collection = ""
        /// Nil where it is the URL.
        var driverURL: String?
        /// Nil where it is the URL.
        var description: String?
    }

    static let examples: [Example] = [
        Example(url: "mongodb://localhost/tmdb_data"),
        Example(
            url: "mongodb://localhost/tmdb_data.raw_movies", target: .collection, collection: "raw_movies",
            driverURL: "mongodb://localhost/tmdb%5Fdata".replacing("%5F", with: "_")),
        Example(
            url: "MongoDB://a:27018,b,[::1]:27019/tmdb_data.a.b?replicaSet=rs0", target: .collection, collection: "a.b",
            driverURL: "mongodb://a:27018,b,[::1]:27019/tmdb_data?replicaSet=rs0",
            description: "mongodb://a:27018,b,[::1]:27019/tmdb_data.a.b?replicaSet=rs0"),
        Example(
            url: "mongodb://ann:s3cret%2F%40%3A%25@h/tmdb_data?authSource=admin&w=majority&retryWrites=true",
            description: "mongodb://ann:***@h/tmdb_data?authSource=admin&w=majority&retryWrites=true"),
        Example(url: "mongodb://ann@h/tmdb_data?authMechanism=MONGODB-X509&tls=true"),
        Example(
            url: "mongodb+srv://ann:s3cret@cluster.example.net/tmdb_data.raw_movies?appName=x", target: .collection,
            collection: "raw_movies", driverURL: "mongodb+srv://ann:s3cret@cluster.example.net/tmdb_data?appName=x",
            description: "mongodb+srv://ann:***@cluster.example.net/tmdb_data.raw_movies?appName=x"),
        Example(
            url: "mongodb://h/t%C3%A4st%2Eraw%25", target: .collection, database: "täst", collection: "raw%",
            driverURL: "mongodb://h/t%C3%A4st"),
        Example(
            url: "mongodb://h/tmdb_data?tls=true&tlsCertificateKeyFilePassword=s3cret&tlsCAFile=/a%20b",
            description: "mongodb://h/tmdb_data?tls=true&tlsCertificateKeyFilePassword=***&tlsCAFile=/a%20b"),
        Example(
            url: "mongodb://h/tmdb_data.raw_movies?readPreference=secondaryPreferred&readPreferenceTags=dc:x",
            target: .source, collection: "raw_movies",
            driverURL: "mongodb://h/tmdb_data?readPreference=secondaryPreferred&readPreferenceTags=dc:x"),
        Example(url: "mongodb://%2Ftmp%2Fmongodb-27017.sock/tmdb_data"),
        Example(
            url: "mongodb://h/tmdb_data?serverSelectionTimeoutMS=100&socketTimeoutMS=1000&wTimeoutMS=5&journal=true"),
    ]

    @Test(arguments: examples) func whatIsNamed(_ example: Example) throws {
        let location = try MongoLocation(example.url, example.target)
        #expect(location.database == example.database)
        #expect(location.collection == example.collection)
        #expect(location.driverURL == example.driverURL ?? example.url)
        #expect(location.description == example.description ?? example.url)
        let general = try Location(
            text: example.url, scheme: "mongodb", rest: String(#require(example.url.split(separator: "://").last)))
        #expect(!"\(general)".contains("s3cret"))
    }

    @Test(
        arguments: [
            ("mongodb://h/d", false), ("mongodb://ann@h/d", true), ("mongodb://ann:x@h/d", true),
            ("mongodb://h/d?authMechanism=MONGODB-X509&tls=true", true),
        ])
    func aLoginIsKnown(_ url: String, _ hasLogin: Bool) throws {
        #expect(try MongoLocation(url, .database).hasLogin == hasLogin)
    }

    @Test func propertiesOfAMechanismAreMasked() throws {
        let url = "mongodb://h/d?authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN:s3cret"
        #expect(try !"\(MongoLocation(url, .database))".contains("s3cret"))
        #expect(!"\(Location(text: url, scheme: "mongodb", rest: "//h"))".contains("s3cret"))
    }

    static let refused: [(url: String, target: MongoLocation.Target, words: String, hint: String)] = [
        ("mongodb://", .database, "names no host", "mongodb://host"),
        ("mongodb:///tmdb_data", .database, "names no host", "mongodb://host"),
        ("mongodb://a,,b/tmdb_data", .database, "names no host", "mongodb://host"),
        ("mongodb:localhost/x", .database, "does not begin with mongodb://", "mongodb://host"),
        ("mongodb://h", .database, "names no database", "mongodb://host/tmdb_data"),
        ("mongodb://h/", .database, "names no database", "mongodb://host/tmdb_data"),
        ("mongodb://h/?tls=true", .database, "names no database", "mongodb://host/tmdb_data"),
        ("mongodb+srv://h.example.net/", .collection, "names no database", "mongodb+srv://host/tmdb_data.raw_movies"),
        ("mongodb://h/.raw", .collection, "names no database", "tmdb_data.raw_movies"),
        ("mongodb://h/d", .collection, "names no collection", "/d.raw_movies"),
        ("mongodb://h/d.", .collection, "names no collection", "/d.raw_movies"),
        ("mongodb://h/d.raw_movies", .database, "names a collection", "mongodb://host/d."),
        ("mongodb://h/a b", .database, "name that no database can have", "63 bytes"),
        ("mongodb://h/a%24b", .database, "name that no database can have", "63 bytes"),
        ("mongodb://h/\(String(repeating: "a", count: 64))", .database, "name that no database can have", "63 bytes"),
        ("mongodb://h/d.system.users", .collection, "name that no collection", "system."),
        ("mongodb://h/d.a$b", .collection, "name that no collection", "$"),
        ("mongodb://h/d%", .database, "% without two hexadecimal digits", "tmdb_data"),
        ("mongodb://h:70000/d", .database, "host", "Correct the URL"),
        ("mongodb+srv://a,b.example.net/d", .database, "one host and no port", "mongodb+srv://host"),
        ("mongodb+srv://a.example.net:27017/d", .database, "one host and no port", "mongodb+srv://host"),
        ("mongodb+srv://example.net/d", .database, "less than three parts", "mongodb://example.net/tmdb_data"),
        ("mongodb+srv://ann:s3cret@h/d", .source, "less than three parts", "mongodb+srv://cluster0.example.net"),
        ("mongodb://ann:s3cret@x@h/d", .database, "sign that is not escaped", "%40"),
        ("mongodb://ann:s3cret/x@h/d", .database, "sign that is not escaped", "%2F"),
        ("mongodb://ann:s3cret:x@h/d", .database, "sign that is not escaped", "%3A"),
        ("mongodb://ann:s3cret%x@h/d", .database, "sign that is not escaped", "%25"),
        ("mongodb://h/d?tls", .database, "not of the form name=value", "%26"),
        ("mongodb://h/d?a.b=c", .database, "not of the form name=value", "%26"),
        ("mongodb://h/d?tlsCAFile=%zz", .database, "tlsCAFile", "%25"),
        ("mongodb://h/d?authSorce=admin", .database, "authSorce of the URL is no option", "authsource"),
        ("mongodb://h/d?tlsCAFle=x", .database, "tlsCAFle of the URL is no option", "tlscafile"),
        ("mongodb://h/d?nothing=s3cret", .database, "nothing of the URL is no option", "Leave it out"),
        ("mongodb://h/d?foo=bar", .database, "foo of the URL is no option", "Leave it out"),
        ("mongodb://h/d?tl=true", .database, "tl of the URL is no option", "Is tls meant"),
        ("mongodb://h/d?tls=true&TLS=true", .database, "TLS twice", "once"),
        ("mongodb://h/d?connectTimeoutMS=soon", .database, "connectTimeoutMS has a value", "connection-string-options"),
        ("mongodb://h/d?tls=perhaps", .database, "tls has a value", "connection-string-options"),
        ("mongodb://h/d?w=0", .database, "w cannot be set so", "Leave it out"),
        ("mongodb://h/d?journal=false", .database, "journal cannot be set so", "Leave it out"),
        ("mongodb://h/d?wTimeoutMS=0", .database, "wTimeoutMS cannot be set so", "Leave it out"),
        ("mongodb://h/d?readPreference=secondary", .database, "readPreference cannot be set so", "Leave it out"),
        ("mongodb://h/d.c?readPreference=secondary", .collection, "readPreference cannot be set so", "Leave it out"),
        ("mongodb://h/d.c?readPreference=anyone", .source, "readPreference", "Correct the URL"),
        ("mongodb://h/d.c?w=0", .source, "w cannot be set so", "Leave it out"),
        ("mongodb://h/d?readConcernLevel=local", .database, "readConcernLevel cannot be set so", "Leave it out"),
        ("mongodb://h/d?authMechanism=WRONG", .database, "mechanism", "Correct the URL"),
        ("mongodb://h,i/d?directConnection=true", .database, "direct", "Correct the URL"),
    ]

    @Test(arguments: refused)
    func whatIsWrong(_ example: (url: String, target: MongoLocation.Target, words: String, hint: String)) throws {
        let error = #expect(throws: MongoError.self) { try MongoLocation(example.url, example.target) }
        let found = try #require(error)
        #expect(found.message.lowercased().contains(example.words.lowercased()), "\(found.message)")
        #expect(found.kind == .usage && found.hint.contains(example.hint) && found.hint.hasSuffix("."), "\(found.hint)")
        #expect(!found.message.contains("s3cret") && !found.hint.contains("s3cret"))
    }

    @Test func filesForEncryptionAreReadBeforeTheyAreUsed() throws {
        let folder = try TemporaryFolder()
        try folder.write("key.pem", "-----BEGIN PRIVATE KEY-----\n")
        try folder.write("text", "nothing")
        let cases: [(String, String)] = [
            ("tlsCAFile=\(folder.path("none"))", "cannot read \(folder.path("none")), the file of tlsCAFile"),
            ("tlsCAFile=\(folder.path)", "cannot read"),
            ("tlsCAFile=\(folder.path("text"))", "the file of tlsCAFile, has no certificate in PEM form"),
            ("tlsCertificateKeyFile=\(folder.path("key.pem"))", "has no certificate in PEM form"),
        ]
        for (parameter, words) in cases {
            let location = try MongoLocation("mongodb://ann:s3cret@h/d?tls=true&\(parameter)", .database)
            let error = #expect(throws: MongoError.self) { try MongoClient(location) }
            let found = try #require(error)
            #expect(found.problem == .encryption && found.message.contains(words), "\(found.message)")
            #expect(found.message.hasPrefix("mongodb://ann:***@h/d") && found.hint.contains("PEM"))
        }
    }
}
