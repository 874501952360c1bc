/// Says which users and movies there are and how often each occurs, without a list of them.
struct Catalogue: Sendable {
    let movies: Int
    let users: Int
    private let seed: UInt64
    private let movieShuffle: NumberShuffle
    private let userShuffle: NumberShuffle
    private let movieRanks: ZipfDistribution
    private let userRanks: ZipfDistribution

    /// - Parameter movies: if 0, events name a thousand movies that are in no file.
    init(movies: Int, users: Int, seed: UInt64) {
        let known = movies > 0 ? movies : 1000
        self.movies = known
        self.users = users
        self.seed = seed
        movieShuffle = NumberShuffle(count: known, seed: seed ^ 0x6d6f_7669_6573)
        userShuffle = NumberShuffle(count: users, seed: seed ^ 0x75_7365_7273)
        movieRanks = ZipfDistribution(count: known, exponent: .one)
        userRanks = ZipfDistribution(count: users, exponent: .threeQuarters)
    }

    /// The id of the movie with a rank (0 is the most popular). About one id in three is used, in no order.
    @inline(__always)
    func movieID(rank: Int) -> Int {
        let place = movieShuffle[rank]
        return place * 3 + 1 + Int(SplitMix64.mix(UInt64(place) &+ seed) % 3)
    }

    /// An id that neither a movie nor a document has.
    func unknownMovieID(_ random: inout some RandomStream) -> Int { movies * 3 + 5000 + random.below(500) }

    /// The movie of an event: drawn by popularity, and sometimes one of four that are popular for three days, so that
    /// the mart `trending` has rows.
    @inline(__always)
    func sampleMovie(on day: Int32, _ random: inout some RandomStream) -> Int {
        let draw = random.below(100)
        if draw < 4 {
            let topic = UInt64(truncatingIfNeeded: Int(day) / 3 * 4 + draw)
            return movieID(rank: Int(SplitMix64.mix(topic &* 0x9e37_79b9 &+ seed) % UInt64(movies)))
        }
        return movieID(rank: movieRanks.sample(&random))
    }

    /// The user of a session.
    @inline(__always)
    func sampleUser(_ random: inout some RandomStream) -> Int { userShuffle[userRanks.sample(&random)] + 1 }

    /// The mean rating of a movie in half points, from 7 to 17.
    @inline(__always)
    func halfPoints(ofMovie movie: Int) -> Int {
        let mixed = SplitMix64.mix(UInt64(truncatingIfNeeded: movie) &* 0x9e37_79b9 &+ seed)
        return 7 + Int(mixed % 6) + Int(mixed >> 32) % 6
    }
}
