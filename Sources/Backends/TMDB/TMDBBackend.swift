import Domain

extension ServiceBackend {
    /// TMDB, by libcurl.
    public static let tmdb = ServiceBackend(
        naming: BackendNaming(
            schemes: ["tmdb"], help: "TMDB, by reelhouse fetch", readsVariable: { variables.contains($0) }),
        libraries: { [CurlLibrary.finding] })

    /// The variables that libcurl reads, and those that are read in its stead.
    private static let variables: Set<String> = [
        "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "CURL_CA_BUNDLE",
    ]
}
