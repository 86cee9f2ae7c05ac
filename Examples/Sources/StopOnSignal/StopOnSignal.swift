import ArgumentParser
import Dispatch
import RetryCore
import Shared

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("This file needs POSIX.")
#endif

/// A blocking job with long waits, which Ctrl-C ends at once.
///
/// ```sh
/// swift run --package-path Examples StopOnSignal                # sends itself the signal, and checks the end
/// swift run --package-path Examples StopOnSignal /tmp/report    # press Ctrl-C, or make that file in another window
/// ```
///
/// There is no `async` here: for programs, and threads, that block. The parts are a `RetryCancellationToken` that is
/// passed to the executor, and a handler that waits for the signal and cancels the token. That is not the signal
/// handler itself, in which almost nothing is allowed, but a queue that is notified of the signal.
@main
struct StopOnSignal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "StopOnSignal",
        abstract: "Waits for a file, until it is there or Ctrl-C is pressed."
    )

    @Argument(help: "The file to wait for; without one, the program sends itself the signal, and checks its end.")
    var file: String?

    func run() throws {
        let isTest = file == nil
        let file = file ?? "/there is no such file"
        let token = RetryCancellationToken()
        let signals = watchInterrupts { token.cancel() }
        defer { signals.cancel() }

        let job = BlockingExecutor(
            RetryPipeline(policy: RetryPolicy(maxAttempts: 10, backoff: .constant(.seconds(30))))
                .named("look")
                .observer(.log { _, line in print(line) })
                .onRetry({ _ in if isTest { interruptSoon() } })
                .cancellation(token))
        if isTest { Watchdog.start(.seconds(10)) }
        print("Waiting for \(file). Ctrl-C ends the wait.")
        let outcome = try job.outcome { try look(for: file) }

        print("\(outcome.stopReason) after \(outcome.elapsed.short)")
        if isTest {
            try check(outcome)
        } else if outcome.stopReason == .cancelled {
            throw ExitCode(128 + SIGINT)
        } else {
            try outcome.get()
        }
    }
}

/// Runs the job, like any blocking call that fails for now.
private func look(for file: String) throws {
    guard access(file, F_OK) == 0 else { throw TransientError("\(file) is not there yet") }
}

/// Calls `action` when Ctrl-C is pressed, instead of ending the process.
private func watchInterrupts(_ action: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
    signal(SIGINT, SIG_IGN)  // or the default action ends the process first
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler(handler: action)
    source.resume()
    return source
}

/// Sends an interrupt as Ctrl-C does, a little later.
private func interruptSoon() {
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(300)) { kill(getpid(), SIGINT) }
}

/// Checks that the wait of 30 s ended when the signal came, and that no further attempt was made.
private func check(_ outcome: RetryOutcome<Void>) throws {
    let checks = Checks("the self-test")
    checks.expect("end", outcome.stopReason, is: .cancelled)
    checks.expect("attempts", outcome.attempts, is: 1)
    checks.expect("time", outcome.elapsed, atLeast: .milliseconds(300), atMost: .seconds(3))
    try checks.finish()
}
