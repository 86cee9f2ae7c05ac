import RetryAsync
import Testing

/// A client that is left out: nothing of what its table says counts, in whatever part of a call.
@Suite(.timeLimit(.minutes(20)))
struct SwitchOffTests {
    private let withoutGRPC = ErrorClassifier.default.without(.grpc)

    private func outcome(of error: any Error, _ classifier: ErrorClassifier?) async -> RetryOutcome<Void> {
        await RetryPipeline(policy: .api.maxAttempts(1)).classifier(classifier).outcome { throw error }
    }

    @Test func theClassAndTheHint() async throws {
        let error = try await provoked("gRPC", "status 14, pushback 20")
        let with = await outcome(of: error, nil).timeline.first
        #expect(with?.errorClass == .transient && with?.hint == .after(.milliseconds(20)))
        let without = await outcome(of: error, withoutGRPC).timeline.first
        #expect(without?.errorClass == .unknown && without?.hint == nil)
    }

    @Test func theCancellationInside() async throws {
        let error = try await provoked("gRPC", "task cancelled")
        #expect(await outcome(of: error, nil).stopReason == .cancelled)
        #expect(await outcome(of: error, withoutGRPC).stopReason != .cancelled)
    }

    @Test func theErrorInside() async throws {
        let error = try await provoked("gRPC", "interceptor throws any error")
        let inside = ErrorClassifier { "\($0)" == "Unprovoked()" ? .auth : nil }
        #expect(await outcome(of: error, inside).timeline.first?.errorClass == .auth)
        #expect(await outcome(of: error, inside.without(.grpc)).timeline.first?.errorClass == .unknown)
    }

    @Test func theAnswerToATimeout() async throws {
        let error = try await provoked("gRPC", "task cancelled")
        func thrown(_ classifier: ErrorClassifier?) async -> (any Error)? {
            let executor = RetryPipeline(policy: .api.maxAttempts(1).attemptTimeout(.milliseconds(1))).classifier(
                classifier)
            return await executor.outcome {
                // Waits for the cancellation, and answers it as gRPC does.
                let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
                for await _ in stream {}
                withExtendedLifetime(continuation) {}
                throw error
            }.error
        }
        #expect(await thrown(nil) is AttemptTimeoutError)
        #expect(await !(thrown(withoutGRPC) is AttemptTimeoutError))
    }

    @Test func theCertaintyThatNothingWasExecuted() async throws {
        let error = try await provoked("gRPC", "connection refused")
        func attempts(_ classifier: ErrorClassifier?) async throws -> Int {
            let policy = RetryPolicy.api.maxAttempts(2).backoff(.none)
            let gate = EffectGate(
                RetryPipeline(policy: policy).classifier(classifier), store: InMemoryEffectStore(),
                policy: EffectGatePolicy(redirects: .notFollowed))
            var attempts = 0
            await #expect(throws: (any Error).self) {
                _ = try await gate.once("order-1") { _ -> String in
                    attempts += 1
                    throw error
                }
            }
            return attempts
        }
        #expect(try await attempts(nil) == 2)
        #expect(try await attempts(withoutGRPC) == 1)
    }
}
