import RetryAsync

extension Tour {
    /// What protects the service: a circuit breaker, and a retry budget.
    func guards() async throws {
        try await openTheCircuit()
        await spendTheBudget()
    }

    private func openTheCircuit() async throws {
        // code: breaker
        let rest = Duration.milliseconds(400)
        let policy = CircuitBreakerPolicy(
            consecutiveFailures: 3, breakDuration: rest)
        let breaker = CircuitBreaker(
            "orders", policy: policy)
        let orders = api.maxAttempts(1).breaker(breaker)

        var states: [CircuitBreaker.State] = []
        for call in 1...8 {
            if call == 7 {
                try await Task.sleep(for: rest)
            }
            _ = await orders.outcome {
                try await shop.get("/orders")
            }
            states.append(breaker.state)
        }
        // end
        page.part(
            "A service that is down: circuit breaker",
            "After three failures in a row, calls fail fast, without a request. Two probes close it again.",
            code: Code.lines("breaker"), events: timeline.takeShort(states))
        page.expect("requests of eight calls", server.requestTimes(of: "/orders").count, is: 5)
        page.expect("state in the outage", states[2...5].allSatisfy { $0 == .open })
        page.expect("state at the end", breaker.state, is: .closed)
    }

    private func spendTheBudget() async {
        let (api, shop) = (api, shop)
        // code: budget
        await callers(20) {
            try await api {
                try await shop.get("/soup")
            }
        }
        let budget = RetryBudget()
        let frugal = api.budget(budget)
        await callers(20) {
            try await frugal {
                try await shop.get("/tea")
            }
        }
        // end
        _ = timeline.take()
        let plain = server.requestTimes(of: "/soup").count
        let frugally = server.requestTimes(of: "/tea").count
        let refused = budget.snapshot().refusals
        page.part(
            "An outage with many callers: retry budget",
            "A policy bounds the retries of one call, a budget those of all calls together.",
            code: Code.lines("budget"),
            events: [
                "20 callers, no budget", bar(20, plain), "",
                "20 callers, with a budget", bar(20, frugally), "",
                "\(budget.snapshot().grants) retries granted, \(refused) refused",
            ])
        page.expect("requests without a budget", plain, is: 80)
        page.expect("requests with a budget", frugally, is: 25)
        page.expect("refusals", refused, is: 20)
    }

    /// The requests of the outage as a bar: the first attempts, and the retries.
    private func bar(_ calls: Int, _ requests: Int) -> String {
        String(repeating: "█", count: calls / 4) + String(repeating: "░", count: (requests - calls) / 4)
            + " \(requests) requests"
    }

    /// Makes a call in each of so many tasks at the same time; their errors are expected.
    private func callers(_ count: Int, _ call: @escaping @Sendable () async throws -> String) async {
        await withDiscardingTaskGroup { tasks in
            for _ in 1...count { tasks.addTask { _ = try? await call() } }
        }
    }
}
