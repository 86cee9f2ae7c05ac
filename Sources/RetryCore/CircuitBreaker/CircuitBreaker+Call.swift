extension CircuitBreaker {
    /// Makes a call if the circuit admits it, and records its outcome.
    ///
    /// ```swift
    /// let page = try service.call(rejecting: { $0.status >= 500 ? .serverError : nil }) { try client.get(url) }
    /// ```
    ///
    /// - Parameters:
    ///   - classifier: The classifier of errors; the breaker's own if `nil`.
    ///   - rejection: Returns a classification for a value that counts as a failure; the call still returns that value.
    ///   - operation: The call; run once, or not at all.
    /// - Returns: The operation's value.
    /// - Throws: ``CircuitOpenError`` if the call was rejected; else the operation's error. A cancellation is neutral.
    public func call<Value: ~Copyable>(
        classifier: ErrorClassifier? = nil,
        rejecting rejection: ((borrowing Value) -> ErrorClassification?)? = nil,
        _ operation: () throws -> Value
    ) throws -> Value {
        guard let admission = admit() else { throw openError() }
        do {
            let value = try operation()
            returned(rejection?(value), admission)
            return value
        } catch {
            finish(admission, result(of: error, classifier: classifier, isCancelled: Task.isCancelled))
            throw error
        }
    }

    /// Records a call that returned a value, with the classification of one that counts as a failure.
    package func returned(_ rejection: ErrorClassification?, _ admission: Admission) {
        if let rejection { finish(admission, .failure(rejection)) } else { succeeded(admission) }
    }

    /// Returns the result that an error stands for.
    package func result(of error: any Error, classifier: ErrorClassifier?, isCancelled: Bool) -> AttemptResult {
        isCancelled ? .neutral : AttemptResult(ErrorEvidence(of: error, classifier: classifier ?? self.classifier))
    }
}
