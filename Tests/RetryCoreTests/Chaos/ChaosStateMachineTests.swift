import RetryCore
import Testing

@Suite("The state machine of chaos", .timeLimit(.minutes(20)))
struct ChaosStateMachineTests {
    private typealias Injection = ChaosStateMachine.Injection

    @Test(
        "a rate holds over 100,000 attempts within three standard deviations",
        arguments: [0, 0.001, 0.05, 0.5, 0.999, 1] as [Double], ChaosEvent.Kind.allCases)
    func rates(rate: Double, kind: ChaosEvent.Kind) {
        var machine = ChaosStateMachine(seed: 42)
        let total = 100_000
        let injections = [Injection(kind: kind, rate: rate, delay: 1...1)]
        let count = (0..<total).count { _ in !machine.next(injections).isEmpty }
        let deviation = (Double(total) * rate * (1 - rate)).squareRoot()
        #expect(abs(Double(count) - Double(total) * rate) <= 3 * deviation)
    }

    @Test("the same seed gives the same injections, and another seed others")
    func seeds() {
        let injections = ChaosEvent.Kind.allCases.map { Injection(kind: $0, rate: 0.3, delay: 5...500) }
        func plans(_ seed: UInt64) -> [ChaosStateMachine.Plan] {
            var machine = ChaosStateMachine(seed: seed)
            return (0..<1_000).map { _ in machine.next(injections) }
        }
        #expect(plans(7) == plans(7))
        #expect(plans(7) != plans(8))
    }

    @Test("a rate that changes leaves the other injections as they are")
    func independence() {
        func faults(_ other: Double) -> [Bool] {
            var machine = ChaosStateMachine(seed: 7)
            return (0..<1_000).map { _ in
                let plan = machine.next([
                    Injection(kind: .latency, rate: other, delay: 5...9), Injection(kind: .behavior, rate: other),
                    Injection(kind: .fault, rate: 0.3),
                ])
                return plan.fault != nil
            }
        }
        #expect(faults(0) == faults(1) && faults(0.5) == faults(0))
    }

    @Test("a delay is within its bounds, and reaches both ends of them")
    func delays() {
        var machine = ChaosStateMachine(seed: 7)
        let delays = (0..<10_000).map { _ in
            machine.next([Injection(kind: .latency, rate: 1, delay: 10...13)]).latency
        }
        #expect(Set(delays) == [10, 11, 12, 13])
        let day: Int64 = 86_400_000_000_000
        for _ in 0..<1_000 {
            let delay = machine.next([Injection(kind: .latency, rate: 1, delay: 1...day)]).latency
            #expect((1...day).contains(delay))
        }
    }

    @Test("behaviors and latencies add up; of faults and of outcomes the first one counts")
    func several() {
        var machine = ChaosStateMachine(seed: 7)
        let plan = machine.next([
            Injection(kind: .outcome, rate: 0), Injection(kind: .latency, rate: 1, delay: 2...2),
            Injection(kind: .behavior, rate: 1), Injection(kind: .fault, rate: 1), Injection(kind: .fault, rate: 1),
            Injection(kind: .latency, rate: 1, delay: 3...3), Injection(kind: .behavior, rate: 1),
            Injection(kind: .outcome, rate: 1), Injection(kind: .outcome, rate: 1),
        ])
        #expect(plan.behaviors == [2, 6] && plan.latency == 5 && plan.fault == 3 && plan.outcome == 7)
    }
}
