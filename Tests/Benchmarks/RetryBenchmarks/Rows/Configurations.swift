import Benchmark
import Foundation
import RetryFoundation

func configurationRows() -> [Row] {
    let policies = (0..<100).map { index in
        """
        "p\(index)": {"preset": "api", "max_attempts": \(index % 9 + 1), "deadline": "30s",
        "backoff": {"initial": "500ms", "cap": "15s"}, "retry_limits": {"unknown": 1, "auth": "never"}}
        """
    }
    let many = "{\"retry_policy\": {\"policies\": {\(policies.joined(separator: ","))}}}"
    let documented = "{\"retry_policy\": {\"max_attempts\": 10, \"min_wait\": 2.0, \"max_wait\": 120.0}}"
    return [("a configuration file loads", documented, 1e6), ("one of 100 policies loads", many, 5e6)].map { row in
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("retry-\(UUID()).json")
        try? Data(row.1.utf8).write(to: file)
        return Row(row.0, bar: .nanoseconds(row.2)) { count in
            for _ in 0..<count { blackHole(try RetryOperations(contentsOf: file)) }
        }
    }
}
