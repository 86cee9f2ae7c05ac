import RetryCore
import Testing

@Suite("What the policy for rate limits retries", .timeLimit(.minutes(20)))
struct RateLimitConditionTests {
    private struct Busy: Error {}
    private struct RPCFault: GRPCStatusError { let grpcStatusCode: Int? }

    private func calls(_ condition: RetryCondition, _ error: any Error) -> Int {
        var count = 0
        _ = try? retryBlocking(.rateLimited.retryOn(condition).sleeper(RetrySleeper { _, _ in })) {
            () throws -> Void in
            count += 1
            throw error
        }
        return count
    }

    @Test func whatIsNoRateLimitIsNotRetried() {
        #expect(calls(.rateLimits, RateLimitError()) == 5)
        #expect(calls(.rateLimits, TransientError()) == 1)
        #expect(calls(.rateLimits, ServiceFault(serviceCode: "ThrottlingException", statusCode: nil)) == 5)
        #expect(calls(.rateLimits, ServiceFault(serviceCode: nil, statusCode: 429)) == 5)
        #expect(calls(.rateLimits, ServiceFault(serviceCode: nil, statusCode: 503)) == 1)
    }

    @Test func theDetectionCanBeReplaced() {
        #expect(calls([Busy.self], Busy()) == 5)
        #expect(calls([Busy.self], RateLimitError()) == 1)
        #expect(calls(.rateLimits(by: .grpcStatus), RPCFault(grpcStatusCode: 8)) == 5)
        #expect(calls(.rateLimits(by: .grpcStatus), RPCFault(grpcStatusCode: 14)) == 1)
        #expect(calls(.rateLimits(by: .grpcStatus), RateLimitError()) == 1)
    }
}
