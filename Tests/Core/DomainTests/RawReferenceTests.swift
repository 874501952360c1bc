import Domain
import Testing

@Suite struct RawReferenceTests {
    private static let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test func aCommentIsKeptUnderItsContent() {
        let reference = RawReference.comment(Array("abc".utf8))
        #expect(reference.text == "comments/ba/\(Self.digest).txt")
        #expect(RawReference(reference.text) == reference)
        #expect(reference.isOf(Array("abc".utf8)))
        #expect(!reference.isOf(Array("abd".utf8)))
        #expect(RawReference.comment([]) != reference)
    }

    @Test(
        arguments: [
            ([0xff, 0xd8, 0xff, 0xe1], .jpg), ([0xff, 0xd8], nil),
            ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], .png), ([0x89, 0x50, 0x4e, 0x47], nil),
            (Array("RIFF....WEBPVP8 ".utf8), .webp), (Array("RIFF....WAVEfmt ".utf8), nil),
            (Array("<svg/>".utf8), .svg), (Array("<svg viewBox='0 0 1 1'>".utf8), .svg), (Array("<svgs>".utf8), nil),
            (Array("\u{feff}<?xml version=\"1.0\"?>\n<!-- a > b -->\n<!DOCTYPE svg>\n<svg>".utf8), .svg),
            (Array("<?xml version=\"1.0\"?><html/>".utf8), nil), (Array("<!-- never closed <svg>".utf8), nil),
            ([], nil), (Array("<html>".utf8), nil),
        ] as [([UInt8], PosterFormat?)])
    func anImageTellsItsFormat(_ image: [UInt8], _ format: PosterFormat?) {
        #expect(PosterFormat(of: image) == format)
        let reference = RawReference.poster(image)
        #expect(reference?.kind == format.map { .poster($0) })
        #expect(reference.map { RawReference($0.text) == $0 && $0.isOf(image) } ?? (format == nil))
        #expect(reference?.text.hasPrefix("posters/") ?? true)
    }

    @Test(
        arguments: [
            "", "comments/ba/../ba.txt", "comments/ab/\(digest).txt", "COMMENTS/ba/\(digest).txt", "/etc/passwd",
            "comments/ba/\(digest).jpg", "posters/ba/\(digest).txt", "posters/ba/\(digest).gif",
            "comments/ba/\(digest.uppercased()).txt", "comments/ba/\(digest.dropLast()).txt", "comments/ba/\(digest)",
            "comments/ba/\(digest).txt/", "/comments/ba/\(digest).txt", "comments/ba/\(digest.dropLast())é.txt",
        ])
    func whatIsNoReferenceIsNone(_ text: String) { #expect(RawReference(text) == nil) }

    @Test func eachFormatIsReadBack() {
        for format in PosterFormat.allCases {
            #expect(RawReference("posters/ba/\(Self.digest).\(format.rawValue)")?.kind == .poster(format))
        }
    }
}
