import RetryCore
import Testing

@Suite("What the owner of a key settles", .timeLimit(.minutes(20)))
struct EffectRunTests {
    enum Attempt: CaseIterable {
        case refused
        case refusedForGood
        case unknown
        case unknownForGood
        /// Cancelled before it was judged.
        case unjudged

        var certainty: ExecutionCertainty { self == .refused || self == .refusedForGood ? .notExecuted : .unknown }
        var isFinal: Bool { self == .refusedForGood || self == .unknownForGood }
        var failure: EffectFailure { EffectFailure(type: "\(self)") }
    }

    @Test(
        "every sequence of up to five attempts", arguments: [EffectReceiver.mayRepeat, .deduplicates], [true, false])
    func sequences(receiver: EffectReceiver, isTakeover: Bool) {
        var count = 0
        func go(_ run: EffectRun, _ past: [Attempt]) {
            count += 1
            check(run, past, isTakeover: isTakeover)
            guard past.count < 5, past.last != .unjudged else { return }
            for attempt in Attempt.allCases {
                var next = run
                next.attemptStarts()
                #expect(next.isAttempting)
                #expect({ if case .indeterminate = next.outcome { true } else { false } }())
                if attempt != .unjudged {
                    let goesOn = next.attemptFailed(
                        attempt.certainty, isFinal: attempt.isFinal, failure: attempt.failure)
                    #expect(goesOn == (attempt.certainty == .notExecuted || receiver == .deduplicates))
                    #expect(!next.isAttempting)
                }
                go(next, past + [attempt])
            }
        }
        go(EffectRun(receiver: receiver, isTakeover: isTakeover), [])
        #expect(count == 1 + 5 + 4 * 5 + 16 * 5 + 64 * 5 + 256 * 5)
    }

    private func check(_ run: EffectRun, _ past: [Attempt], isTakeover: Bool) {
        let judged = past.filter { $0 != .unjudged }
        let mayHaveHappened = isTakeover || past.contains { $0.certainty == .unknown }
        let expected: EffectOutcome
        if mayHaveHappened {
            expected = .indeterminate(judged.last?.failure)
        } else if let last = judged.last, last.isFinal {
            expected = .failedFinal(last.failure)
        } else {
            expected = .failedBeforeEffect
        }
        #expect(run.outcome == expected, "\(past)")
    }

    @Test("a claim that is dropped is told, one that is finished is not")
    func claims() throws {
        let dropped = Locked<[ClaimTicket]>([])
        let ticket = ClaimTicket(try ActionID("a"), FencingToken(1))
        do {
            let claim = Claim(ticket, isTakeover: false) { ticket in dropped.withLock { $0.append(ticket) } }
            claim.finish()
        }
        #expect(dropped.withLock { $0.isEmpty })
        do {
            let claim = Claim(ticket, isTakeover: true) { ticket in dropped.withLock { $0.append(ticket) } }
            #expect(claim.isTakeover && claim.ticket == ticket)
        }
        #expect(dropped.withLock { $0 } == [ticket])
    }
}

@Suite("Whether a failed attempt had its effect", .timeLimit(.minutes(20)))
struct ExecutionClassifierTests {
    private struct Status: StatusCodeError {
        let statusCode: Int?
    }

    private struct Wrapper: WrappingError {
        let wrappedError: (any Error)?
    }

    private struct Odd: Error {}

    private struct Redirected: WrappingError, RedirectAwareError {
        let followedRedirect: Bool?
        let wrappedError: (any Error)?
    }

    private func certainty(
        _ error: any Error, _ classification: Classification = .transient,
        redirects: ClientRedirects = .mayBeFollowed
    ) -> ExecutionCertainty {
        ExecutionClassifier.default.certainty(of: error, classification, redirects: redirects)
    }

    @Test("a status says so only where the request was refused, by a client that follows no redirect")
    func statuses() {
        func refused(_ redirects: ClientRedirects) -> [Int] {
            (100...999).filter { certainty(Status(statusCode: $0), redirects: redirects) == .notExecuted }
        }
        #expect(
            refused(.notFollowed) == Array(400...407) + Array(410...418) + [421, 422, 425, 426, 428, 429, 431, 451])
        #expect(refused(.mayBeFollowed) == [])
        #expect(certainty(Status(statusCode: 503), .rateLimit, redirects: .notFollowed) == .unknown)
        #expect(certainty(Status(statusCode: nil), redirects: .notFollowed) == .unknown)
    }

    @Test("an error that knows of its redirects decides, whatever the client is said to do")
    func redirects() {
        let refusal = Status(statusCode: 429)
        for redirects in [ClientRedirects.mayBeFollowed, .notFollowed] {
            func certainty(_ followed: Bool?) -> ExecutionCertainty {
                self.certainty(Redirected(followedRedirect: followed, wrappedError: refusal), redirects: redirects)
            }
            #expect(certainty(false) == .notExecuted)
            #expect(certainty(true) == .unknown)
            #expect(certainty(nil) == (redirects == .notFollowed ? .notExecuted : .unknown))
        }
        let both = Redirected(
            followedRedirect: false, wrappedError: Redirected(followedRedirect: true, wrappedError: refusal))
        #expect(certainty(both, redirects: .notFollowed) == .unknown)
    }

    @Test("no class proves anything, nor does a text", arguments: ErrorClass.builtIn)
    func classes(_ errorClass: ErrorClass) {
        struct Text: Error, CustomStringConvertible { let description = "429 charged, then the connection broke" }
        let known = Classification(errorClass)
        #expect(certainty(Odd(), known, redirects: .notFollowed) == .unknown)
        #expect(certainty(Text(), known, redirects: .notFollowed) == .unknown)
        #expect(certainty(Status(statusCode: nil), known, redirects: .notFollowed) == .unknown)
        #expect(certainty(RateLimitError(), known, redirects: .notFollowed) == .unknown)
    }

    @Test("a rejection by a guard says so, also inside another error")
    func rejections() {
        let open = CircuitOpenError(name: "a", retryAfter: nil, state: .open)
        #expect(certainty(open) == .notExecuted)
        #expect(certainty(Wrapper(wrappedError: open)) == .notExecuted)
    }

    @Test("an error's own word counts, also inside another one")
    func ownWord() {
        #expect(certainty(Refused()) == .notExecuted)
        #expect(certainty(NotExecutedError(Odd())) == .notExecuted)
        #expect(certainty(Wrapper(wrappedError: Wrapper(wrappedError: Refused()))) == .notExecuted)
        #expect(certainty(Wrapper(wrappedError: nil)) == .unknown)
        #expect(certainty(Odd()) == .unknown)
        #expect(certainty(Odd(), .permanent) == .unknown && certainty(Odd(), .auth) == .unknown)
        #expect(ErrorClassifier.default.classification(of: NotExecutedError(ServerError())) == .serverError)
    }

    @Test func composition() {
        let own = ExecutionClassifier.errors(Odd.self) { _ in .notExecuted }
        #expect(own.certainty(of: Odd(), .unknown) == .notExecuted)
        #expect(own.certainty(of: Refused(), .unknown) == .unknown)
        #expect(own.or(.default).certainty(of: Refused(), .unknown) == .notExecuted)
        let passing = ExecutionClassifier { _, known in known == .auth ? .notExecuted : nil }
        #expect(passing.or(own).certainty(of: Odd(), .unknown) == .notExecuted)
        #expect(passing.certainty(of: Odd(), .auth) == .notExecuted)
    }
}
