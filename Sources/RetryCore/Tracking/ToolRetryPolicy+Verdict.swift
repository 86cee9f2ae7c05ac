/// The meaning of one result under a policy.
enum ToolVerdict: Sendable, Hashable {
    /// The call succeeded.
    case succeeded
    /// The call failed, and is worth a retry.
    case failed(ErrorClass)
    /// The call failed with a status that is not listed.
    case vetoed(status: Int)
    /// No part says that the call failed, but these parts, which might, cannot be read.
    case unreadable(ToolResult.Oddities)
}

extension ToolRetryPolicy {
    /// Returns the meaning of a result under this policy.
    func verdict(of result: ToolResult, reader: ToolTextReader?) -> ToolVerdict {
        var oddities = result.oddities.subtracting(.contentNotAList)
        if let structured = result.structured {
            return verdict(isError: result.isError || structured.isError, structured.statusCode, oddities)
        }
        if checksTextContent, let reader {
            oddities = result.oddities
            for text in result.texts {
                guard let payload = reader.result(in: text) else { continue }
                oddities.formUnion(payload.oddities)
                let isError = result.isError || payload.structured?.isError == true
                let verdict = verdict(isError: isError, payload.structured?.statusCode, [])
                if verdict != .succeeded { return verdict }
            }
        }
        return verdict(isError: result.isError, nil, oddities)
    }

    private func verdict(isError: Bool, _ status: Int?, _ oddities: ToolResult.Oddities) -> ToolVerdict {
        if let status {
            if retryOnStatus.contains(status) { return .failed(Self.errorClass(status)) }
            if isError || status >= 400 { return .vetoed(status: status) }
        } else if isError {
            return .failed(.transient)
        }
        return oddities.isEmpty ? .succeeded : .unreadable(oddities)
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
