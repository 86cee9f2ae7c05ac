// The same readers for collections of headers.
extension RateLimitHeaders {
    /// Looks in the headers of a response for a hint, as ``hint(status:now:headers:)-(_,_,(String)->String?)`` does.
    ///
    /// - Parameters:
    ///   - status: The status of the response; `nil` if it is not known.
    ///   - now: The time that instants are counted from, in seconds since 1970; the server's, or else the system's, if
    ///     `nil`.
    ///   - headers: The headers by their names, in any mixture of cases.
    /// - Returns: The hint, or `nil` if no header holds one.
    public static func hint(status: Int? = nil, now: Int64? = nil, headers: [String: String]) -> RetryHint? {
        hint(status: status, now: now, headers: headers.map { ($0.key, $0.value) })
    }

    /// Looks in the headers of a response for a hint, as ``hint(status:now:headers:)-(_,_,(String)->String?)`` does.
    ///
    /// - Parameters:
    ///   - status: The status of the response; `nil` if it is not known.
    ///   - now: The time that instants are counted from, in seconds since 1970; the server's, or else the system's, if
    ///     `nil`.
    ///   - headers: The names and values, in the order of the response; values of one name are joined by a comma.
    /// - Returns: The hint, or `nil` if no header holds one.
    public static func hint(status: Int? = nil, now: Int64? = nil, headers: [(String, String)]) -> RetryHint? {
        let values = byName(headers)
        return hint(status: status, now: now) { values[$0] }
    }

    /// Returns whether the headers of a response say that nothing is left of a rate limit.
    ///
    /// - Parameter headers: The headers by their names, in any mixture of cases.
    /// - Returns: `true` if at least one limit has a remainder of zero; `false` if no header states the remainder.
    public static func isExhausted(headers: [String: String]) -> Bool {
        isExhausted(headers: headers.map { ($0.key, $0.value) })
    }

    /// Returns whether the headers of a response say that nothing is left of a rate limit.
    ///
    /// - Parameter headers: The names and values, in the order of the response.
    /// - Returns: `true` if at least one limit has a remainder of zero; `false` if no header states the remainder.
    public static func isExhausted(headers: [(String, String)]) -> Bool {
        let values = byName(headers)
        return isExhausted { values[$0] }
    }

    private static func byName(_ headers: [(String, String)]) -> [String: String] {
        var values: [String: String] = [:]
        for (name, value) in headers {
            let name = name.lowercased()
            if values[name]?.append(", " + value) == nil { values[name] = value }
        }
        return values
    }
}
