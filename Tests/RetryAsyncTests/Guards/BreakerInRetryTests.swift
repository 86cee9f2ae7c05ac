import RetryAsync
import RetryTesting
import Testing

@Suite("The circuit breaker of a call", .timeLimit(.minutes(20)))
struct BreakerInRetryTests {
    private let clock = ManualClock(autoAdvance: true)

    private func breaker(_ policy: CircuitBreakerPolicy) -> CircuitBreaker {
        CircuitBreaker("service", policy: policy, clock: clock.retryClock)
    }

    private func call(_ policy: RetryPolicy, _ breaker: CircuitBreaker) -> Call {
        Call(policy: policy, breaker: breaker, clock: clock)
    }

    @Test("is asked before every attempt, and ends the call with its last error", arguments: CallForm.allCases)
    func everyAttempt(_ form: CallForm) async throws {
        let breaker = breaker(CircuitBreakerPolicy(consecutiveFailures: 2))
        let call = call(.immediate(5), breaker)
        let attempts = Log<Int>()
        await #expect(throws: Fault(2)) {
            try await call.run(form) {
                attempts.add(1)
                throw Fault(attempts.count)
            }
        }
        #expect(attempts.count == 2)
        #expect(breaker.state == .open && breaker.isIdle)
        #expect(call.recorder.codes == form.codes("attempt", "retry", "attempt", "circuit_open"))
        #expect(clock.elapsed == .zero)
    }

    @Test("turns a call away that has not begun, which is no attempt", arguments: CallForm.allCases)
    func open(_ form: CallForm) async throws {
        let breaker = breaker(.default)
        breaker.trip()
        clock.advance(by: .seconds(20))
        let call = call(.immediate(5), breaker)
        let attempts = Log<Int>()
        let expected = CircuitOpenError(name: "service", retryAfter: .seconds(40), state: .open)
        await #expect(throws: expected) {
            try await call.run(form) { attempts.add(1) }
        }
        #expect(attempts.count == 0)
        #expect(call.recorder.codes == form.codes("circuit_open"))
        #expect(call.recorder.events.allSatisfy { $0.attempt == 0 })
    }

    @Test("makes a call wait, if the policy says so", arguments: CallForm.allCases)
    func waits(_ form: CallForm) async throws {
        let breaker = breaker(.default)
        breaker.trip()
        let call = call(.immediate(2).whenRejected(.wait), breaker)
        let value = try await call.run(form) { 7 }
        #expect(value == 7)
        #expect(clock.elapsed == .seconds(60))
        #expect(call.recorder.codes == form.codes("guard_wait", "attempt", "success"))
        #expect(call.recorder.events.filter { $0.kind == .guardWait }.allSatisfy { $0.delay == .seconds(60) })
        #expect(breaker.snapshot.probeSuccesses == 1 && breaker.isIdle)
    }

    @Test("lengthens the wait between attempts, if the policy says so", arguments: CallForm.allCases)
    func waitsBetweenAttempts(_ form: CallForm) async throws {
        let breaker = breaker(CircuitBreakerPolicy(consecutiveFailures: 1, breakDuration: .seconds(30)))
        let call = call(.every(.seconds(1), 2).whenRejected(.wait), breaker)
        let attempts = Log<Duration>()
        let value = try await call.run(form) { [clock] in
            attempts.add(clock.elapsed)
            if attempts.count == 1 { throw Fault(1) }
            return 7
        }
        #expect(value == 7)
        #expect(attempts.events == [.zero, .seconds(30)])
        #expect(call.recorder.codes == form.codes("attempt", "retry", "attempt", "success"))
    }

    @Test("that opens while the call waits is waited for, which costs no attempt", arguments: CallForm.allCases)
    func opensAndIsWaitedFor(_ form: CallForm) async throws {
        let breaker = breaker(.default)
        var call = call(.every(.seconds(1), 2).whenRejected(.wait), breaker)
        call.onRetry = { _ in breaker.trip() }
        let attempts = Log<Duration>()
        try await call.run(form) { [clock] in
            attempts.add(clock.elapsed)
            if attempts.count == 1 { throw Fault(1) }
        }
        #expect(attempts.events == [.zero, .seconds(60)])
        #expect(call.recorder.codes == form.codes("attempt", "retry", "guard_wait", "attempt", "success"))
        #expect(call.recorder.events.filter { $0.kind == .attempt }.map(\.attempt) == (form.isObserved ? [1, 2] : []))
    }

    @Test("is not waited for up to the deadline", arguments: CallForm.allCases)
    func deadline(_ form: CallForm) async throws {
        let breaker = breaker(.default)
        breaker.trip()
        let call = call(.immediate(2).whenRejected(.wait).deadline(.seconds(60)), breaker)
        await #expect(throws: CircuitOpenError.self) { try await call.run(form) {} }
        #expect(clock.elapsed == .zero)
    }

    @Test("is not waited for without a known end", arguments: CallForm.allCases)
    func isolated(_ form: CallForm) async throws {
        let breaker = breaker(.default)
        let isolation = breaker.isolate()
        let call = call(.immediate(2).whenRejected(.wait), breaker)
        await #expect(throws: CircuitOpenError(name: "service", retryAfter: nil, state: .isolated)) {
            try await call.run(form) {}
        }
        isolation.end()
        try await call.run(form) {}
    }

    @Test("that opens while the call waits ends it with its own error", arguments: CallForm.allCases)
    func opensMeanwhile(_ form: CallForm) async throws {
        let breaker = breaker(.default)
        var call = call(.every(.seconds(1), 5), breaker)
        call.onRetry = { _ in breaker.trip() }
        await #expect(throws: Fault(1)) { try await call.run(form) { throw Fault(1) } }
        #expect(call.recorder.codes == form.codes("attempt", "retry", "circuit_open"))
    }

    @Test("counts what is rejected as a failure, and returns it", arguments: CallForm.rejecting)
    func rejected(_ form: CallForm) async throws {
        let breaker = breaker(CircuitBreakerPolicy(consecutiveFailures: 2))
        let call = call(.immediate(5), breaker)
        let status = try await call.run(form, rejecting: badStatus) { 503 }
        #expect(status == 503)
        #expect(breaker.state == .open)
    }

    // An attempt under a timeout is a task of its own, which cannot cancel the caller's by cancelling itself.
    @Test("counts neither the caller's cancellation nor its own", arguments: CallForm.allCases.filter { $0 != .timed })
    func cancelled(_ form: CallForm) async throws {
        let breaker = breaker(CircuitBreakerPolicy(consecutiveFailures: 1))
        let call = call(.immediate(3), breaker)
        await #expect(throws: CancellationError.self) { try await call.run(form) { throw CancellationError() } }
        let task = Task {
            try await call.run(form) {
                cancelThisTask()
                throw Fault(1)
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(breaker.snapshot.consecutiveFailures == 0 && breaker.state == .closed && breaker.isIdle)
    }

    @Test("counts only the classes that it is told to")
    func classes() async throws {
        let breaker = breaker(CircuitBreakerPolicy(consecutiveFailures: 1))
        let call = call(.immediate(3), breaker)
        for errorClass in [ErrorClass.permanent, .auth, .permission] {
            await #expect(throws: Fault.self) {
                try await call.run(.function) { throw Fault(1, ErrorClassification(errorClass)) }
            }
        }
        #expect(breaker.state == .closed && breaker.isIdle)
    }

    @Test("records the class that a failure has, whatever the condition admits", arguments: CallForm.allCases)
    func narrowed(_ form: CallForm) async throws {
        let breaker = breaker(CircuitBreakerPolicy(consecutiveFailures: 3))
        var call = call(.immediate(5), breaker)
        call.condition = .where { _ in false }
        for _ in 0..<3 {
            await #expect(throws: Fault.self) { try await call.run(form) { throw Fault(1, .serverError) } }
        }
        #expect(breaker.state == .open)
    }

    @Test("is not opened by callers with tiny time limits of their own")
    func tinyLimits() async throws {
        let breaker = CircuitBreaker("service", policy: .default, clock: ManualClock().retryClock)
        let policies: [RetryPolicy] = [
            .immediate(1).attemptTimeout(.milliseconds(1)), .immediate(1).deadline(.milliseconds(1), .interrupt),
        ]
        for policy in policies + policies + policies {
            let clock = ManualClock()
            let task = Task {
                try await retry(RetryPipeline(policy: policy).breaker(breaker).clock(clock.retryClock)) {
                    try await clock.sleep(for: .seconds(1))
                }
            }
            await clock.waitForSleepers(2)
            clock.advance(by: .milliseconds(1))
            await #expect(throws: (any Error).self) { try await task.value }
        }
        #expect(breaker.state == .closed && breaker.snapshot.consecutiveFailures == 0)
        // A limit that leaves the service time to answer counts.
        let clock = ManualClock()
        let task = Task {
            try await retry(
                RetryPipeline(policy: .immediate(1).attemptTimeout(.seconds(1)))
                    .breaker(breaker)
                    .clock(clock.retryClock)
            ) {
                try await clock.sleep(for: .seconds(60))
            }
        }
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(1))
        await #expect(throws: AttemptTimeoutError.self) { try await task.value }
        #expect(breaker.snapshot.consecutiveFailures == 1)
    }

    @Test("that stops retries only lets every first attempt pass", arguments: CallForm.allCases)
    func retriesOnly(_ form: CallForm) async throws {
        let breaker = breaker(.default.rejects(.retries))
        breaker.trip()
        let call = call(.immediate(3), breaker)
        let attempts = Log<Int>()
        await #expect(throws: Fault(1)) {
            try await call.run(form) {
                attempts.add(1)
                throw Fault(1)
            }
        }
        #expect(attempts.count == 1)
        #expect(try await call.run(form) { 7 } == 7)
    }

    @Test("closes by successes alone: a probe that failed is none, though its error is not retried")
    func narrowedProbes() async throws {
        let breaker = breaker(.default)
        breaker.trip()
        clock.advance(by: .seconds(60))
        var call = call(.immediate(1), breaker)
        call.condition = .where { _ in false }
        await #expect(throws: Fault.self) { try await call.run(.function) { throw Fault(1, .serverError) } }
        #expect(breaker.state == .open)
    }

    @Test("opens for the time of a hint, if it is told to")
    func hint() async throws {
        let breaker = breaker(.default.hintOpens(upTo: .seconds(30)))
        let call = call(.immediate(3), breaker)
        await #expect(throws: Fault.self) {
            try await call.run(.function) {
                throw Fault(1, ErrorClassification(.rateLimit, hint: .after(.seconds(90))))
            }
        }
        #expect(breaker.state == .open && breaker.snapshot.timeLeft == .seconds(30))
        // The retry would have come after the break: the wait for the hint was longer, and then it was a probe.
        #expect(clock.elapsed == .seconds(180))
    }

    @Test("closes after the successes of calls")
    func closes() async throws {
        let breaker = breaker(.default)
        breaker.trip()
        clock.advance(by: .seconds(60))
        let call = call(.immediate(1), breaker)
        for _ in 0..<2 { try await call.run(.function) {} }
        #expect(breaker.state == .closed)
    }
}

extension CircuitBreaker {
    /// A Boolean value that indicates whether no permit is out, as far as the breaker counts them.
    fileprivate var isIdle: Bool { (snapshot.inFlight ?? 0) == 0 }
}

/// An attempt that ends by the caller's own limits counts: a service that hangs must open the circuit.
@Suite("The circuit breaker and our own timeouts", .timeLimit(.minutes(20)))
struct BreakerAndTimeoutTests {
    private let clock = ManualClock()

    private func run(_ policy: RetryPolicy, _ breaker: CircuitBreaker, cancelledAfter time: Duration? = nil) throws {
        try DeterministicExecutor.run(seed: 1, clock: clock) {
            let task = Task(executorPreference: DeterministicExecutor.current) {
                try await retry(RetryPipeline(policy: policy).breaker(breaker).clock(clock.retryClock)) {
                    try await clock.sleep(for: .seconds(60))
                }
            }
            if let time {
                try await clock.sleep(for: time)
                task.cancel()
            }
            try await task.value
        }
    }

    @Test func anAttemptTimeoutIsAFailure() {
        let breaker = CircuitBreaker("service", clock: clock.retryClock)
        let policy = RetryPolicy.immediate(3).attemptTimeout(.seconds(1))
        #expect(throws: AttemptTimeoutError.self) { try run(policy, breaker) }
        #expect(breaker.snapshot.consecutiveFailures == 3 && breaker.isIdle)
    }

    @Test func anInterruptingDeadlineIsAFailure() {
        let breaker = CircuitBreaker("service", clock: clock.retryClock)
        let policy = RetryPolicy.immediate(3).deadline(.seconds(5), .interrupt)
        #expect(throws: DeadlineExceededError.self) { try run(policy, breaker) }
        #expect(breaker.snapshot.consecutiveFailures == 1 && breaker.isIdle)
    }

    @Test func theCallersCancellationIsNone() {
        let breaker = CircuitBreaker("service", clock: clock.retryClock)
        let policy = RetryPolicy.immediate(3).attemptTimeout(.seconds(10))
        #expect(throws: CancellationError.self) { try run(policy, breaker, cancelledAfter: .seconds(5)) }
        #expect(breaker.snapshot.consecutiveFailures == 0 && breaker.isIdle)
    }

    @Test func cancellationEndsTheWaitForAProbe() {
        let breaker = CircuitBreaker("service", clock: clock.retryClock)
        breaker.trip()
        let policy = RetryPolicy.immediate(3).whenRejected(.wait)
        #expect(throws: CancellationError.self) { try run(policy, breaker, cancelledAfter: .seconds(5)) }
        #expect(clock.elapsed == .seconds(5) && clock.sleeperCount == 0 && breaker.isIdle)
    }

    @Test func aHalfOpenCircuitLetsOneOfFiftyCallsThrough() throws {
        let breaker = CircuitBreaker("service", clock: clock.retryClock)
        breaker.trip()
        clock.advance(by: .seconds(60))
        let running = Log<Int>()
        let ends = try DeterministicExecutor.run(seed: 7, clock: clock) {
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        do {
                            try await retry(
                                RetryPipeline(policy: .immediate(1)).breaker(breaker).clock(clock.retryClock)
                            ) {
                                running.add(number)
                                try await clock.sleep(for: .seconds(1))
                            }
                            return true
                        } catch { return false }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
        }
        #expect(ends == 1 && running.count == 1)
    }
}
