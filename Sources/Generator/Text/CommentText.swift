/// Writes invented comments as the content of a JSON string, with escapes.
struct CommentText: Sendable {
    private let openings = WordList([
        "Watched it twice in a row.", "Honestly?", "I did not expect this.", "My sister made me watch it.",
        "Saw it last night.", "Not for everyone.", "Third time, still good.", "Hmm.", "Okay, wow!",
        "Found it by accident.", "Came for the poster, stayed for the music.", "Unpopular opinion:",
        "\\\"Just one more scene\\\", I said at midnight.", "So\\u2026", "Mon Dieu, quel film\u{a0}!",
        "\u{1f37f}\u{1f37f}\u{1f37f}",
    ])
    private let middles = WordList([
        "The first half drags a little, but the second one flies.", "The score alone is worth the ticket.",
        "I still do not understand the scene on the staircase.", "The lead carries every single frame.",
        "Somebody please explain the umbrella to me.", "The caf\u{e9} scene is a small masterpiece.",
        "It looks as if it had been painted rather than filmed.", "The dialogue feels like real people talking.",
        "There is a goof at the harbor: count the boats.", "I laughed, I cried, I missed my bus.",
        "The ending splits the audience, and rightly so.", "Too long by twenty minutes, if you ask me.",
        "The kids loved the robot, I loved the robot, everyone loves the robot.",
        "Watch it with good headphones \u{2013} the sound design is superb.",
        "The twist is visible from a mile away, and it does not matter.", "Na\u{ef}ve in the best sense of the word.",
    ])
    private let closings = WordList([
        "8/10.", "Would watch again.", "Never again.", "Bring tissues.", "See it on a big screen.", "Fin.",
        "Recommended!", "Wait for the sequel?", "\u{2764}\u{fe0f}", "And that\\u2019s that.", "Five stars.", "Meh.",
        "\\nP.S. Stay until the very end.", "Thoughts?", "Sorry, not sorry.", "Change my mind.",
    ])
    private let queries = WordList(TitleWords.searches)

    /// Adds a comment of 20 to 250 code points, or a long one of 2,050 to 4,000.
    func appendBody(seed: UInt64, isLong: Bool, to buffer: inout TextBuffer) {
        var random = SplitMix64(seed: seed)
        openings.append(random.below(openings.count), to: &buffer)
        // A phrase has at most 6 more bytes than code points.
        let target = buffer.count + (isLong ? random.number(2600...3700) : 0)
        var sentences = random.halvings(2) + 1
        while sentences > 0 || buffer.count < target {
            buffer.append(0x20)
            middles.append(random.below(middles.count), to: &buffer)
            sentences -= 1
        }
        buffer.append(0x20)
        closings.append(random.below(closings.count), to: &buffer)
    }

    /// Adds the text of a search: one to three words.
    func appendQuery(seed: UInt64, to buffer: inout TextBuffer) {
        var random = SplitMix64(seed: seed)
        queries.append(random.below(queries.count), to: &buffer)
        for _ in 0..<random.halvings(2) {
            buffer.append(0x20)
            queries.append(random.below(queries.count), to: &buffer)
        }
    }
}
