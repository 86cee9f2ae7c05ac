import SharedHTTP

/// The behaviour of the upstream: most answers take 4 to 8 ms, and one in 80 takes two seconds.
actor SlowNowAndThen {
    /// The number of requests since the last look.
    private(set) var requests = 0
    private var number: UInt64 = 0

    /// Decides the answer to a request that comes now.
    func answer() -> Upstream.Answer {
        requests += 1
        number += 1
        if number % 80 == 0 { return .late(.milliseconds(2_000), .status(200)) }
        // Spread by a multiplication, so that every run is the same.
        let spread = Int(number.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15).low >> 32)
        return .late(.microseconds(4000 + spread % 4000), .status(200))
    }

    /// Returns the number of requests since the last call.
    func takeRequests() -> Int {
        defer { requests = 0 }
        return requests
    }
}
