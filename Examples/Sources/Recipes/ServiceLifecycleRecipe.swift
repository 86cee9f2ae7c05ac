import Logging
import RetryAsync
import ServiceLifecycle
import Shared

/// A clock whose sleeps end at a graceful shutdown.
///
/// A call by this clock begins no further attempt then, and throws the error of its last one. The attempt that runs is
/// not cancelled: it has the time until the service group cancels its services.
struct ShutdownAwareClock: Clock {
    var now: SuspendingClock.Instant { SuspendingClock.now }
    var minimumResolution: Duration { SuspendingClock().minimumResolution }

    func sleep(until deadline: SuspendingClock.Instant, tolerance: Duration?) async throws {
        try await cancelWhenGracefulShutdown {
            try await Task.sleep(until: deadline, tolerance: tolerance, clock: .suspending)
        }
    }
}

// MARK: - The check

extension Recipes {
    func serviceLifecycle() async throws {
        begin("ServiceLifecycle")
        let start = ContinuousClock.now
        let patient = RetryPipeline.api.backoff(.constant(.seconds(60)))

        // The wait ends, and the call with the error of its last attempt.
        let waiting = Poller(pipeline: patient.clock(RetryClock(ShutdownAwareClock())))
        try await waiting.runUntilShutdown()
        checks.expect("end of a wait", waiting.notes.all, is: ["attempt", "wait_failed", "error"])

        // The call is cancelled as a whole.
        let cancelled = Poller(pipeline: patient, cancelsAttempts: true)
        try await cancelled.runUntilShutdown()
        checks.expect("end of a call", cancelled.notes.all, is: ["attempt", "cancelled", "CancellationError"])

        checks.expect("time until the shutdown", .now - start, atMost: .seconds(10))
    }
}

/// A service whose call fails; it is asked to shut down while the call waits.
private struct Poller: Service {
    let pipeline: RetryPipeline
    var cancelsAttempts = false
    let notes = Notes()
    private let waits = AsyncStream.makeStream(of: Void.self)

    init(pipeline: RetryPipeline, cancelsAttempts: Bool = false) {
        self.cancelsAttempts = cancelsAttempts
        let (notes, waits) = (notes, waits)
        self.pipeline =
            pipeline
            .onRetry { _ in waits.continuation.yield() }
            .observer(RetryObserver { event in if let reason = event.stopReason { notes.add(reason.code) } })
    }

    func run() async throws {
        let poll: @Sendable () async throws -> Void = { [pipeline, notes] in
            try await pipeline.execute {
                notes.add("attempt")
                throw TransientError()
            }
        }
        do {
            if cancelsAttempts { try await cancelWhenGracefulShutdown(poll) } else { try await poll() }
        } catch {
            notes.add(error is CancellationError ? "CancellationError" : "error")
        }
    }

    func runUntilShutdown() async throws {
        let group = ServiceGroup(
            services: [self], logger: Logger(label: "services") { _ in SwiftLogNoOpLogHandler() })
        async let running: Void = group.run()
        for await _ in waits.stream { break }
        await group.triggerGracefulShutdown()
        _ = try? await running
    }
}
