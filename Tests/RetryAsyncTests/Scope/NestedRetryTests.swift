import RetryAsync
import RetryCore
import RetryTesting
import Testing

/// Calls within the attempts of others.
@Suite("Nested calls", .timeLimit(.minutes(20)))
struct NestedRetryTests {
    private let policy = RetryPolicy.immediate(3)

    /// Counts the requests of calls at a depth, each with three attempts.
    private func requests(depth: Int, _ policy: RetryPolicy, name: String? = nil) async -> Int {
        let requests = Log<Int>()
        @Sendable func call(_ depth: Int) async throws {
            try await retry(RetryPipeline(policy: policy).named(name)) {
                if depth > 1 { return try await call(depth - 1) }
                requests.add(depth)
                throw Fault(1)
            }
        }
        try? await call(depth)
        return requests.events.count
    }

    @Test(arguments: [(1, 3), (2, 5), (3, 7), (4, 9)])
    func retriesDoNotMultiply(depth: Int, expected: Int) async {
        #expect(await requests(depth: depth, policy) == expected)
        #expect(await requests(depth: depth, policy.attemptTimeout(.seconds(3_600))) == expected)
    }

    @Test(arguments: [(1, 3), (2, 9), (3, 27), (4, 81)])
    func aPolicyMayAllowIt(depth: Int, expected: Int) async {
        #expect(await requests(depth: depth, policy.nested(.allow)) == expected)
    }

    @Test func anotherOperationIsRepeatedIfItsPolicyAllowsIt() async {
        let requests = Log<Int>()
        try? await retry(RetryPipeline("users", policy: policy)) {
            try await retry(RetryPipeline("orders", policy: policy.nested(.allow))) {
                requests.add(1)
                throw Fault(1)
            }
        }
        #expect(requests.events.count == 9)
    }

    @Test func aFailureMayStopAllCallsAroundIt() async {
        let attempts = Log<Int>()
        try? await retry(policy: policy) { outer in
            attempts.add(outer.number)
            try await retry(policy: policy.nested(.allow)) { inner in
                if outer.isFirst || inner.isFirst { throw Fault(1) }
                try await retry(policy: policy.nested(.stop)) { throw Fault(2) }
            }
        }
        #expect(attempts.events == [1, 2])
    }

    @Test func theSameOperationRunsOnceWhateverThePolicy() async {
        #expect(await requests(depth: 2, policy.nested(.allow), name: "users") == 5)
    }

    @Test func aFailureMayStopTheCallsAroundIt() async {
        #expect(await requests(depth: 2, policy.nested(.stop)) == 4)
        #expect(await requests(depth: 3, policy.nested(.stop)) == 5)
    }

    @Test func aServiceThatIsBackIsStillReached() async throws {
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2)), .fail(Fault(3)), .succeed(42))
        let value = try await retry(policy: policy) { try await retry(policy: policy) { try await script() } }
        #expect(value == 42)
    }

    @Test func aFirstAttemptHasNoScope() async {
        let scopes = Log<Bool>()
        try? await retry(policy: policy) {
            scopes.add(CallScope.current != nil)
            throw Fault(1)
        }
        try? await retry(policy: policy.attemptTimeout(.seconds(3_600))) { (attempt: RetryAttempt) in
            scopes.add(CallScope.current != nil)
            throw Fault(1)
        }
        #expect(scopes.events == [false, true, true, false, true, true])
        #expect(CallScope.current == nil)
    }

    @Test func aTaskThatOutlivesItsAttemptIsNotBound() async {
        let requests = Log<Int>()
        let (ended, end) = AsyncStream<Void>.makeStream()
        let late = Log<Task<Void, Never>>()
        try? await retry(policy: .immediate(2)) { attempt in
            if !attempt.isFirst {
                late.add(
                    Task {
                        for await _ in ended {}
                        try? await retry(policy: .immediate(3)) {
                            requests.add(1)
                            throw Fault(1)
                        }
                    })
            }
            throw Fault(1)
        }
        end.finish()
        for task in late.events { await task.value }
        #expect(requests.events.count == 3)
    }

    /// The attempt that made the task is over, the one around that is not.
    @Test func aTaskThatOutlivesAnInnerAttemptIsBoundByTheOuterOne() async {
        let requests = Log<Int>()
        try? await retry(policy: .immediate(2)) { attempt in
            let late = Log<Task<Void, Never>>()
            let (ended, end) = AsyncStream<Void>.makeStream()
            try? await retry(policy: .immediate(2).nested(.allow)) { inner in
                if !attempt.isFirst, !inner.isFirst {
                    late.add(
                        Task {
                            for await _ in ended {}
                            try? await retry(policy: .immediate(3)) {
                                requests.add(1)
                                throw Fault(1)
                            }
                        })
                }
                throw Fault(1)
            }
            end.finish()
            for task in late.events { await task.value }
            throw Fault(1)
        }
        #expect(requests.events.count == 1)
    }

    @Test func theOutcomeSaysHowOftenTheWorkIsRepeated() async {
        let amplifications = Log<Int>()
        try? await retry(policy: .immediate(2)) {
            try? await retry(policy: .immediate(2)) {
                let outcome = await RetryPipeline(policy: .immediate(2).nested(.allow)).outcome { throw Fault(1) }
                amplifications.add(outcome.amplification)
                throw Fault(1)
            }
            throw Fault(1)
        }
        // Outer and inner attempt: 1 1, 1 2, 2 1.
        #expect(amplifications.events == [2, 4, 4])
        try? await retry(policy: .immediate(3)) { outer in
            try? await retry(policy: .immediate(2).nested(.allow)) { inner in
                if outer.number == 3, inner.number == 2 {
                    amplifications.add(await RetryPipeline.once.outcome { throw Fault(1) }.amplification)
                }
                throw Fault(1)
            }
            throw Fault(1)
        }
        #expect(amplifications.events.last == 6)
    }
}
