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
        ("token=abc", "token=***"), ("access_token=abc", "access_token=***"), ("tokens=3", "tokens=3"),
        ("at 10:30 a@b", "at 10:30 a@b"),
    ])
    func texts(text: String, redacted: String) { #expect(Redaction.text(text) == redacted) }

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
