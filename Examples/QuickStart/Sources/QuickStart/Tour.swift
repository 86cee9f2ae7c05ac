import RetryAsync

/// The calls, each printed beside its timeline and then checked.
struct Tour {
    let server: Shop
    let shop: ShopClient
    let timeline: Timeline
    let page = Page()
    /// The pipeline that each part of the tour refines.
    let api: RetryPipeline

    init(server: Shop, shop: ShopClient) {
        let timeline = Timeline()
        // code: pipeline
        let api = RetryPipeline.api
            .backoff(.constant(.milliseconds(40)))
            .observer(timeline.observer)
        // end
        self.server = server
        self.shop = shop
        self.timeline = timeline
        self.api = api
    }

    func run() async throws {
        page.title("RetryKit in a minute: code that runs now, and the timeline of its calls")
        page.beside(
            code: Code.lines("pipeline"),
            events: [
                "At most four attempts,", "short waits, for a server on this machine.",
                "The observer records these timelines.",
            ])
        try await retries()
        try await guards()
        try await effects()
    }
}
