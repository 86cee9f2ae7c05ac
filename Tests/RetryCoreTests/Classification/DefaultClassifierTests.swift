import RetryCore
import Testing

// Each of these has everything that comes after the word that is asked first, so that the order is seen.

private struct OwnWordTimeoutError: SelfClassifyingError, StatusCodeError, ServiceCodeError, WrappingError {
    let classification: Classification
    var statusCode: Int? { 503 }
    var serviceCode: String? { "ThrottlingException" }
    var wrappedError: (any Error)? { ConcurrencyError() }
}

private struct StatusTimeoutError: StatusCodeError, ServiceCodeError, WrappingError {
    var statusCode: Int?
    var retryHint: RetryHint?
    var serviceCode: String?
    var wrappedError: (any Error)? { ConcurrencyError() }
}

private struct AuthEnvelope: WrappingError {
    let wrappedError: (any Error)?
}

private struct Envelope: WrappingError {
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
    var classification = Classification(.auth)
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
    var classification: Classification { .permission }
}

private final class NoEntryEver: NoEntry, @unchecked Sendable {
    override var classification: Classification { .permanent }
}

private final class Knot: WrappingError {
    let next: Locked<(any Error)?> = Locked(nil)

    var wrappedError: (any Error)? {
        let next = next.withLock { $0 }
        return next == nil ? self : next
    }
}

@Suite("The default classifier", .timeLimit(.minutes(5)))
struct DefaultClassifierTests {
    private func known(_ error: any Error) -> Classification? {
        ErrorClassifier.default.classification(of: error)
    }

    /// The error inside so many envelopes.
    private func wrapped(_ error: any Error, times: Int) -> any Error {
        (0..<times).reduce(error) { inner, _ in Envelope(wrappedError: inner) }
    }

    @Test("believes an error's own word first")
    func ownWord() {
        let hinted = Classification(.permission, hint: .after(.seconds(2)))
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

    @Test("then its status, with the hint")
    func status() {
        let hint = RetryHint.after(.seconds(2))
        let error = StatusTimeoutError(statusCode: 404, retryHint: hint, serviceCode: "ThrottlingException")
        #expect(known(error) == .permanent.hint(hint))
        #expect(known(StatusTimeoutError(statusCode: 500)) == .serverError)
    }

    @Test(
        "then a throttling code of its service",
        arguments: [
            "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded",
            "ProvisionedThroughputExceededException",
        ])
    func serviceCode(code: String) {
        #expect(known(StatusTimeoutError(statusCode: 418, serviceCode: code)) == .rateLimit)
        #expect(known(StatusTimeoutError(statusCode: nil, serviceCode: code)) == .rateLimit)
        #expect(known(StatusTimeoutError(serviceCode: code.lowercased())) == .transient)
    }

    @Test("then the type's name")
    func name() {
        #expect(known(StatusTimeoutError(statusCode: 418, serviceCode: "AccessDenied")) == .transient)
        #expect(known(StatusTimeoutError()) == .transient)
        #expect(known(AuthEnvelope(wrappedError: ConcurrencyError())) == .auth)
    }

    @Test("takes coding errors for permanent")
    func coding() {
        let context = DecodingError.Context(codingPath: [], debugDescription: "")
        #expect(known(DecodingError.dataCorrupted(context)) == .permanent)
        #expect(known(DecodingError.valueNotFound(Int.self, context)) == .permanent)
        let encoding = EncodingError.Context(codingPath: [], debugDescription: "")
        #expect(known(EncodingError.invalidValue(0, encoding)) == .permanent)
    }

    @Test("then the error inside")
    func inside() {
        let hinted = RateLimitError(retryAfter: .seconds(4))
        #expect(known(Envelope(wrappedError: hinted)) == .rateLimit(after: .seconds(4)))
        #expect(known(Envelope(wrappedError: StatusTimeoutError(statusCode: 401))) == .auth)
        #expect(known(Envelope(wrappedError: Plain())) == nil)
        #expect(known(Envelope(wrappedError: nil)) == nil)
        #expect(known(Plain()) == nil)
    }

    @Test("looks at eight errors inside one another, and no further")
    func depth() {
        #expect(known(wrapped(ServerError(), times: 8)) == .serverError)
        #expect(known(wrapped(ServerError(), times: 9)) == nil)
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
        #expect(known(ServerError()) == .serverError)
        let texts = [
            PermanentError("a").description, TransientError("b").description, RateLimitError("c").description,
            ConcurrencyError("d").description, ServerError("e").description,
        ]
        #expect(texts == ["a", "b", "c", "d", "e"])
        let defaults = [
            "\(PermanentError())", "\(TransientError())", "\(RateLimitError())", "\(ConcurrencyError())",
            "\(ServerError())",
        ]
        #expect(Set(defaults).count == 5 && !defaults.contains(""))
        #expect(PermanentError("a") != PermanentError("b"))
        #expect(RateLimitError(retryAfter: .seconds(1)) != RateLimitError(retryAfter: .seconds(2)))
    }
}
