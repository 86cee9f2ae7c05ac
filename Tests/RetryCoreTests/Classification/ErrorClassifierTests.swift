import RetryCore
import Testing

private struct ShopError: Error, Equatable {
    var number = 0
}

private struct OtherError: Error {}

private class BaseError: Error, @unchecked Sendable {}
private final class DerivedError: BaseError, @unchecked Sendable {}

private struct ResponseError: StatusCodeError {
    let statusCode: Int?
    var retryHint: RetryHint?
}

@Suite("Classifiers", .timeLimit(.minutes(20)))
struct ErrorClassifierTests {
    private let shop = ErrorClassifier.errors(ShopError.self) { $0.number == 0 ? .concurrency : nil }
    private let nothing = ErrorClassifier { _ in nil }
    private let trap = ErrorClassifier { error in
        Issue.record("asked about \(error)")
        return nil
    }

    @Test func ofOneTypeKnowThatTypeAlone() {
        #expect(shop.classification(of: ShopError()) == .concurrency)
        #expect(shop.classification(of: ShopError(number: 1)) == nil)
        #expect(shop.classification(of: OtherError()) == nil)
        let base = ErrorClassifier.errors(BaseError.self) { _ in .auth }
        #expect(base.classification(of: DerivedError()) == .auth)
        #expect(ErrorClassifier.errors(DerivedError.self) { _ in .auth }.classification(of: BaseError()) == nil)
    }

    @Test func alwaysSayTheSame() {
        let hinted = ErrorClassification.rateLimit(after: .seconds(3))
        #expect(ErrorClassifier.always(hinted).classification(of: OtherError()) == hinted)
        #expect(ErrorClassifier.always(hinted).classification(of: ShopError()) == hinted)
    }

    @Test func orAsksTheSecondAboutTheRest() {
        let both = shop.or(.always(.permanent))
        #expect(both.classification(of: ShopError()) == .concurrency)
        #expect(both.classification(of: ShopError(number: 1)) == .permanent)
        #expect(both.classification(of: OtherError()) == .permanent)
        #expect(shop.or(trap).classification(of: ShopError()) == .concurrency)
        #expect(nothing.or(nothing).classification(of: OtherError()) == nil)
        #expect(nothing.or(shop).or(.always(.auth)).classification(of: OtherError()) == .auth)
    }

    @Test func firstAsksInTurn() {
        let turn = ErrorClassifier.first(nothing, shop, .always(.auth), trap)
        #expect(turn.classification(of: ShopError()) == .concurrency)
        #expect(turn.classification(of: OtherError()) == .auth)
        #expect(ErrorClassifier.first().classification(of: OtherError()) == nil)
        #expect(ErrorClassifier.first(nothing, nothing).classification(of: OtherError()) == nil)
    }

    @Test func mapChangesWhatIsKnown() {
        let softened = shop.map { known, error in
            #expect(known == .concurrency && error as? ShopError == ShopError())
            return known.hint(.after(.seconds(1)))
        }
        #expect(softened.classification(of: ShopError()) == .concurrency.hint(.after(.seconds(1))))
        #expect(softened.classification(of: OtherError()) == nil)
        #expect(shop.map { _, _ in nil }.classification(of: ShopError()) == nil)
        #expect(shop.map { _, _ in nil }.or(.always(.auth)).classification(of: ShopError()) == .auth)
    }

    @Test func overrideComesBeforeEverything() {
        let overridden = ErrorClassifier.always(.permanent).override(ShopError.self, as: .transient)
        #expect(overridden.classification(of: ShopError()) == .transient)
        #expect(overridden.classification(of: OtherError()) == .permanent)
        #expect(shop.override(OtherError.self, as: .auth).classification(of: ShopError()) == .concurrency)
        let marker = ErrorClassifier.default.override(PermanentError.self, as: .transient)
        #expect(marker.classification(of: PermanentError()) == .transient)
        let twice = overridden.override(ShopError.self, as: .auth)
        #expect(twice.classification(of: ShopError()) == .auth)
    }

    @Test func httpStatusKnowsStatusesAlone() {
        let hint = RetryHint.after(.seconds(7))
        let known = ErrorClassifier.httpStatus
        #expect(known.classification(of: ResponseError(statusCode: 503)) == .serverError)
        #expect(known.classification(of: ResponseError(statusCode: 429, retryHint: hint)) == .rateLimit.hint(hint))
        #expect(known.classification(of: ResponseError(statusCode: 404, retryHint: .never)) == .permanent.hint(.never))
        #expect(known.classification(of: ResponseError(statusCode: 302)) == nil)
        #expect(known.classification(of: ResponseError(statusCode: nil, retryHint: hint)) == .unknown.hint(hint))
        #expect(known.classification(of: OtherError()) == nil)
        #expect(known.classification(of: PermanentError()) == nil)
    }

    @Test func messagesReadsTheText() {
        struct TextError: Error, CustomStringConvertible {
            let description: String
        }
        let standard = ErrorClassifier.messages()
        #expect(standard.classification(of: TextError(description: "HTTP 401")) == .auth)
        #expect(standard.classification(of: TextError(description: "timeout after 4013ms")) == .transient)
        #expect(standard.classification(of: TextError(description: "hm")) == nil)
        let seed = ErrorClassifier.messages(.nodus)
        #expect(seed.classification(of: TextError(description: "timeout after 4013ms")) == .auth)
        #expect(
            ErrorClassifier.messages(ErrorMessageTable(["shopError": .auth])).classification(of: ShopError()) == .auth)
    }

    @Test("are asked once per failed attempt, not on success, and not once the call is cancelled")
    func asked() throws {
        let asked = Locked(0)
        let counting = ErrorClassifier { _ in
            asked.withLock { $0 += 1 }
            return .transient
        }
        let context = try RetryContext(.default.classifier(counting).sleeper(RetrySleeper { _, _ in }))
        for _ in 0..<3 {
            try context.next()
            context.recordFailure(OtherError())
        }
        #expect(context.stopReason == .attemptsExhausted)
        #expect(asked.withLock { $0 } == 3)
        let token = RetryCancellationToken()
        let cancelled = try RetryContext(.default.classifier(counting).cancellation(token))
        try cancelled.next()
        token.cancel()
        cancelled.recordFailure(CancellationError())
        #expect(cancelled.stopReason == .cancelled)
        let succeeded = try RetryContext(.default.classifier(counting).sleeper(RetrySleeper { _, _ in }))
        try succeeded.next()
        succeeded.recordSuccess()
        #expect(asked.withLock { $0 } == 3)
    }

    @Test("keep the strength of their evidence: what is read from a text or a name never beats a code or a status")
    func strength() {
        struct Reply: StatusCodeError, CustomStringConvertible {
            let statusCode: Int?
            let description: String
        }
        let texts = ErrorClassifier.messages()
        let lost = Reply(statusCode: 503, description: "order not found")
        #expect(ErrorEvidence(of: lost, classifier: texts).classification == .serverError)
        #expect(ErrorEvidence(of: lost, classifier: texts.or(.always(.auth))).classification == .serverError)
        #expect(ErrorEvidence(of: lost, classifier: .always(.auth)).classification == .auth)
        let bare = Reply(statusCode: nil, description: "order not found")
        #expect(ErrorEvidence(of: bare, classifier: texts.or(.always(.auth))).classification == .permanent)
        let odd = Reply(statusCode: nil, description: "odd")
        #expect(ErrorEvidence(of: odd, classifier: texts.or(.always(.auth))).classification == .auth)
        #expect(texts.or(shop).classification(of: ShopError()) == .concurrency)
    }

    @Test("after the default one are asked about what it does not know")
    func afterTheDefault() {
        let last = ErrorClassifier.default.or(.always(.permanent))
        #expect(last.classification(of: TransientError()) == .transient)
        #expect(last.classification(of: OtherError()) == .permanent)
        let errors = ErrorClassifier.default.or(.errors(TransientError.self) { _ in .auth })
        #expect(errors.classification(of: TransientError()) == .transient)
    }

    @Test("are followed by the default one, and that by unknown")
    func fallback() throws {
        func reason(_ classifier: ErrorClassifier?, _ error: any Error) throws -> RetryStopReason? {
            let context = try RetryContext(.api.retries(0, for: .unknown).classifier(classifier))
            try context.next()
            context.recordFailure(error)
            return context.stopReason
        }
        #expect(try reason(nothing, PermanentError()) == .permanent)
        #expect(try reason(.always(.transient), PermanentError()) == nil)
        #expect(try reason(nothing, OtherError()) == .classLimit(.unknown))
        #expect(try reason(nil, OtherError()) == .classLimit(.unknown))
        #expect(try reason(.always(.auth), OtherError()) == .permanent)
    }
}
