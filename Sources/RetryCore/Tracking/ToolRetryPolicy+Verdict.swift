/// The meaning of one result under a policy.
enum ToolVerdict: Sendable, Hashable {
    /// The call succeeded.
    case succeeded
    /// The call failed, and is worth a retry.
    case failed(ErrorClass)
    /// The call failed with a status that is not listed.
    case vetoed(status: Int)
    /// No part says that the call failed, but these parts, which might, cannot be read.
    case unreadable(RetryTracker.ToolResult.MalformedParts)
}

extension ToolRetryPolicy {
    /// Returns the meaning of a result under this policy.
    func verdict(of result: RetryTracker.ToolResult, reader: ToolTextReader?) -> ToolVerdict {
        var malformedParts = result.malformedParts.subtracting(.contentNotAList)
        if let structured = result.structured {
            return verdict(isError: result.isError || structured.isError, structured.statusCode, malformedParts)
        }
        if checksTextContent, let reader {
            malformedParts = result.malformedParts
            for text in result.texts {
                guard let payload = reader.result(in: text) else { continue }
                malformedParts.formUnion(payload.malformedParts)
                let isError = result.isError || payload.structured?.isError == true
                let verdict = verdict(isError: isError, payload.structured?.statusCode, [])
                if verdict != .succeeded { return verdict }
            }
        }
        return verdict(isError: result.isError, nil, malformedParts)
    }

    private func verdict(isError: Bool, _ status: Int?, _ malformedParts: RetryTracker.ToolResult.MalformedParts)
        -> ToolVerdict
    {
        if let status {
            if retryOnStatus.contains(status) { return .failed(Self.errorClass(status)) }
            if isError || status >= 400 { return .vetoed(status: status) }
        } else if isError {
            return .failed(.transient)
        }
        return malformedParts.isEmpty ? .succeeded : .unreadable(malformedParts)
    }

    /// Returns the class of a listed status; a listed status is retried, even if its own class never is.
    private static func errorClass(_ status: Int) -> ErrorClass {
        switch status {
        case 429: .rateLimit
        case 500...599: .serverError
        default: .transient
        }
    }
}
