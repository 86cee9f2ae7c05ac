import RetryAsync

extension ConformanceRun {
    mutating func binduTransientTypes() async throws {
        for row in vectors["bindu_transient_types"].array {
            let name = try row[0].string.unwrapped("a row has no type")
            let records = await Self.binduCall(failing: .max, with: try Self.binduError(name)).runs()
            compare("bindu_transient_types", name, recorded: row[1], calls: records.map { .bool($0.calls > 1) })
        }
    }

    mutating func binduSyncCalls() async throws {
        let runs: [(name: String, failures: Int, error: String)] = [
            ("exec_default3_fail2", 2, "TimeoutError"), ("exec_default3_failall", .max, "TimeoutError"),
            ("exec_valueerror_not_retried", .max, "ValueError"),
            ("file_not_found_is_retried", .max, "FileNotFoundError"),
        ]
        for run in runs {
            let records = await Self.binduCall(failing: run.failures, with: try Self.binduError(run.error)).runs()
            compare(
                "bindu_sync_counts_calls_outcome", run.name,
                recorded: vectors["bindu_sync_counts_calls_outcome"][run.name],
                calls: records.map { [.number(Double($0.calls)), $0.outcome] })
        }
    }

    /// A call as the seed's helper makes it: three attempts, and every error of the system is worth a retry.
    private static func binduCall(failing failures: Int, with error: any Error) -> SeedCall {
        let backoff = Backoff.exponential(initial: .seconds(1), cap: .seconds(10), jitter: .floor(.seconds(1)))
        let policy = RetryPolicy(maxAttempts: 3, backoff: backoff).never(.unknown)
        var call = SeedCall(policy: policy) { attempt in
            if attempt <= failures { throw error }
            return "ok"
        }
        call.classifier = .everyPOSIXErrno
        return call
    }

    private static func binduError(_ name: String) throws -> any Error {
        switch name {
        case "ConnectionError": return ConnectionError()
        case "BrokenPipeError": return BrokenPipeError()
        case "FileNotFoundError": return FileNotFoundError()
        case "PermissionError": return PermissionError()
        default: return try SeedErrors.make(name)
        }
    }
}

private struct ConnectionError: POSIXErrnoError { var posixErrorNumber: Int32? { 104 } }
private struct BrokenPipeError: POSIXErrnoError { var posixErrorNumber: Int32? { 32 } }
private struct FileNotFoundError: POSIXErrnoError { var posixErrorNumber: Int32? { 2 } }
private struct PermissionError: POSIXErrnoError { var posixErrorNumber: Int32? { 13 } }

// What the seed knows as an error of the system of no particular kind.
extension OSError: POSIXErrnoError { var posixErrorNumber: Int32? { 5 } }
