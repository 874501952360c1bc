/// The lists that movie documents are made from. Genres have TMDB's public ids and names. Countries and languages are
/// real, except for three languages whose codes ISO 639-1 does not use. Everything else is invented.
enum MovieVocabulary {
    static let genres: [(id: Int, name: String)] = [
        (28, "Action"), (12, "Adventure"), (16, "Animation"), (35, "Comedy"), (80, "Crime"), (99, "Documentary"),
        (18, "Drama"), (10751, "Family"), (14, "Fantasy"), (36, "History"), (27, "Horror"), (10402, "Music"),
        (9648, "Mystery"), (10749, "Romance"), (878, "Science Fiction"), (10770, "TV Movie"), (53, "Thriller"),
        (10752, "War"), (37, "Western"),
    ]
    static let countries: [(code: String, name: String)] = [
        ("US", "United States of America"), ("GB", "United Kingdom"), ("FR", "France"), ("DE", "Germany"),
        ("IT", "Italy"), ("ES", "Spain"), ("SE", "Sweden"), ("DK", "Denmark"), ("JP", "Japan"), ("KR", "South Korea"),
        ("IN", "India"), ("BR", "Brazil"), ("CA", "Canada"), ("MX", "Mexico"), ("AU", "Australia"), ("PL", "Poland"),
        ("NG", "Nigeria"), ("AR", "Argentina"),
    ]
    static let languages: [(code: String, name: String, englishName: String)] = [
        ("en", "English", "English"), ("fr", "Fran\u{e7}ais", "French"), ("es", "Espa\u{f1}ol", "Spanish"),
        ("de", "Deutsch", "German"), ("ja", "\u{65e5}\u{672c}\u{8a9e}", "Japanese"), ("sv", "svenska", "Swedish"),
        ("pt", "Portugu\u{ea}s", "Portuguese"), ("hi", "\u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940}", "Hindi"),
    ]
    static let inventedLanguages: [(code: String, name: String, englishName: String, syllables: [String])] = [
        (
            "qv", "vel\u{e1}ri", "Velarian",
            ["ve", "la", "ri", "no", "m\u{e9}", "s\u{fa}", "lia", "dor", "\u{e1}n", "tessa"]
        ),
        (
            "qo", "ostrisk", "Ostrian",
            ["\u{f8}st", "gr\u{e5}", "nir", "vold", "\u{e6}l", "skj", "und", "har", "en", "t\u{f6}r"]
        ),
        (
            "qk", "\u{43c}\u{438}\u{43b}\u{43e}\u{440}", "Milorese",
            [
                "\u{43b}\u{43e}", "\u{432}\u{435}", "\u{43c}\u{438}", "\u{440}\u{430}", "\u{437}\u{443}",
                "\u{43d}\u{435}",
                "\u{442}\u{43e}\u{440}", "\u{434}\u{430}\u{43b}",
            ]
        ),
    ]
    static let keywords = [
        "lighthouse", "small town", "time loop", "stolen painting", "beekeeping", "amnesia", "snowstorm", "heist",
        "robot", "found family", "road trip", "orchestra", "shipwreck", "double life", "village secret", "inheritance",
        "umbrella", "night train", "talking animal", "lost letter", "volcano", "submarine", "carousel", "chess",
        "first love", "revenge", "parallel world", "spy", "ghost", "cooking", "archive", "island",
    ]
    static let companyWords = [
        "Amber", "Anvil", "Blue Kettle", "Bright Moth", "Cedar", "Copperline", "Driftwood", "Eleventh Hour", "Fernwood",
        "Glass Owl", "Harbor", "Inkwell", "Jackdaw", "Lantern", "Marrow", "Nine Lamps", "Oddfellow", "Paper Boat",
        "Quarter Moon", "Red Thimble", "Silver Pail", "Tin Whistle", "Undertow", "Weathervane",
    ]
    static let companyForms = [
        "Pictures", "Films", "Studio", "Productions", "Film Works", "Cinema", "Media", "Workshop",
    ]
    static let givenNames = [
        "Aldis", "Brisa", "Corvin", "Delphie", "Edvar", "Fenna", "Gordo", "Hesper", "Ilka", "Jorun", "Kestrel", "Lumi",
        "Marisol", "Nadir", "Odalys", "Pell", "Quill", "Rosamie", "Sorrel", "Tavi", "Ulla", "Vesna", "Wim", "Yara",
        "Zeno",
    ]
    static let familyStarts = [
        "Ash", "Bram", "Calder", "Dun", "Elder", "Fen", "Grav", "Hollow", "Ister", "Kell", "Lark", "Mor", "Nether",
        "Ost",
        "Pen", "Quarr", "Rav", "Sel", "Thorn", "Vant", "Wyn",
    ]
    static let familyEnds = [
        "bury", "croft", "dottir", "elli", "field", "grove", "hart", "ic", "kamp", "low", "mere", "nova", "quist",
        "ridge",
        "sson", "tova", "ula", "wick",
    ]
    static let roles = [
        "The Locksmith", "Captain Ferro", "Aunt Odile", "Inspector Pym", "The Stranger", "Young Tamsin", "Old Tamsin",
        "Dr. Quarrel", "The Ferryman", "Nell", "Barnaby", "The Mayor", "Juniper", "The Piano Tuner", "Sister Agnes",
        "Radio Voice",
    ]
    static let jobs: [(job: String, department: String)] = [
        ("Director", "Directing"), ("Writer", "Writing"), ("Producer", "Production"),
        ("Original Music Composer", "Sound"),
        ("Editor", "Editing"), ("Director of Photography", "Camera"),
    ]
}
