extension MessageTable {
    /// Returns whether a text, or none, lets a retry make sense: whether it does not suggest a class never retried.
    public func isRetryable(_ message: String?) -> Bool {
        guard let message, let errorClass = errorClass(of: message) else { return true }
        return RetryPolicy.default.isRetried(errorClass)
    }
}
