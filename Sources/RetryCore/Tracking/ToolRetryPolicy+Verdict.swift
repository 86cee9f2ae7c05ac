/// What a policy makes of one result.
enum ToolVerdict: Sendable, Hashable {
    /// The call succeeded, or nothing says that it did not.
    case succeeded
    /// The call failed, and is worth a retry.
    case failed(ErrorClass)
    /// The call failed with a status that is not listed.
    case vetoed(status: Int)
}

extension ToolRetryPolicy {
    /// What a result says under this policy.
    func verdict(of result: ToolResult, reader: ToolTextReader?) -> ToolVerdict {
        if let structured = result.structured {
            return verdict(isError: result.isError || structured.isError, status: structured.statusCode)
        }
        if checksTextContent, let reader {
            for text in result.texts {
                guard let payload = reader.structured(in: text) else { continue }
                let verdict = verdict(isError: result.isError || payload.isError, status: payload.statusCode)
                if verdict != .succeeded { return verdict }
            }
        }
        return verdict(isError: result.isError, status: nil)
    }

    private func verdict(isError: Bool, status: Int?) -> ToolVerdict {
        guard let status else { return isError ? .failed(.transient) : .succeeded }
        if retryOnStatus.contains(status) { return .failed(Self.errorClass(status)) }
        return isError || status >= 400 ? .vetoed(status: status) : .succeeded
    }

    /// The class of a listed status; what is listed is retried, even where its own class never is.
    private static func errorClass(_ status: Int) -> ErrorClass {
        switch status {
        case 429: .rateLimit
        case 500...599: .serverError
        default: .transient
        }
    }
}
