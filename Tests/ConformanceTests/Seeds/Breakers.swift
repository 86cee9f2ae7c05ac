import RetryAsync
import RetryTesting

extension ConformanceRun {
    mutating func binduBreaker() async throws {
        for (name, run) in vectors["bindu_breaker"].members {
            let traces = try await ByDriver { driver in
                try await Self.binduTrace(run["config"], run["trace"].array, by: driver)
            }
            compare("bindu_breaker", name, recorded: run["trace"], calls: traces)
        }
        let key = "bindu_breaker_half_open_concurrent_probes_observed_of_10"
        compare(key, "probes", recorded: vectors[key], ours: Self.concurrentProbes())
        let late = "bindu_breaker_late_failure_while_open_restarts_timer_last_failure_t"
        compare(late, "time", recorded: vectors[late], ours: try Self.startOfTheBreak())
        let cancellation = "bindu_breaker_cancellation_state_failures"
        compare(
            cancellation, "state", recorded: vectors[cancellation],
            calls: await ByDriver { driver in await Self.afterCancellation(by: driver) })
        let registry = "bindu_registry_second_call_config_ignored"
        compare(registry, "second call", recorded: vectors[registry], ours: Self.secondCall())
    }

    private static func binduTrace(_ config: JSON, _ trace: [JSON], by driver: Driver) async throws -> JSON {
        let policy: CircuitBreakerPolicy
        do throws(InvalidPolicyError) {
            policy = try CircuitBreakerPolicy(
                validating: config["failure_threshold"].int ?? 5,
                breakDuration: .constant(
                    config["recovery_timeout"].isNull ? .seconds(60) : .exactly(config["recovery_timeout"])),
                successesToClose: config["success_threshold"].int ?? 2)
        } catch {
            return .string("refused: \(error)")
        }
        let bench = CircuitBreakerTestBench(policy: policy)
        var rows: [JSON] = []
        for row in trace {
            bench.clock.advance(to: .init(.exactly(row[0])))
            let operation = try row[1].string.unwrapped("a row has no operation")
            let result = await perform(operation, bench.breaker, by: driver)
            let now = bench.breaker.snapshot
            rows.append([
                row[0], .string(operation), .string(result), .string(now.state.rawValue),
                .number(Double(now.consecutiveFailures)), .number(Double(now.probeSuccesses)),
            ])
        }
        return .array(rows)
    }

    private static func perform(_ operation: String, _ breaker: CircuitBreaker, by driver: Driver) async -> String {
        if operation == "reset" {
            breaker.reset()
            return "reset"
        }
        do {
            try await call(breaker, failing: operation == "bad" ? TransientError() : nil, by: driver)
            return "ok"
        } catch {
            return error is CircuitOpenError ? "rejected" : "failed"
        }
    }

    private static func call(
        _ breaker: CircuitBreaker, failing error: (any Error)?, by driver: Driver
    ) async throws {
        switch driver {
        case .asynchronous: try await breaker.call { () async throws in if let error { throw error } }
        case .blocking: try callBlocking(breaker, failing: error)
        }
    }

    /// A function of its own: in an asynchronous one, the asynchronous call would be meant.
    private static func callBlocking(_ breaker: CircuitBreaker, failing error: (any Error)?) throws {
        try breaker.call { if let error { throw error } }
    }

    private static func concurrentProbes() -> JSON {
        let bench = CircuitBreakerTestBench()
        bench.trip()
        bench.elapseBreak()
        let tickets = (0..<10).compactMap { _ in bench.ticket() }
        return .number(Double(tickets.count))
    }

    private static func startOfTheBreak() throws -> JSON {
        let bench = CircuitBreakerTestBench(policy: CircuitBreakerPolicy(consecutiveFailures: 1))
        let late = try bench.ticket().unwrapped("a closed circuit turns a call away")
        bench.run(.failure(.transient))
        bench.clock.advance(by: .seconds(9))
        late.fail(.transient)
        let left = try bench.breaker.snapshot.timeLeft.unwrapped("the circuit is not open")
        return .seconds(.seconds(9) + left - .seconds(60))
    }

    private static func afterCancellation(by driver: Driver) async -> JSON {
        let bench = CircuitBreakerTestBench()
        try? await call(bench.breaker, failing: CancellationError(), by: driver)
        return [
            .string(bench.breaker.state.rawValue), .number(Double(bench.breaker.snapshot.consecutiveFailures)),
        ]
    }

    private static func secondCall() -> JSON {
        let registry = CircuitBreakerRegistry()
        do throws(CircuitBreakerConflictError) {
            let first = try registry.breaker("a", policy: CircuitBreakerPolicy(consecutiveFailures: 3))
            let second = try registry.breaker("a", policy: CircuitBreakerPolicy(consecutiveFailures: 9))
            return ["same_instance": .bool(first === second), "failure_threshold": 3]
        } catch {
            return .string("refused: \(error.differences.joined(separator: "; "))")
        }
    }
}

extension ConformanceRun {
    mutating func redressBreaker() throws {
        let run = vectors["redress_breaker_trace"]
        let policy = CircuitBreakerPolicy(
            consecutiveFailures: try run["config"]["failure_threshold"].int.unwrapped("there is no threshold"),
            breakDuration: .exactly(run["config"]["recovery_timeout_s"]), successesToClose: 1
        ).failures(.only(.transient)).otherClasses(.neutral)
        let bench = CircuitBreakerTestBench(policy: policy)
        var held: CircuitBreaker.Ticket?
        var rows: [JSON] = []
        for row in run["trace_t_op_result_state"].array {
            bench.clock.advance(to: .init(.exactly(row[0])))
            let before = bench.states.count
            var result = JSON.null
            if row[1] == "allow" {
                let ticket = bench.ticket()
                held = ticket ?? held
                result = [.bool(ticket != nil)]
            } else {
                // The trace tells the ends of calls that it did not ask for.
                let ticket = held ?? bench.ticket()
                held = nil
                switch row[1].string {
                case "fail": ticket?.fail(.transient)
                case "fail_perm": ticket?.fail(.permanent)
                case "ok": ticket?.succeed()
                default: ticket?.neutral()
                }
                if bench.states.count > before {
                    result = bench.breaker.state == .open ? "circuit_opened" : "circuit_closed"
                }
            }
            rows.append([row[0], row[1], result, .string(bench.breaker.state.rawValue)])
        }
        compare("redress_breaker_trace", "trace", recorded: run["trace_t_op_result_state"], ours: .array(rows))
    }
}

extension CircuitBreakerTestBench {
    /// Returns a permit as a ticket, or nil if the call is rejected.
    fileprivate func ticket() -> CircuitBreaker.Ticket? {
        guard let permit = breaker.tryAcquire() else { return nil }
        return permit.ticket()
    }
}
