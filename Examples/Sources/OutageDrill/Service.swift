import SharedHTTP

/// The behaviour of the upstream, and the arrival times of requests.
///
/// It answers at once, except in an outage by the clock, and under overload: then it makes each caller wait, and fails.
/// An overloaded service completes no work, and thus a flood of retries keeps it down when the outage itself is over.
actor Service {
    private let outage: Range<Duration>
    private var start: ContinuousClock.Instant?
    private var arrivals: [Duration] = []

    /// The capacity in requests a second: twice the load without retries.
    static let capacity = 200

    init(_ schedule: Schedule) { outage = schedule.outage }

    /// Begins a run, from which the times of the outage and of the requests count.
    func begin() -> ContinuousClock.Instant {
        let now = ContinuousClock.now
        start = now
        arrivals = []
        return now
    }

    /// Ends the run, and returns the arrival times; until the next run begins, each request is answered.
    func end() -> [Duration] {
        start = nil
        return arrivals
    }

    /// Decides the answer to a request that comes now.
    func answer() -> Upstream.Answer {
        guard let start else { return .status(200) }
        let now = start.duration(to: .now)
        arrivals.append(now)
        let lastSecond = arrivals.reversed().prefix { $0 > now - .seconds(1) }
        let isDown = outage.contains(now) || lastSecond.count > Self.capacity
        return isDown ? .late(.milliseconds(250), .status(503)) : .late(.milliseconds(5), .status(200))
    }
}
