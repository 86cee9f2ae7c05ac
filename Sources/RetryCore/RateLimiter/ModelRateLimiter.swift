/// A rate limiter in two currencies, as services of language models have them: requests and tokens per minute.
///
/// The tokens of a request are known after it. So a call starts with an estimate, and reports the actual number when it
/// has its response:
///
/// ```swift
/// let limiter = ModelRateLimiter(requestsPerMinute: 500, tokensPerMinute: 200_000, largestRequest: 32_000)
///
/// let answer = try await retry(.rateLimited.limiter(limiter, tokens: 1_500)) { try await model.complete(prompt) }
/// limiter.settle(estimate: 1_500, actual: answer.usage.totalTokens)
/// ```
///
/// A call starts when both limits admit it, and calls start in the order of their arrival: a small request does not
/// overtake a large one. A call that is rejected takes nothing of either.
public final class ModelRateLimiter: Sendable {
    /// The limit to requests.
    public let requests: CallRateLimiter
    /// The limit to tokens.
    public let tokens: CallRateLimiter
    /// The reservations of attempts that were admitted, or wait, by their numbers.
    private let open = Locked(OpenReservations())

    struct Pair: Sendable {
        let requests, tokens: RateReservation
        let latestStart: Int64
    }

    private struct OpenReservations: Sendable {
        var last: UInt64 = 0
        var pairs: [UInt64: Pair] = [:]
    }

    /// Creates a limiter from two limiters on one clock.
    ///
    /// - Parameters:
    ///   - requests: The limit to requests.
    ///   - tokens: The limit to tokens; its burst is the largest request.
    public init(requests: CallRateLimiter, tokens: CallRateLimiter) {
        self.requests = requests
        self.tokens = tokens
    }

    /// Creates a limiter for the limits of a service per minute.
    ///
    /// - Parameters:
    ///   - requestsPerMinute: From 1 to 1,000,000,000.
    ///   - tokensPerMinute: From 1 to 1,000,000,000.
    ///   - largestRequest: The most tokens of one request; a tenth of the tokens per minute if `nil`.
    ///   - maxWait: The longest wait of a call for its start.
    ///   - name: The name of the service in errors, events and logs.
    ///   - clock: The time source; the system's if `nil`.
    ///   - observer: Receives the events of both limiters.
    public convenience init(
        requestsPerMinute: Int, tokensPerMinute: Int, largestRequest: Int? = nil, maxWait: Duration = .seconds(30),
        named name: String? = nil, clock: RetryClock? = nil, observer: RateLimiterObserver? = nil
    ) {
        let minute = Duration.seconds(60)
        self.init(
            requests: CallRateLimiter(
                .tokenBucket(requestsPerMinute, per: minute, maxWait: maxWait), named: name.map { "\($0) requests" },
                clock: clock, observer: observer),
            tokens: CallRateLimiter(
                .tokenBucket(tokensPerMinute, per: minute, burst: largestRequest, maxWait: maxWait),
                named: name.map { "\($0) tokens" }, clock: clock, observer: observer))
    }
}

extension ModelRateLimiter {
    /// Replaces the estimated tokens of a request by the actual number, after its response.
    ///
    /// - Parameters:
    ///   - estimate: The tokens by which the request was admitted.
    ///   - actual: The tokens that it has used.
    public func settle(estimate: Int, actual: Int) { tokens.settle(estimate: estimate, actual: actual) }

    /// Corrects both limits by the headers of a response, such as `x-ratelimit-remaining-tokens`.
    ///
    /// - Parameters:
    ///   - now: The time that instants are counted from, in seconds since 1970; the server's, or else the system's, if `nil`.
    ///   - headers: Returns the value of the header of the given name, in lower case, or `nil`.
    public func learn(now: Int64? = nil, headers: (String) -> String?) {
        for status in RateLimitHeaders.statuses(of: .requests, now: now, headers: headers) { requests.learn(status) }
        for status in RateLimitHeaders.statuses(of: .tokens, now: now, headers: headers) { tokens.learn(status) }
    }

    /// Starts no call within a time, as a service asked that answered 429.
    ///
    /// - Parameter duration: The time that the service named; at most an hour counts.
    public func hold(for duration: Duration) {
        requests.hold(for: duration)
        tokens.hold(for: duration)
    }
}

// MARK: Reservations

extension ModelRateLimiter {
    /// The answer to a request.
    enum Answer: Sendable {
        case admitted(UInt64, wait: Int64)
        case refused
    }

    /// Reserves the start of a request in both limits: the later of the two starts.
    func reserve(_ cost: Int64) -> Answer {
        let now = tokens.clock.nanoseconds
        let earliest = now.saturatingAdd(requests.wait(of: 1))
        guard case .admitted(let token, let tokenWait) = tokens.reserve(cost, notBefore: earliest) else {
            return .refused
        }
        let start = now.saturatingAdd(tokenWait)
        guard case .admitted(let request, let requestWait) = requests.reserve(1, notBefore: start) else {
            tokens.giveBack(token)
            return .refused
        }
        let latest = min(requests.latestStart(within: .max), tokens.latestStart(within: .max))
        let number = open.withLock { open in
            open.last += 1
            open.pairs[open.last] = Pair(requests: request, tokens: token, latestStart: latest)
            return open.last
        }
        return .admitted(number, wait: max(requestWait, tokenWait))
    }

    /// The wait of a request whose start is reserved, for tests; `nil` if it is rejected.
    package func reservedWait(tokens: Int) -> Int64? {
        if case .admitted(_, let wait) = reserve(Int64(tokens)) { wait } else { nil }
    }

    /// The time for which a request must wait further, because of a hold that began meanwhile; `nil` if that is too long:
    /// its turn is given back then.
    func waitLeft(_ number: UInt64) -> Int64? {
        guard let pair = open.withLock({ $0.pairs[number] }) else { return 0 }
        let left = max(requests.waitLeft(pair.requests), tokens.waitLeft(pair.tokens))
        if left == 0 || tokens.clock.nanoseconds.saturatingAdd(left) <= pair.latestStart { return left }
        giveBack(number)
        return nil
    }

    /// Returns the turn of a request that is not made.
    func giveBack(_ number: UInt64) {
        guard let pair = close(number) else { return }
        requests.giveBack(pair.requests)
        tokens.giveBack(pair.tokens)
    }

    /// Forgets a request that was made.
    @discardableResult
    func close(_ number: UInt64) -> Pair? { open.withLock { $0.pairs.removeValue(forKey: number) } }

    /// The error for a request that was rejected just now: that of the limit that it would wait for longer.
    package func error(cost: Int64) -> RateLimitedError {
        let (request, token) = (requests.error(cost: 1), tokens.error(cost: cost))
        guard let wait = token.retryAfter else { return token }
        return wait >= request.retryAfter ?? .zero ? token : request
    }

    /// The time for which requests of this cost are rejected, whatever they accept.
    func closedFor(cost: Int64) -> Int64 { max(requests.closedFor(cost: 1), tokens.closedFor(cost: cost)) }
}
