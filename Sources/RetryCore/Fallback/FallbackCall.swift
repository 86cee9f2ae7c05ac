/// One failure that a fallback may replace: the decision and the event, for all forms of a call.
package struct FallbackCall {
    private let error: any Error
    private let evidence: ErrorEvidence
    private let operation: String?
    private let observer: FallbackObserver?

    /// Creates the replacement of a failure; `nil` if the failure stays.
    ///
    /// A cancellation stays, by the error or by the task: a caller that has gone needs no value.
    package init?(
        _ error: any Error, on policy: FallbackPolicy, named operation: String?, classifier: ErrorClassifier?,
        observer: FallbackObserver?
    ) {
        if Task.isCancelled { return nil }
        evidence = ErrorEvidence(of: error, classifier: classifier)
        let isReplaced =
            evidence.isRejection ? policy.includesRejections : policy.contains(evidence.classification.errorClass)
        guard !evidence.isCancellation, isReplaced else { return nil }
        (self.error, self.operation, self.observer) = (error, operation, observer)
    }

    /// Reports what became of the failure.
    package func report(_ kind: FallbackEvent.Kind) {
        guard let observer else { return }
        observer.observe(FallbackEvent(kind, operation: operation, evidence, error))
    }

    /// Replaces the failure on this thread.
    func replace<Value: ~Copyable>(_ fallback: (any Error) throws -> Value) throws -> Value {
        do {
            let value = try fallback(error)
            report(.fellBack)
            return value
        } catch {
            report(.failed)
            throw error
        }
    }
}
