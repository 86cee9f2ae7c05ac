import HTTPTypes
import RetryAsync

extension RetryPipeline {
    /// The same pipeline, which retries only a failure that proves that nothing was executed.
    ///
    /// It replaces a condition that the pipeline had.
    ///
    /// - Parameter redirects: The redirects that the client follows; one that follows some proves little.
    /// - Returns: The pipeline.
    func onlyIfNotExecuted(redirects: ClientRedirects = .mayBeFollowed) -> RetryPipeline {
        retryOn(
            .where { error in
                ExecutionClassifier.default.certainty(of: error, .unknown, redirects: redirects) == .notExecuted
            })
    }
}

/// True for the methods that a server may execute twice with the effect of once.
func isIdempotent(_ method: String) -> Bool {
    ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"].contains(method)
}

extension HTTPField.Name {
    /// The header by which a server recognises the repetition of a request.
    static var idempotencyKey: HTTPField.Name { HTTPField.Name(known: "idempotency-key") }
}

extension HTTPField.Name {
    /// The name of a header that is known when the program is written.
    init(known name: String) {
        guard let parsed = HTTPField.Name(name) else { preconditionFailure("\(name) is no name of a header") }
        self = parsed
    }
}
