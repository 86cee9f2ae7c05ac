/// The shared state of chaos: decides for each attempt, makes the injections, and counts them.
///
/// A pipeline makes one of a ``ChaosPolicy``; create one to share it among pipelines, to read its counts, and for calls
/// without a pipeline:
///
/// ```swift
/// let chaos = ChaosInjector(ChaosPolicy(enabled: isDrill).fault(rate: 0.05, .serverError), observer: observer)
///
/// let users = RetryPipeline("users", policy: .api).chaos(chaos)
/// print(chaos.snapshot().faults)
/// ```
///
/// It is thread-safe.
public final class ChaosInjector: Sendable {
    /// The injections, their scope and their switch.
    public let policy: ChaosPolicy
    private let observer: ChaosObserver?
    private let core: Locked<Core>

    private struct Core: Sendable {
        var machine: ChaosStateMachine
        var counts = ChaosSnapshot()
    }

    /// Creates the state of a policy.
    ///
    /// - Parameters:
    ///   - policy: The injections, their scope and their switch.
    ///   - observer: Receives an event for each injection.
    public init(_ policy: ChaosPolicy, observer: ChaosObserver? = nil) {
        (self.policy, self.observer) = (policy, observer)
        core = Locked(Core(machine: ChaosStateMachine(seed: policy.seed ?? UInt64.random(in: .min ... .max))))
    }

    /// Returns the counts up to now.
    public func snapshot() -> ChaosSnapshot { core.withLock { $0.counts } }
}

// MARK: One attempt

extension ChaosInjector {
    /// The injections into one attempt.
    package struct Plan: Sendable {
        fileprivate let plan: ChaosStateMachine.Plan
        /// The delay before the operation, in nanoseconds.
        package var latency: Int64 { plan.latency }
    }

    /// Decides what is injected into an attempt; `nil` for nothing.
    package func plan(for operation: String?) -> Plan? {
        guard policy.isFor(operation), policy.isEnabled else { return nil }
        // The closures of the caller run outside the lock.
        let injections = policy.injections.map { one in
            let delay: ClosedRange<Int64> = if case .latency(let delay) = one.effect { delay } else { 0...0 }
            return ChaosStateMachine.Injection(kind: one.effect.kind, rate: one.rate.share, delay: delay)
        }
        let plan = core.withLock { core in
            core.counts.attempts += 1
            return core.machine.next(injections)
        }
        return plan.isEmpty ? nil : Plan(plan: plan)
    }

    /// Runs the closures of a plan, and reports its delay, which the caller makes next.
    package func begin(_ plan: Plan, _ operation: String?) throws {
        for place in plan.plan.behaviors {
            guard case .behavior(let behavior) = policy.injections[place].effect else { continue }
            report(ChaosEvent(.behavior, operation: operation)) { $0.behaviors += 1 }
            try behavior()
        }
        if plan.latency > 0 {
            report(ChaosEvent(.latency, operation: operation, delay: plan.latency)) { $0.latencies += 1 }
        }
    }

    /// Throws the error of a plan, or returns its value; `nil` if the operation is to run.
    package func end<Value: ~Copyable>(_ plan: Plan, _ operation: String?) throws -> Value? {
        if let place = plan.plan.fault, case .fault(let makeError, _) = policy.injections[place].effect {
            let error = makeError()
            report(ChaosEvent(.fault, operation: operation, error: error)) { $0.faults += 1 }
            throw error
        }
        guard let place = plan.plan.outcome, case .outcome(let value) = policy.injections[place].effect else {
            return nil
        }
        guard value.isOf(Value.self) else {
            core.withLock { $0.counts.mismatches += 1 }
            return nil
        }
        report(ChaosEvent(.outcome, operation: operation)) { $0.outcomes += 1 }
        return value.value(as: Value.self)
    }

    private func report(_ event: ChaosEvent, _ count: (inout ChaosSnapshot) -> Void) {
        core.withLock { count(&$0.counts) }
        observer?.observe(event)
    }
}

// MARK: Blocking calls

extension ChaosInjector {
    /// Makes a call on this thread, with the injections that its operation is due.
    ///
    /// For manual loops, and for calls without a pipeline:
    ///
    /// ```swift
    /// let text = try chaos.callBlocking("files") { try read(file) }
    /// ```
    ///
    /// - Parameters:
    ///   - operation: The name of the operation, for the scope of the policy and for events.
    ///   - sleeper: The sleeper that performs a delay; the system's if `nil`.
    ///   - cancellation: A token that ends a delay from another thread.
    ///   - body: The call; run once, or not at all.
    /// - Returns: The value of the call, or the injected one.
    /// - Throws: The error of the call, or the injected one. `CancellationError` if the call was cancelled during a delay.
    public func callBlocking<Value: ~Copyable>(
        _ operation: String? = nil, sleeper: RetrySleeper? = nil, cancellation: RetryCancellationToken? = nil,
        _ body: () throws -> Value
    ) throws -> Value {
        guard let plan = plan(for: operation) else { return try body() }
        try begin(plan, operation)
        if plan.latency > 0 {
            let isCancelled = { cancellation?.isCancelled == true || Task.isCancelled }
            if !isCancelled() {
                (sleeper ?? .system).sleep(for: .nanoseconds(plan.latency), cancellation: cancellation)
            }
            if isCancelled() { throw CancellationError() }
        }
        if let value: Value = try end(plan, operation) { return value }
        return try body()
    }
}

extension ChaosInjector: CustomStringConvertible, CustomDebugStringConvertible {
    /// The policy in words: `chaos in users: fault, latency`.
    public var description: String { policy.description }

    /// The policy in words, and the counts.
    public var debugDescription: String { "\(policy) (\(snapshot()))" }
}
