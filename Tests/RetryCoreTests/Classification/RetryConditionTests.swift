import RetryCore
import Testing

private struct ShopError: Error, CustomStringConvertible {
    var description = "shop"
}

private enum NetworkError: Error { case lost, slow }
private struct Failed<Cause>: Error {}
private class BaseError: Error, @unchecked Sendable {}
private final class DerivedError: BaseError, @unchecked Sendable {}

private struct ServiceError: ServiceCodeError, StatusCodeError, CustomStringConvertible {
    var serviceCode: String?
    var statusCode: Int?
    var description = "failed"
}

private struct OwnWord: SelfClassifyingError, ServiceCodeError, StatusCodeError, CustomStringConvertible {
    let classification: ErrorClassification
    var serviceCode: String? { "ThrottlingException" }
    var statusCode: Int? { 429 }
    var description: String { "rate limit" }
}

@Suite("What a call retries at all", .timeLimit(.minutes(20)))
struct RetryConditionTests {
    @Test func typesLetTheirErrorsThrough() {
        let condition: RetryCondition = [ShopError.self, NetworkError.self, Failed<Int>.self]
        #expect(condition.contains(ShopError()))
        #expect(condition.contains(NetworkError.lost) && condition.contains(NetworkError.slow))
        #expect(condition.contains(Failed<Int>()))
        #expect(!condition.contains(Failed<String>()))
        #expect(!condition.contains(PermanentError()))
        let same = RetryCondition.errors(ShopError.self, NetworkError.self)
        #expect(same.contains(ShopError()) && !same.contains(PermanentError()))
    }

    @Test func typesAreMatchedAsCastsDo() {
        let base: RetryCondition = [BaseError.self]
        #expect(base.contains(DerivedError()) && base.contains(BaseError()))
        let derived: RetryCondition = [DerivedError.self]
        #expect(derived.contains(DerivedError()) && !derived.contains(BaseError()))
    }

    @Test func noTypesLetNothingThrough() {
        let none: RetryCondition = []
        #expect(!none.contains(ShopError()))
        #expect(!RetryCondition.errors().contains(ShopError()))
    }

    @Test func predicatesDecide() {
        let slow = RetryCondition.where { ($0 as? NetworkError) == .slow }
        #expect(slow.contains(NetworkError.slow))
        #expect(!slow.contains(NetworkError.lost))
        #expect(!slow.contains(ShopError()))
    }

    @Test("only narrow: an admitted error is still classified")
    func narrows() throws {
        func reason(_ condition: RetryCondition?, _ error: any Error) throws -> RetryStopReason? {
            let context = try RetryContext(.api.retryOn(condition))
            try context.next()
            context.recordFailure(error)
            return context.stopReason
        }
        #expect(try reason([TransientError.self], TransientError()) == nil)
        #expect(try reason([PermanentError.self], PermanentError()) == .permanent)
        #expect(try reason([PermanentError.self], TransientError()) == .permanent)
        #expect(try reason([], TransientError()) == .permanent)
        #expect(try reason(nil, TransientError()) == nil)
        #expect(try reason([], CancellationError()) == .cancelled)
    }

    @Test(
        "know a rate limit by its code alone, by its status alone, or by its text",
        arguments: [
            (ServiceError(serviceCode: "ThrottlingException"), true),
            (ServiceError(serviceCode: "TooManyRequestsException"), true),
            (ServiceError(serviceCode: "RequestLimitExceeded"), true),
            (ServiceError(serviceCode: "ProvisionedThroughputExceededException"), true),
            (ServiceError(serviceCode: "AccessDeniedException"), false),
            (ServiceError(serviceCode: "SlowDown"), true),
            (ServiceError(serviceCode: "ValidationException", description: "Rate limit"), false),
            (ServiceError(serviceCode: "ValidationException", statusCode: 429), false),
            (ServiceError(serviceCode: "ThrottlingException", statusCode: 400), true),
            (ServiceError(serviceCode: "com.amazonaws.dynamodb.v20120810#ThrottlingException", statusCode: 400), true),
            (ServiceError(statusCode: 429), true), (ServiceError(statusCode: 503), false),
            (ServiceError(statusCode: 503, description: "rate limit"), false),
            (ServiceError(description: "rate limit"), true), (ServiceError(), false),
            (ShopError(description: "HTTP 429"), true), (ShopError(description: "Rate limit exceeded"), true),
            (ShopError(description: "request throttled"), true), (ShopError(description: "order 14290 failed"), true),
            (ShopError(description: "rate-limited"), false), (ShopError(description: "Too Many Requests"), false),
            (RateLimitError("slow"), true), (TransientError("HTTP 429"), false),
            (OwnWord(classification: .rateLimit), true), (OwnWord(classification: .permanent), false),
        ] as [(any Error, Bool)])
    func rateLimits(error: any Error, isRateLimit: Bool) {
        #expect(RetryCondition.rateLimits.contains(error) == isRateLimit)
    }
}
