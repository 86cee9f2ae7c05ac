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
        let dropped = Locked<[EffectClaimTicket]>([])
        let ticket = EffectClaimTicket(try ActionID("a"), FencingToken(1))
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
        _ error: any Error, _ classification: ErrorClassification = .transient,
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

    @Test("a refusing status says nothing where a code says that the service failed, or still works on the request")
    func doubtedStatuses() {
        struct Answer: StatusCodeError, ServiceCodeError {
            let statusCode: Int?
            let serviceCode: String?
        }
        struct Refusal: StatusCodeError, WrappingError {
            let statusCode: Int?
            let wrappedError: (any Error)?
        }
        func certainty(_ status: Int, _ code: String) -> ExecutionCertainty {
            self.certainty(Answer(statusCode: status, serviceCode: code), redirects: .notFollowed)
        }
        for code in [
            "TransactionInProgressException", "com.amazonaws.dynamodb.v20120810#TransactionInProgressException",
            "PriorRequestNotComplete", "RequestTimeout", "InternalFailure",
        ] {
            #expect(certainty(400, code) == .unknown)
            let inside = Refusal(statusCode: 400, wrappedError: Answer(statusCode: nil, serviceCode: code))
            #expect(self.certainty(inside, redirects: .notFollowed) == .unknown)
        }
        #expect(certainty(429, "PriorRequestNotComplete") == .unknown)
        for code in ["ThrottlingException", "ValidationException", "odd"] {
            #expect(certainty(400, code) == .notExecuted && certainty(429, code) == .notExecuted)
        }
        #expect(certainty(429, "ServiceUnavailable") == .notExecuted)
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
        let known = ErrorClassification(errorClass)
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
        #expect(ErrorClassifier.default.classification(of: NotExecutedError(ServerSideError())) == .serverError)
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

    @Test("a classifier is asked about each error of a chain, up to one that knows itself")
    func chains() {
        struct Sent: ExecutionAwareError, WrappingError {
            var execution: ExecutionCertainty { .unknown }
            let wrappedError: (any Error)?
        }
        let own = ExecutionClassifier.errors(Odd.self) { _ in .notExecuted }.or(.default)
        #expect(own.certainty(of: Wrapper(wrappedError: Odd()), .unknown) == .notExecuted)
        #expect(own.certainty(of: Sent(wrappedError: Odd()), .unknown) == .unknown)
        // A refusal that proves nothing of this service, inside another error.
        let careful = ExecutionClassifier.errors(Status.self) { _ in .unknown }.or(.default)
        let refusal = Wrapper(wrappedError: Status(statusCode: 422))
        #expect(careful.certainty(of: refusal, .unknown, redirects: .notFollowed) == .unknown)
        #expect(certainty(refusal, redirects: .notFollowed) == .notExecuted)
    }
}

@Suite("What fails for good", .timeLimit(.minutes(20)))
struct FinalFailureTests {
    private struct Answer: StatusCodeError, ServiceCodeError {
        var statusCode: Int?
        var serviceCode: String?
    }

    private struct Provider: ModelProviderError {
        let statusCode: Int?
        let providerFailure: ModelProviderFailure?
    }

    private struct RPC: GRPCStatusError { let grpcStatusCode: Int? }
    private struct SQL: SQLStateError { let sqlState: String? }
    private struct System: POSIXErrnoError { let posixErrorNumber: Int32? }

    private func isFinal(_ error: any Error, _ classifier: ErrorClassifier? = nil) -> Bool {
        ErrorEvidence(of: NotExecutedError(error), classifier: classifier).isFinal
    }

    @Test("a code that comes with a status for now is none")
    func statuses() {
        func provider(_ status: Int, _ type: String) -> Bool {
            isFinal(Provider(statusCode: status, providerFailure: ModelProviderFailure(type: type)))
        }
        #expect(!provider(429, "insufficient_quota") && !provider(402, "billing_error"))
        #expect(!provider(404, "not_found_error") && !provider(404, "invalid_request_error"))
        #expect(provider(400, "invalid_request_error"))
        #expect(!isFinal(Answer(statusCode: 404, serviceCode: "ValidationException")))
        #expect(isFinal(Answer(statusCode: 400, serviceCode: "ValidationException")))
        #expect(isFinal(Answer(serviceCode: "ValidationException")))
    }

    @Test("what is missing today can exist tomorrow, and a condition be met")
    func codes() {
        #expect((0...16).filter { isFinal(RPC(grpcStatusCode: $0)) } == [3, 6, 11])
        #expect(!isFinal(Answer(statusCode: 400, serviceCode: "a#ConditionalCheckFailedException")))
        #expect(isFinal(SQL(sqlState: "23505")) && isFinal(SQL(sqlState: "42601")))
        #expect(!isFinal(SQL(sqlState: "57P04")) && !isFinal(SQL(sqlState: "XX001")))
        #expect(!isFinal(System(posixErrorNumber: 2)))
    }

    @Test("a classifier of the library's says the same as the default one")
    func classifiers() {
        let answer = Answer(statusCode: 422, serviceCode: "odd")
        let quota = Provider(statusCode: 429, providerFailure: ModelProviderFailure(type: "insufficient_quota"))
        for classifier in [nil, .httpStatus, .awsErrorCodes, .modelProviders] as [ErrorClassifier?] {
            #expect(isFinal(answer, classifier) && !isFinal(quota, classifier))
        }
    }
}
