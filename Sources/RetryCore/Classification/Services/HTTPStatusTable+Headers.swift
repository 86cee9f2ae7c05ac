extension HTTPStatusTable {
    /// Returns the classification of a response: the class of its status, with the hint of its headers.
    ///
    /// A 403 whose headers have a hint, or say that nothing is left of a limit, is a rate limit, as GitHub sends it.
    ///
    /// ```swift
    /// HTTPStatusTable.classification(response.status) { name in response.headers[name] }
    /// ```
    ///
    /// - Parameters:
    ///   - status: The status, such as 503.
    ///   - now: The time that instants in headers are counted from, in seconds since 1970; the server's, or else the
    ///     system's, if `nil`.
    ///   - headers: Returns the value of the header of the given name, in lower case, or `nil`: any source of headers, as
    ///     for ``RateLimitHeaders``.
    /// - Returns: `nil` if the status alone says too little, as for every success.
    public static func classification(
        _ status: Int, now: Int64? = nil, headers: (String) -> String?
    ) -> ErrorClassification? {
        let hint = RateLimitHeaders.hint(status: status, now: now, headers: headers)
        if status == 403, hint == nil, RateLimitHeaders.isExhausted(headers: headers) { return .rateLimit }
        return classification(status, hint: hint)
    }
}
