extension ErrorMessageTable {
    /// Returns whether a text, or none, suggests no class that is never retried.
    public func isRetryable(_ message: String?) -> Bool {
        guard let message, let errorClass = errorClass(of: message) else { return true }
        return RetryPolicy.default.isRetried(errorClass)
    }
}
