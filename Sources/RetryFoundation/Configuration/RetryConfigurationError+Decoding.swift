import RetryCore

extension RetryConfigurationError {
    /// Creates the error of a setting from an error of decoding.
    init(_ error: DecodingError, file: String?) {
        let context =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
                .dataCorrupted(let context):
                context
            @unknown default:
                DecodingError.Context(codingPath: [], debugDescription: String(describing: error))
            }
        let setting = context.codingPath.isEmpty ? nil : context.codingPath.setting
        if let cause = context.underlyingError as? InvalidPolicyError {
            self.init(
                .invalidSetting, file: file, setting: setting, problem: "is \(cause.value)",
                advice: "It \(cause.requirement).")
        } else {
            let text = context.debugDescription.onOneLine
            self.init(
                .invalidSetting, file: file, setting: setting,
                problem: "is not right: \(text.hasSuffix(".") ? String(text.dropLast()) : text)",
                advice: "Correct it, or leave it out for the default.")
        }
    }

    /// Creates the error of a text that is not JSON.
    init(_ failure: JSONParser.Failure, file: String?) {
        self.init(
            .malformed, file: file,
            problem: "is not JSON: in line \(failure.line), column \(failure.column), \(failure.problem)",
            advice: "Correct the text there.")
    }
}
