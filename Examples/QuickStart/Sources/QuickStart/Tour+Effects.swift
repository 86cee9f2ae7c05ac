import RetryAsync

extension Tour {
    /// Calls that must not be repeated: a payment whose receipt gets lost on the way.
    func effects() async throws {
        try await payTwice()
        try await payOnce()
        try await findOut()
    }

    private func payTwice() async throws {
        // code: twice
        let receipt = try await api {
            try await shop.pay(1)
        }
        // end
        page.part(
            "A payment whose receipt is lost: with retries alone",
            "A retry repeats the call, and thus the payment.",
            code: Code.lines("twice"), events: timeline.take(result: receipt) + ["", ledger(of: 1)])
        page.expect("payments", server.payments(of: 1).count, is: 2)
    }

    private func payOnce() async throws {
        // code: once
        let store = InMemoryEffectStore()

        func pay() async throws -> OnceResult<String> {
            try await once(
                "pay-2", in: store, through: api,
                receiver: .deduplicates
            ) { effect in
                try await shop.pay(2, key: effect.key)
            }
        }
        let first = try await pay()
        let second = try await pay()
        // end
        page.part(
            "The same, once: the receiver deduplicates by idempotency key",
            "All attempts have the same key. A second caller gets the recorded result.",
            code: Code.lines("once"),
            events: timeline.take() + [
                "", "first:  \(first.value)", "second: \(second.value)\(second.isReplay ? ", a replay" : "")",
                ledger(of: 2),
            ])
        page.expect("payments", server.payments(of: 2).count, is: 1)
        page.expect("requests", server.requestTimes(of: "/pay/2").count, is: 2)
        page.expect("replays", [first.isReplay, second.isReplay], is: [false, true])
        page.expect("receipts", second.value, is: first.value)
    }

    private func findOut() async throws {
        // code: gate
        let store = InMemoryEffectStore()
        let gate = EffectGate(api, store: store)

        func pay() async throws -> OnceResult<String> {
            try await gate.once("pay-3") { _ in
                try await shop.pay(3)
            }
        }
        do {
            _ = try await pay()
        } catch EffectError.indeterminate(
            let id, let token, _, _, _)
        {
            let found = try await shop.receipt(of: 3)
            _ = try store.reconcile(
                id, expectedToken: token,
                verdict: .happened(found, as: .utf8))
        }
        let later = try await pay()
        // end
        page.part(
            "The same, once: the receiver does not deduplicate",
            "The outcome is unknown: the gate halts. The caller asks the receiver, and records the answer.",
            code: Code.lines("gate"),
            events: timeline.take() + [
                "", "later: \(later.value)\(later.isReplay ? ", a replay" : "")", ledger(of: 3),
            ])
        page.expect("payments", server.payments(of: 3).count, is: 1)
        page.expect("requests to pay", server.requestTimes(of: "/pay/3").count, is: 1)
        page.expect("replay", later.isReplay)
    }

    private func ledger(of order: Int) -> String {
        let payments = server.payments(of: order)
        return "shop's ledger: \(payments.count == 1 ? "one payment" : "\(payments.count) PAYMENTS")"
    }
}
