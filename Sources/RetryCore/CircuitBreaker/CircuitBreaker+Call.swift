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
        rejecting rejection: ((borrowing Value) -> Classification?)? = nil,
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

    /// Returns a function that makes its calls through this breaker.
    ///
    /// ```swift
    /// let read = disk.protect { (file: URL) in try String(contentsOf: file, encoding: .utf8) }
    /// let text = try read(file)
    /// ```
    ///
    /// - Parameter function: Any function; its arguments are passed on.
    /// - Returns: A value that is called like the function.
    public func protect<each Argument, Result>(
        _ function: @escaping @Sendable (repeat each Argument) throws -> Result
    ) -> ProtectedBlockingFunction<repeat each Argument, Result> {
        ProtectedBlockingFunction(breaker: self, function: function)
    }

    /// Records a call that returned a value, with the classification of one that counts as a failure.
    package func returned(_ rejection: Classification?, _ admission: Admission) {
        if let rejection { finish(admission, .failure(rejection)) } else { succeeded(admission) }
    }

    /// Returns the result that an error stands for.
    package func result(of error: any Error, classifier: ErrorClassifier?, isCancelled: Bool) -> BreakerResult {
        isCancelled ? .neutral : BreakerResult(ErrorEvidence(of: error, classifier: classifier ?? self.classifier))
    }
}

extension BreakerResult {
    /// Creates the result that the evidence of a failure stands for: the one rule for all calls that pass a breaker.
    ///
    /// A cancellation is neutral, and so is a rejection by a guard further in: the service was not asked. An attempt that
    /// a time limit of a caller ended was cut off. A gate's own error says what its last attempt says, and nothing where
    /// it made none. Any other failure has its true class, whether the call retries it or not.
    package init(_ evidence: ErrorEvidence) {
        if evidence.isCancellation {
            self = .neutral
        } else if let attempt = evidence.guarded {
            self = if case .failed(let evidence) = attempt { BreakerResult(evidence) } else { .neutral }
        } else if evidence.isRejection {
            self = .neutral
        } else if let time = evidence.cutOff {
            self = .cutOff(after: time)
        } else {
            self = .failure(evidence.classification)
        }
    }
}

/// A function with a circuit breaker around it; made by ``CircuitBreaker/protect(_:)``, called like the function.
public struct ProtectedBlockingFunction<each Argument, Result>: Sendable {
    let breaker: CircuitBreaker
    let function: @Sendable (repeat each Argument) throws -> Result

    /// Calls the function if the circuit admits the call.
    ///
    /// - Returns: The function's result.
    /// - Throws: As ``CircuitBreaker/call(classifier:rejecting:_:)`` does.
    public func callAsFunction(_ argument: repeat each Argument) throws -> Result {
        try breaker.call { try function(repeat each argument) }
    }
}
