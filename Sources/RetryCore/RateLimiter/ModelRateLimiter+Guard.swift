extension RetryPipeline {
    /// The same pipeline with a limit to the requests and the tokens of all attempts; none if `nil`.
    ///
    /// - Parameters:
    ///   - limiter: The limiter.
    ///   - tokens: The estimated tokens of each attempt, from 1 to the largest request. Report the actual number by
    ///     ``ModelRateLimiter/settle(estimate:actual:)``.
    /// - Returns: The pipeline.
    public consuming func limiter(_ limiter: ModelRateLimiter?, tokens: Int) -> RetryPipeline {
        guarded(by: limiter.map { ModelRateLimiterGuard($0, tokens: tokens) }, inPlaceOf: ModelRateLimiterGuard.self)
    }
}

/// A limiter of requests and tokens among the guards of a call.
final class ModelRateLimiterGuard: OrderedGuard {
    let limiter: ModelRateLimiter
    private let cost: Int64

    init(_ limiter: ModelRateLimiter, tokens: Int) {
        self.limiter = limiter
        cost = Int64(tokens)
    }

    var order: Int { 2 }
    var place: GuardPlace { .pace }

    func admit(_ request: GuardRequest) -> GuardAnswer {
        guard case .admitted(let number, let wait) = limiter.reserve(cost) else { return .rejected }
        return .admitted(after: .nanoseconds(wait), GuardTicket(number))
    }

    func confirm(_ ticket: GuardTicket) -> GuardAnswer {
        guard let wait = limiter.waitLeft(ticket.number) else { return .rejected }
        return .admitted(after: .nanoseconds(wait), ticket)
    }

    func finish(_ ticket: GuardTicket, _ result: AttemptResult) {
        guard let pair = limiter.close(ticket.number) else { return }
        limiter.requests.finish(pair.requests, result)
        limiter.tokens.finish(pair.tokens, result)
    }

    func giveBack(_ ticket: GuardTicket) { limiter.giveBack(ticket.number) }

    func rejection() -> any AttemptRejectedError { limiter.error(cost: cost) }

    var closedFor: Duration { .nanoseconds(limiter.closedFor(cost: cost)) }
}

extension ModelRateLimiter: CustomStringConvertible {
    /// The state in one line: `rate limiter model requests: …, rate limiter model tokens: …`.
    public var description: String { "\(requests), \(tokens)" }
}

extension ModelRateLimiterGuard: CustomStringConvertible {
    /// The state of the limiter in one line.
    package var description: String { limiter.description }
}
