import RetryCore
import Testing

/// A mistake in a program's own constants, and the setting that the message has to name.
struct Trap: Sendable, CustomTestStringConvertible {
    let message: String
    let run: @Sendable () -> Void

    init<Made>(_ message: String, _ run: @autoclosure @escaping @Sendable () -> Made) {
        self.message = message
        self.run = { _ = run() }
    }

    var testDescription: String { message }
}

extension Trap {
    static let backoffs = [
        Trap("initial is -1.0 seconds: it must", Backoff.constant(.seconds(-1))),
        Trap("cap is 0.5 seconds: it must", Backoff.constant(.seconds(1), cap: .milliseconds(500))),
        Trap("increment is -1.0 seconds: it must", Backoff.linear(initial: .seconds(1), increment: .seconds(-1))),
        Trap("factor is nan: it must", Backoff.exponential(factor: .nan)),
        Trap("factor is 0.5: it must", Backoff.exponential(factor: 0.5)),
        Trap("cap is 20.0 seconds: it must", Backoff.exponential(initial: .seconds(21))),
        Trap("initial is -1.0 seconds: it must", Backoff.fibonacci(initial: .seconds(-1))),
        Trap("cap is 30.0 seconds: it must", Backoff.decorrelated(initial: .seconds(31))),
        Trap("initial is -1.0 seconds: it must", Backoff.token(initial: .seconds(-1))),
        Trap("delays is empty: it must", Backoff.list([])),
        Trap("delays is -1.0 seconds: it must", Backoff.list([.seconds(1), .seconds(-1)])),
        Trap("jitter is decorrelated: it must", Backoff.list([.seconds(1)], jitter: .decorrelated)),
        Trap("jitter is decorrelated: it must", Backoff.custom("a", jitter: .decorrelated) { _ in .zero }),
        Trap("name is empty: it must", Backoff.custom("") { _ in .zero }),
        Trap("cap is -1.0 seconds: it must", Backoff.custom("a", cap: .seconds(-1)) { _ in .zero }),
        Trap("cap is 0.0 seconds: it must", Backoff.exponential().cap(.zero)),
        Trap("jitter.amount is 21.0 seconds: it must", Backoff.exponential().jitter(.floor(.seconds(21)))),
        Trap("jitter.fraction is 1.5: it must", Jitter.proportional(1.5)),
        Trap("jitter.amount is -1.0 seconds: it must", Jitter.floor(.seconds(-1))),
        Trap("jitter.amount is -1.0 seconds: it must", Jitter.additive(.seconds(-1))),
    ]
}

@Suite("Wrong constants of a backoff", .timeLimit(.minutes(20)))
struct BackoffTrapTests {
    @Test("trap, and the message names the setting and its value", arguments: Trap.backoffs.indices)
    func traps(index: Int) async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { [index] in
            Trap.backoffs[index].run()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(Trap.backoffs[index].message))
    }
}
