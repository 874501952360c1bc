/// Word lists for invented titles, plots and searches.
enum TitleWords {
    static let adjectives = [
        "Borrowed", "Brass", "Burning", "Careless", "Copper", "Crimson", "Crooked", "Distant", "Electric", "Forgotten",
        "Frozen", "Gentle", "Gilded", "Hollow", "Hungry", "Impossible", "Invisible", "Last", "Little", "Lonesome",
        "Lucky", "Midnight", "Moonlit", "Nameless", "Paper", "Patient", "Quiet", "Reluctant", "Restless", "Rusty",
        "Salted", "Second", "Secret", "Silent", "Sleepless", "Stolen", "Stubborn", "Tangled", "Tender", "Thirteenth",
        "Uninvited", "Unwritten", "Velvet", "Wandering", "Weightless", "Wicked", "Wild", "Windswept",
    ]
    static let nouns = [
        "Almanac", "Apprentice", "Aquarium", "Archive", "Ballroom", "Beekeeper", "Carousel", "Cartographer", "Circus",
        "Clockmaker", "Comet", "Compass", "Cuckoo", "Detective", "Drawbridge", "Elevator", "Ferryman", "Gardener",
        "Glacier", "Greenhouse", "Harbor", "Heirloom", "Hourglass", "Kingdom", "Labyrinth", "Lantern", "Letter",
        "Lighthouse", "Locksmith", "Magician", "Meridian", "Monsoon", "Nightingale", "Observatory", "Orchard",
        "Parade", "Passenger", "Pendulum", "Piano", "Postcard", "Propeller", "Raven", "Satellite", "Scarecrow",
        "Shipwreck", "Sparrow", "Staircase", "Submarine", "Tailor", "Telegram", "Tide", "Typewriter", "Umbrella",
        "Vineyard", "Violin", "Volcano", "Waltz", "Waterfall", "Windmill", "Winter",
    ]
    static let groups = [
        "Architects", "Beekeepers", "Cousins", "Daughters", "Gamblers", "Ghosts", "Giants", "Impostors", "Keepers",
        "Lanterns", "Musicians", "Neighbors", "Orphans", "Pilots", "Pirates", "Robots", "Strangers", "Thieves",
        "Translators", "Wolves",
    ]
    static let places = [
        "Amberfall", "Bellwether Bay", "Cinder Street", "Dunmarrow", "Eastermoor", "Fallow Hill", "Greyhaven",
        "Hollowmere", "Ironbridge Lane", "Juniper Point", "Kettle Island", "Lower Wexley", "Marrow Bay", "Nettlewick",
        "Old Tamsin", "Port Vesper", "Quillon", "Rookhurst", "Saltmarsh", "Thornapple", "Upper Ravel", "Vesper Falls",
        "Wintermouth", "Yarrowdale",
    ]
    static let numbers = ["Two", "Three", "Four", "Five", "Seven", "Eleven", "Twelve", "Nineteen", "A Hundred"]
    static let actions = [
        "Chasing", "Counting", "Dancing With", "Escaping", "Forgetting", "Inventing", "Painting", "Remembering",
        "Saving", "Stealing", "Waiting for", "Waltzing Past",
    ]
    static let moments = [
        "at Dawn", "at Midnight", "in July", "in the Rain", "Next Thursday", "on Sunday", "This Winter",
    ]

    /// Words that people search for: words of titles and a few others, in lower case.
    static let searches =
        (adjectives + nouns + groups + places).map { $0.lowercased() } + [
            "funny", "old", "sad", "short", "with subtitles", "new", "black and white", "for kids", "no spoilers",
            "caf\u{e9}", "d\u{e9}j\u{e0} vu", "na\u{ef}ve", "\u{201c}the end\u{201d}", "1950s", "2026",
        ]
}

/// Sentences for invented plots and tag lines; `#` is a hero, `@` a place, `%` a thing.
enum PlotSentences {
    static let heroes = [
        "a retired lighthouse keeper", "a clumsy locksmith", "a runaway piano tuner", "a night-shift librarian",
        "an out-of-work magician", "a stubborn beekeeper", "a lonely satellite engineer", "the last ferryman",
        "a twelve-year-old detective", "a disgraced cartographer", "two rival tailors", "a homesick astronaut",
        "a forgetful spy", "a village doctor", "an amateur volcanologist", "the eldest of three sisters",
    ]
    static let openings = [
        "In @, # finds % that should not exist.", "When % vanishes from @, # is the only one who notices.",
        "The year is uncertain, the town is @, and # has one night to return %.",
        "After ten years abroad, # comes home to @ and inherits %.",
        "Nobody in @ believes # – until % begins to move.", "Far from @, # receives % by mistake.",
    ]
    static let turns = [
        "What begins as a favor soon turns into the longest journey of their lives.",
        "But the truth has been hiding in plain sight, and it hums at night.",
        "With winter closing in, old friends have to choose whom to trust.",
        "To set things right they must cross the one border nobody has ever crossed.",
        "Somebody is lying, somebody is dancing, and the water keeps rising.",
        "An unlikely friendship grows out of a very likely disaster.",
        "Each clue costs a memory, and there are not many left.",
    ]
    static let endings = [
        "A tender comedy about second chances.", "A chase in four seasons.", "A quiet thriller with a loud ending.",
        "A love story told by the furniture.", "Based on a dream somebody had in @.", "A fable for grown-ups.",
    ]
    static let taglines = [
        "Some doors open inward.", "Don\u{2019}t look up. Don\u{2019}t look down.", "Every map lies a little.",
        "The tide keeps its promises.", "One town. One secret. Too many umbrellas.", "It was never about the bees.",
        "Time is a terrible tailor.", "They came for the music.", "Home is the hardest place to find.",
        "Trust nobody. Especially the piano.", "She wrote the ending first.", "Somewhere it is always Thursday.",
    ]
}
