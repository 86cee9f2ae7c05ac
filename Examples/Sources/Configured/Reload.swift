import Foundation
import RetryAsync
import RetryFoundation
import RetryTesting
import Shared
import SharedHTTP

extension Program {
    /// Changes the file during a call, once correctly and twice incorrectly.
    func reload() async throws {
        begin("Reload", "the file is changed while a call runs")
        let (operations, file) = (operations, file)
        let call = weatherExecutor(ManualClock(autoAdvance: true)) { notice in
            guard notice.attempt == 1 else { return }
            Self.write(#"{"retry_policy": {"max_attempts": 2, "custom_exceptions": []}}"#, to: file)
            // An application does this on a signal, or on a request of its administrator.
            operations.reload()
        }
        checks.expect("attempts of the call that ran", await attempts(call), is: 10)
        checks.expect("attempts of the next call", await attempts(), is: 2)
        checks.expect("generation", operations.generation, is: 2)

        for (text, setting) in [
            (#"{"retry_policy": {"max_attempts": 0}}"#, "retry_policy.max_attempts"),
            (#"{"retry_policy": {"max_atempts": 5}}"#, "retry_policy.max_atempts"),
        ] {
            Self.write(text, to: file)
            guard case .failure(let error as RetryConfigurationError) = operations.reload() else {
                checks.expect("reload of \(text)", true, is: false)
                continue
            }
            print("    \(error.setting ?? "") \(error.problem). \(error.advice)")
            checks.expect("setting", error.setting, is: setting)
            checks.expect("attempts after a bad file", await attempts(), is: 2)
        }
        checks.expect("generation", operations.generation, is: 2)
    }

    /// Returns the number of attempts of a call to a service that is down.
    private func attempts(_ executor: RetryPipeline? = nil) async -> Int {
        let executor = executor ?? weatherExecutor(ManualClock(autoAdvance: true))
        let outcome = await executor.outcome { try await client.text(upstream.url("/weather/down")) }
        print("    \(outcome.attempts) attempts")
        return outcome.attempts
    }

    private static func write(_ text: String, to file: URL) {
        try? Data(text.utf8).write(to: file, options: .atomic)
    }
}
