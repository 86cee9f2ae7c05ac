import ClientErrors
import RetryAsync

/// The library's answers about one error.
struct Verdict {
    let typeName: String
    let errorClass: ErrorClass?
    let execution: ExecutionCertainty
    let hint: RetryHint?

    /// Asks the drivers that users call, with nothing but a preset.
    init(of error: any Error) async {
        typeName = ErrorDump(error).typeName
        let outcome = await RetryPipeline(policy: .api.maxAttempts(1)).outcome {
            () async throws -> Void in throw error
        }
        errorClass = outcome.stopReason == .cancelled ? nil : outcome.timeline.first?.errorClass
        hint = outcome.timeline.first?.hint
        let known = ErrorClassification(errorClass ?? .unknown, hint: hint)
        func certainty(_ redirects: ClientRedirects) -> ExecutionCertainty {
            ExecutionClassifier.default.certainty(of: error, known, redirects: redirects)
        }
        execution =
            certainty(.mayBeFollowed) == .notExecuted
            ? .notExecuted : certainty(.notFollowed) == .notExecuted ? .notExecutedUnlessRedirected : .unknown
    }

    /// The columns `class`, `execution` and `hint` of the table.
    var columns: [String] {
        let certainty =
            switch execution {
            case .notExecuted: "not executed"
            case .notExecutedUnlessRedirected: "not executed, unless redirected"
            case .unknown: "unknown"
            }
        return [errorClass?.id ?? "cancellation", certainty, hint.map(text) ?? "-"]
    }

    private func text(of hint: RetryHint) -> String {
        switch hint {
        case .after(let delay): "\(delay / .milliseconds(1))ms".replacing(".0ms", with: "ms")
        case .never: "never"
        }
    }
}
