import RetryCore
import Testing

// Each of these has everything that comes after the word that is asked first, so that the order is seen.

private struct OwnWordTimeoutError: SelfClassifyingError, StatusCodeError, ServiceCodeError, WrappingError {
    let classification: ErrorClassification
    var statusCode: Int? { 503 }
    var serviceCode: String? { "ThrottlingException" }
    var wrappedError: (any Error)? { ConcurrencyError() }
}

private struct StatusTimeoutError: StatusCodeError, ServiceCodeError, WrappingError {
    var statusCode: Int?
    var retryHint: RetryHint?
    var serviceCode: String?
    var wrappedError: (any Error)?
}

private struct AuthEnvelope: WrappingError {
    let wrappedError: (any Error)?
}

private struct Envelope: WrappingError {
    let wrappedError: (any Error)?
}

private struct OwnWordEnvelope: SelfClassifyingError, WrappingError {
    let classification: ErrorClassification
    let wrappedError: (any Error)?
}

private struct Plain: Error {}

// Each is larger than an existential's own place.

private struct Ballast {
    var one = "a"
    var two = "b"
}

private struct LargeOwn: SelfClassifyingError {
    var ballast = Ballast()
    var classification = ErrorClassification(.auth)
}

private struct LargeStatus: StatusCodeError {
    var ballast = Ballast()
    var statusCode: Int? = 403
}

private struct LargeCode: ServiceCodeError {
    var ballast = Ballast()
    var serviceCode: String? = "ThrottlingException"
}

private struct LargeEnvelope: WrappingError {
    var ballast = Ballast()
    let wrappedError: (any Error)?
}

private class NoEntry: SelfClassifyingError, @unchecked Sendable {
    var classification: ErrorClassification { .permission }
}

private final class NoEntryEver: NoEntry, @unchecked Sendable {
    override var classification: ErrorClassification { .permanent }
}

private final class Knot: WrappingError {
    let next: Locked<(any Error)?> = Locked(nil)

    var wrappedError: (any Error)? {
        let next = next.withLock { $0 }
        return next == nil ? self : next
    }
}

@Suite("The default classifier", .timeLimit(.minutes(20)))
struct DefaultClassifierTests {
    private func known(_ error: any Error) -> ErrorClassification? {
        ErrorClassifier.default.classification(of: error)
    }

    /// The error inside so many envelopes.
    private func wrapped(_ error: any Error, times: Int) -> any Error {
        (0..<times).reduce(error) { inner, _ in Envelope(wrappedError: inner) }
    }

    @Test("believes an error's own word first")
    func ownWord() {
        let hinted = ErrorClassification(.permission, hint: .after(.seconds(2)))
        #expect(known(OwnWordTimeoutError(classification: .permanent)) == .permanent)
        #expect(known(OwnWordTimeoutError(classification: hinted)) == hinted)
    }

    @Test("reads errors of any size, and of classes below others")
    func size() {
        #expect(known(LargeOwn()) == .auth)
        #expect(known(LargeStatus()) == .permission)
        #expect(known(LargeCode()) == .rateLimit)
        #expect(known(LargeEnvelope(wrappedError: LargeEnvelope(wrappedError: LargeOwn()))) == .auth)
        #expect(known(NoEntry()) == .permission)
        #expect(known(NoEntryEver()) == .permanent)
    }

    @Test("then its codes, before its status")
    func codes() {
        let throttled = StatusTimeoutError(statusCode: 400, serviceCode: "ThrottlingException")
        #expect(known(throttled) == .rateLimit)
        let namespaced = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
        #expect(known(StatusTimeoutError(statusCode: 400, serviceCode: namespaced)) == .rateLimit)
        #expect(known(StatusTimeoutError(statusCode: 500, serviceCode: "AccessDenied")) == .permission)
        #expect(known(StatusTimeoutError(statusCode: 404, serviceCode: "odd")) == .permanent)
    }

    @Test("knows every kind of code without another classifier")
    func everyCode() {
        struct RPC: GRPCStatusError { let grpcStatusCode: Int? }
        struct SQL: SQLStateError {
            let sqlState: String?
            var mySQLErrorNumber: Int?
        }
        struct System: POSIXErrnoError { let posixErrorNumber: Int32? }
        #expect(known(RPC(grpcStatusCode: 14)) == .transient && known(RPC(grpcStatusCode: 5)) == .permanent)
        #expect(known(SQL(sqlState: "40001")) == .concurrency && known(SQL(sqlState: "23505")) == .permanent)
        #expect(known(SQL(sqlState: "HY000", mySQLErrorNumber: 1062)) == .permanent)
        #expect(known(System(posixErrorNumber: 111)) == .transient)
        #expect(known(Envelope(wrappedError: SQL(sqlState: "40001"))) == .concurrency)
    }

    @Test("takes a transaction that failed in parts for what its reasons are")
    func reasons() {
        struct Canceled: ServiceCodeError {
            var serviceCode: String? { "TransactionCanceledException" }
            let serviceReasons: [String]
        }
        #expect(known(Canceled(serviceReasons: ["None", "ConditionalCheckFailed"])) == .permanent)
        #expect(known(Canceled(serviceReasons: ["TransactionConflict", "ThrottlingError"])) == .rateLimit)
        #expect(known(Canceled(serviceReasons: ["None", "TransactionConflict"])) == .concurrency)
        #expect(known(Canceled(serviceReasons: ["ThrottlingError", "ConditionalCheckFailed"])) == .permanent)
        #expect(known(Canceled(serviceReasons: [])) == nil)
    }

    @Test("then its status")
    func status() {
        #expect(known(StatusTimeoutError(statusCode: 500)) == .serverError)
        #expect(known(StatusTimeoutError(statusCode: 418)) == .permanent)
        #expect(known(StatusTimeoutError(statusCode: 302)) == .transient)
    }

    @Test("keeps the hint whatever class comes out, and a hint to stay away always counts")
    func hints() {
        let hint = RetryHint.after(.seconds(120))
        for status in [nil, 302, 413, 420, 423, 503] as [Int?] {
            #expect(known(StatusTimeoutError(statusCode: status, retryHint: hint))?.hint == hint)
            #expect(known(StatusTimeoutError(statusCode: status, retryHint: .never))?.hint == .never)
        }
        #expect(
            known(StatusTimeoutError(statusCode: 400, retryHint: hint, serviceCode: "Throttling"))
                == .rateLimit.hint(hint))
        let inside = Envelope(wrappedError: StatusTimeoutError(statusCode: nil, retryHint: hint))
        #expect(known(inside)?.hint == hint)
        #expect(
            known(AuthEnvelope(wrappedError: StatusTimeoutError(statusCode: 429, retryHint: hint)))
                == .rateLimit.hint(hint))
        let own = OwnWordEnvelope(classification: .transient, wrappedError: RateLimitError(retryAfter: .seconds(120)))
        #expect(known(own) == .transient.hint(hint))
        let stop = OwnWordEnvelope(
            classification: .rateLimit(after: .seconds(1)),
            wrappedError: StatusTimeoutError(statusCode: 503, retryHint: .never))
        #expect(known(stop) == .rateLimit.hint(.never))
        let sensible = StatusTimeoutError(statusCode: 503, retryHint: .after(.seconds(-1)))
        #expect(known(Envelope(wrappedError: sensible)) == .serverError)
    }

    @Test("takes a time in the past for no hint, whoever gives it, and then the next one counts")
    func pastHints() {
        let past = ErrorClassification.rateLimit(after: .seconds(-1))
        let asked = StatusTimeoutError(statusCode: 429, retryHint: .after(.seconds(120)))
        #expect(known(OwnWordEnvelope(classification: past, wrappedError: asked))?.hint == .after(.seconds(120)))
        let computed = ErrorClassifier { _ in past }
        func hint(_ error: any Error) -> RetryHint? {
            ErrorEvidence(of: error, classifier: computed).classification.hint
        }
        #expect(hint(asked) == .after(.seconds(120)))
        #expect(hint(StatusTimeoutError(statusCode: 429, retryHint: .never)) == .never)
        #expect(hint(Plain()) == nil)
    }

    @Test("asks finer evidence inside before coarser evidence outside")
    func strength() {
        struct StatusEnvelope: StatusCodeError, WrappingError {
            let statusCode: Int?
            let wrappedError: (any Error)?
        }
        struct APIConnectionError: WrappingError { let wrappedError: (any Error)? }
        #expect(known(APIConnectionError(wrappedError: PermanentError())) == .permanent)
        #expect(known(APIConnectionError(wrappedError: LargeStatus())) == .permission)
        #expect(known(APIConnectionError(wrappedError: Plain())) == .transient)
        #expect(known(StatusEnvelope(statusCode: 500, wrappedError: LargeCode())) == .rateLimit)
        #expect(known(StatusEnvelope(statusCode: 500, wrappedError: LargeStatus())) == .serverError)
        #expect(known(StatusEnvelope(statusCode: nil, wrappedError: LargeStatus())) == .permission)
        #expect(known(AuthEnvelope(wrappedError: ConcurrencyError())) == .concurrency)
    }

    @Test("asks the caller's classifier first, about each error of the chain")
    func callersClassifier() {
        let plain = ErrorClassifier.errors(Plain.self) { _ in .rateLimit }
        func evidence(_ error: any Error) -> ErrorClassification {
            ErrorEvidence(of: error, classifier: plain).classification
        }
        #expect(evidence(Envelope(wrappedError: Plain())) == .rateLimit)
        #expect(evidence(OwnWordEnvelope(classification: .permanent, wrappedError: Plain())) == .rateLimit)
        #expect(evidence(NotExecutedError(Plain())) == .rateLimit)
        let outermost = ErrorClassifier { $0 is Envelope ? .auth : $0 is Plain ? .rateLimit : nil }
        #expect(outermost.classification(of: Envelope(wrappedError: Plain())) == .auth)
    }

    @Test("takes coding errors for permanent")
    func coding() {
        let context = DecodingError.Context(codingPath: [], debugDescription: "")
        #expect(known(DecodingError.dataCorrupted(context)) == .permanent)
        #expect(known(DecodingError.valueNotFound(Int.self, context)) == .permanent)
        let encoding = EncodingError.Context(codingPath: [], debugDescription: "")
        #expect(known(EncodingError.invalidValue(0, encoding)) == .permanent)
    }

    @Test("asks the error inside, too")
    func inside() {
        let hinted = RateLimitError(retryAfter: .seconds(4))
        #expect(known(Envelope(wrappedError: hinted)) == .rateLimit(after: .seconds(4)))
        #expect(known(Envelope(wrappedError: StatusTimeoutError(statusCode: 401))) == .auth)
        #expect(known(Envelope(wrappedError: Plain())) == nil)
        #expect(known(Envelope(wrappedError: nil)) == nil)
        #expect(known(Plain()) == nil)
    }

    @Test("looks at a hundred errors inside one another")
    func depth() {
        for depth in [8, 9, 100] { #expect(known(wrapped(ServerSideError(), times: depth)) == .serverError) }
    }

    @Test("ends where a chain bites its own tail")
    func knots() {
        #expect(known(Knot()) == nil)
        let (one, other) = (Knot(), Knot())
        one.next.withLock { $0 = other }
        other.next.withLock { $0 = Envelope(wrappedError: one) }
        #expect(known(one) == nil)
        one.next.withLock { $0 = nil }
        other.next.withLock { $0 = nil }
    }

    @Test("tells the errors of one type apart by what they hold")
    func sameType() {
        for _ in 0..<3 {
            #expect(known(StatusTimeoutError(statusCode: 401)) == .auth)
            #expect(known(StatusTimeoutError(statusCode: 403)) == .permission)
            #expect(known(OwnWordTimeoutError(classification: .auth)) == .auth)
            #expect(known(OwnWordTimeoutError(classification: .unknown)) == .unknown)
        }
    }

    @Test func markersSayWhatTheyAre() {
        #expect(known(PermanentError()) == .permanent)
        #expect(known(TransientError()) == .transient)
        #expect(known(RateLimitError()) == .rateLimit)
        #expect(known(RateLimitError(retryAfter: .zero)) == .rateLimit(after: .zero))
        #expect(known(ConcurrencyError()) == .concurrency)
        #expect(known(ServerSideError()) == .serverError)
        let texts = [
            PermanentError("a").description, TransientError("b").description, RateLimitError("c").description,
            ConcurrencyError("d").description, ServerSideError("e").description,
        ]
        #expect(texts == ["a", "b", "c", "d", "e"])
        let defaults = [
            "\(PermanentError())", "\(TransientError())", "\(RateLimitError())", "\(ConcurrencyError())",
            "\(ServerSideError())",
        ]
        #expect(Set(defaults).count == 5 && !defaults.contains(""))
        #expect(PermanentError("a") != PermanentError("b"))
        #expect(RateLimitError(retryAfter: .seconds(1)) != RateLimitError(retryAfter: .seconds(2)))
    }
}
