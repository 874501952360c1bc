import Testing

@testable import Logging

@Suite struct RedactionTests {
    @Test(arguments: [
        ("postgresql://user:secret@host/movies", "postgresql://user:***@host/movies"),
        ("postgresql://user:secret@host:5432,other:5433/movies", "postgresql://user:***@host:5432,other:5433/movies"),
        ("postgresql://user@host/movies", "postgresql://user@host/movies"),
        ("postgresql://host:5432/movies", "postgresql://host:5432/movies"),
        ("postgresql:///movies", "postgresql:///movies"),
        ("postgresql://user:@host/movies", "postgresql://user:***@host/movies"),
        ("postgresql://:secret@host", "postgresql://:***@host"),
        ("postgresql://user:p%40ss@host", "postgresql://user:***@host"),
        ("postgresql://user:p@ss@host", "postgresql://user:***@host"),
        ("postgresql://user:p:s@host", "postgresql://user:***@host"),
        ("postgresql://user:pa/ss@host/movies", "postgresql://user:***@host/movies"),
        ("postgresql://user:12/ss@host/movies", "postgresql://user:***@host/movies"),
        ("postgresql://user:pa?ss#x@host/movies", "postgresql://user:***@host/movies"),
        ("postgresql://user:two words@host", "postgresql://user:***@host"),
        ("postgresql://user:sécret@host", "postgresql://user:***@host"),
        ("postgresql://[::1]:5432/movies", "postgresql://[::1]:5432/movies"),
        ("postgresql://u:p@[::1]:5432/movies", "postgresql://u:***@[::1]:5432/movies"),
        ("mongodb+srv://u:p@host/tmdb_data?retryWrites=true", "mongodb+srv://u:***@host/tmdb_data?retryWrites=true"),
        (
            "postgresql://host/db?user=u&password=p&sslmode=require",
            "postgresql://host/db?user=u&password=***&sslmode=require"
        ),
        ("postgresql://host:1/db?sslpassword=p#x", "postgresql://host:1/db?sslpassword=***#x"),
        ("postgresql://host:1/db?application_name=a@b", "postgresql://host:1/db?application_name=a@b"),
        (
            "https://api.example.org/3/movie/603?api_key=abc&language=en",
            "https://api.example.org/3/movie/603?api_key=***&language=en"
        ),
        (
            "kafka://host:9092/user_logs?group=reelhouse&sasl.password=p",
            "kafka://host:9092/user_logs?group=reelhouse&sasl.password=***"
        ),
        ("host=db user=u password=secret dbname=movies", "host=db user=u password=*** dbname=movies"),
        ("host=db password='two words' dbname=movies", "host=db password='***' dbname=movies"),
        (#"password='it\'s' dbname=movies"#, "password='***' dbname=movies"),
        (#"password=two\ words dbname=movies"#, "password=*** dbname=movies"),
        ("password = secret dbname=movies", "password = *** dbname=movies"),
        ("password=a&b dbname=movies", "password=*** dbname=movies"),
        ("password='never closed", "password='***"),
        (#"password=\"#, "password=***"),
        ("PASSWORD=x", "PASSWORD=***"), ("sslpassword=x", "sslpassword=***"), ("password=", "password="),
        ("passwordless=x", "passwordless=x"), ("sqlite:warehouse.db", "sqlite:warehouse.db"),
        ("data/a@b/c", "data/a@b/c"), ("user:secret@host", "user:***@host"), ("tmdb:", "tmdb:"), ("", ""), (":", ":"),
        ("://", "://"), ("a://b:c", "a://b:c"), ("@", "@"),
    ])
    func urls(url: String, redacted: String) { #expect(Redaction.url(url) == redacted) }

    @Test(arguments: [
        (
            "cannot connect to postgresql://u:p@h/d: no route to mail@host; try mongodb://x:y@z",
            "cannot connect to postgresql://u:***@h/d: no route to mail@host; try mongodb://x:***@z"
        ),
        ("a://u:p@h, b://v:q@k", "a://u:***@h, b://v:***@k"),
        // Without a space it could be one long password.
        ("a://u:p@h,b://v:q@k", "a://u:***@k"),
        ("(PGPASSWORD=abc was set)", "(PGPASSWORD=*** was set)"),
        (#"{"user": "u", "password": "p\"q", "age": 3}"#, #"{"user": "u", "password": "***", "age": 3}"#),
        (#"{"password":17}"#, #"{"password":***"#),
        ("invalid password: try again", "invalid password: try again"),
        ("Authorization: Bearer abc", "Authorization: Bearer ***"),
        ("authorization: basic dXNlcjpw end", "authorization: basic *** end"),
        ("sent Bearer eyJhbGciOiJIUzI1NiJ9.e30 along", "sent Bearer *** along"),
        ("bearer authentication failed", "bearer authentication failed"),
        ("line 3: unknown event_type", "line 3: unknown event_type"), ("nothing", "nothing"), ("", ""),
        ("kafka://h/t?sasl.password=***: no broker", "kafka://h/t?sasl.password=***: no broker"),
        ("password=***; x password=***) y", "password=***; x password=***) y"), ("password=***:x y", "password=*** y"),
        ("token=abc", "token=***"), ("access_token=abc", "access_token=***"), ("tokens=3", "tokens=3"),
        ("at 10:30 a@b", "at 10:30 a@b"),
        ("cannot open ann:s3cret@db.example/tmdb_data: no", "cannot open ann:***@db.example/tmdb_data: no"),
        ("cannot open 'x/ann:s3:c@ret@[::1]'", "cannot open 'x/ann:***@[::1]'"),
        (#"{"a":"ann:s3cret@h","b":"c"}"#, #"{"a":"ann:***@h","b":"c"}"#),
        (#"{"mail":"a@b","time":"12:30"}"#, #"{"mail":"a@b","time":"12:30"}"#), ("a: b@c", "a: b@c"),
        (#"{"time":"12:30","mail":"a@b"}"#, #"{"time":"12:30","mail":"a@b"}"#),
        ("kafka://h:9092/t?client.id=a@b", "kafka://h:9092/t?client.id=a@b"), ("x:@h a:b@", "x:***@h a:b@"),
    ])
    func texts(text: String, redacted: String) { #expect(Redaction.text(text) == redacted) }

    /// What may be a location, with or without its scheme.
    @Test(arguments: [
        ("mongodb://u:s3cret@h/d", "mongodb://u:***@h/d"), ("u:s3cret@h", "u:***@h"), ("u:s3cret@h/d", "u:***@h/d"),
        ("u:two words@h", "u:***@h"), ("mongodb//u:s3cret@h/d", "mongodb//u:***@h/d"),
        ("mongodb:/u:s3cret@h/d", "mongodb:***@h/d"), ("db/u:s3@cret@h", "db/u:***@h"),
        ("host=h password=s3cret", "host=h password=***"), ("data/a@b:c", "data/a@b:c"), ("data/raw", "data/raw"),
        ("kafka:h", "kafka:h"), ("", ""),
    ])
    func locations(location: String, redacted: String) { #expect(Redaction.location(location) == redacted) }

    /// Whatever the signs around it, a password in a URL's usual places does not come through.
    @Test func noPasswordComesThrough() {
        let signs = ["", "/", "?", "#", ":", "@", "%40", "'", "\"", "&", "=", "\\", "é", "://", "[", "]", ","]
        for first in signs {
            for second in signs {
                let password = "S3" + first + "CR" + second + "ET"
                for url in ["postgresql://user:\(password)@host/movies", "mongodb://user:\(password)@a,b/x?y=z"] {
                    for redacted in [Redaction.url(url), Redaction.text("error: \(url) failed")] {
                        #expect(
                            !redacted.contains("S3") && !redacted.contains("CR") && !redacted.contains("ET"),
                            "\(url)"
                        )
                        #expect(redacted.contains("user:***@"))
                    }
                }
            }
        }
    }
}
