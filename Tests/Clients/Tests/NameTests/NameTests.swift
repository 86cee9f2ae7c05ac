import AsyncHTTPClient
import Crypto
import Foundation
import GRPCCore
import HTTPTypes
import Logging
import Metrics
import NIOCore
import RetryAsync
import RetryCore
import RetryFoundation
import RetryTesting
import SystemPackage
import Testing

/// The library's names beside those of common packages: what this file names is ambiguous to no client.
///
/// One name is taken: gRPC has a `RetryPolicy` too, so a file that imports `GRPCCore` writes `RetryCore.RetryPolicy`.
@Suite(.timeLimit(.minutes(20)))
struct NameTests {
    private let types: [Any.Type] = [
        AWSErrorTable.self, AbandonedClaimBehavior.self, ActionID.self, ActionIDError.self, AttemptRecord.self,
        AttemptTimeoutError.self, Backoff.self, BackoffContext.self, BackoffSchedule.self, BlockingEffectGate.self,
        BlockingExecutor.self, CanonicalJSON.self, CircuitBreaker.self, CircuitBreaker.CallCounts.self,
        AttemptResult.self, GuardAnswer.self, CircuitBreaker.State.self, CircuitBreaker.StateChange.self,
        CircuitBreaker.StateChangeCause.self, CircuitBreakerCheckpoint.self, CircuitBreakerConflictError.self,
        CircuitBreakerEvent.self, CircuitBreakerObserver.self, CircuitBreakerPolicy.self,
        CircuitBreakerRegistry.self, CircuitBreakerSnapshot.self, CircuitBreakerStateMachine.self,
        CircuitBreakerTestBench.self, CircuitOpenError.self, ClientRedirects.self, ConcurrencyError.self,
        DeadlineBehavior.self, DeadlineExceededError.self, DeterministicExecutor.self, EffectClaimAnswer.self,
        EffectClaimTicket.self, EffectContext.self, EffectDigest.self, EffectError.self, EffectFailure.self,
        EffectFingerprint.self, EffectGate.self, EffectOutcome.self, EffectReceiver.self, EffectReconcileAnswer.self,
        EffectRecord.self, EffectRenewAnswer.self, EffectReplay.self, EffectSettleAnswer.self,
        EffectStateMachine.self, EffectStoreConformance.self, EffectStoreError.self, EffectSubscription.self,
        EffectVerdict.self, ErrorClass.self, ErrorClassification.self, ErrorClassifier.self, ErrorMessageTable.self,
        ErrorTypeRegistry.self, ExecutionCertainty.self, ExecutionClassifier.self, ExecutionGuarantee.self,
        FaultScriptError.self, FencingToken.self, GRPCStatusTable.self, HTTPStatusTable.self,
        InMemoryEffectStore.self, InvalidPolicyError.self, Jitter.self, KnownClient.self, LongHintBehavior.self,
        ManualClock.self, ManualSleeper.self, ModelProviderFailure.self, MySQLErrorTable.self, NotExecutedError.self,
        RejectionBehavior.self, POSIXErrnoTable.self, PermanentError.self, RateLimitError.self,
        RateLimitHeaders.self, RecordingCircuitBreakerObserver.self, RecordingRetryBudgetObserver.self,
        RecordingRetryObserver.self, RedirectRefusal.self, RedisErrorTable.self, RejectedValueError.self,
        ReloadingRetryOperations.self, RetryAfter.self, RetryAttempt.self, RetryBudget.self, RetryBudgetEvent.self,
        RetryBudgetObserver.self, RetryBudgetPolicy.self, RetryBudgetStateMachine.self, RetryCancellationToken.self,
        RetryClock.self, RetryCondition.self, RetryConfiguration.self, RetryConfigurationError.self,
        RetryContext.self, RetryContextEndedError.self, RetryDecision.self, RetryEvent.self, RetryHint.self,
        RetryHintPolicy.self, RetryLogLevel.self, RetryMetrics.self, RetryMetrics.Histogram.self, RetryNotice.self,
        RetryObserver.self, RetryOperation.self, RetryOperationKind.self, RetryOperationKinds.self,
        RetryOperations.self, RetryPipeline.self, RetryPolicyCatalog.self, RetryRandomSource.self, RetrySleeper.self,
        RetryStateMachine.self, RetryStopReason.self, RetryTracker.self, RetryTracker.ToolResult.self,
        RetryTracker.ToolResult.MalformedParts.self, RetryTrackerDecision.self, RetryTrackerEvent.self,
        SQLStateTable.self, SQLiteResultTable.self, ScheduleError.self, ScheduleFailure.self, ScriptedGenerator.self,
        SeededGenerator.self, ServerSideError.self, ToolCallKey.self, ToolHookAnswer.self,
        ToolRetryConfiguration.self, ToolRetryMetadata.self, ToolRetryOverride.self, ToolRetryPolicy.self,
        ToolTextReader.self, TransientError.self, URLResponseError.self,
    ]

    private let genericTypes: [Any.Type] = [
        BlockingFunction<Int, String>.self, EffectCodec<Int>.self, FaultScript<Int>.self, OnceResult<Int>.self,
        GuardedFunction<Int, String>.self, RetryCore.RetryPolicy.self,
        RetryingSequence<AsyncStream<Int>, Int>.self,
    ]

    private let protocols: [Any.Type] = [
        (any AttemptRejectedError).self, (any BlockingEffectStore).self, (any CancellationAwareError).self,
        (any EffectKey).self, (any EffectResult).self, (any EffectStore).self, (any ExecutionAwareError).self,
        (any GRPCStatusError).self, (any HintedError).self, (any ModelProviderError).self,
        (any ObservableEffectStore).self, (any POSIXErrnoError).self, (any RedirectAwareError).self,
        (any RetryPolicyModifying).self, (any SQLStateError).self, (any SelfClassifyingError).self,
        (any ServiceCodeError).self, (any StatusCodeError).self, (any WrappingError).self,
    ]

    /// The types of other packages whose names the library had once, or nearly has.
    private let others: [Any.Type] = [
        SHA256.self, SHA256Digest.self, HMAC<SHA256>.self, Logger.Level.self, Metrics.Timer.self, Counter.self,
        HTTPResponse.Status.self, HTTPClientError.self, RPCError.self, GRPCCore.RetryPolicy.self, NIODeadline.self,
    ]

    @Test func eachNameMeansOneType() {
        let all = types + genericTypes + protocols + others
        #expect(Set(all.map { ObjectIdentifier($0) }).count == all.count)
    }

    @Test func aCallNamesThemTogether() async throws {
        let log = Logger(label: "names")
        let policy: RetryCore.RetryPolicy = .api
        let clock = ManualClock(autoAdvance: true)
        let metrics = RetryMetrics()
        let service = FaultScript<String>(.fail(ServerSideError()), .succeed("Ada"))
        let users = RetryPipeline("users", policy: policy)
            .breaker(CircuitBreaker("users"))
            .budget(RetryBudget(.tokenBucket(), named: "users"))
            .observer([metrics.observer, .log { level, line in log.log(level: .init(level), "\(line)") }])
            .clock(RetryClock(clock))
            .random(RetryRandomSource.seeded(1))
        #expect(try await users { try await service() } == "Ada")

        let attempts: RetryMetrics.Histogram = metrics.snapshot().attempts
        #expect(attempts.count == 1)
        let digest: SHA256Digest = SHA256.hash(data: Data("Ada".utf8))
        let fingerprint = EffectFingerprint(digest: try #require(EffectDigest(bytes: Array(digest))))
        #expect(fingerprint == EffectFingerprint(of: "Ada".utf8))
    }
}

extension Logger.Level {
    fileprivate init(_ level: RetryLogLevel) {
        switch level {
        case .debug: self = .debug
        case .info: self = .info
        case .warning: self = .warning
        case .error: self = .error
        }
    }
}
