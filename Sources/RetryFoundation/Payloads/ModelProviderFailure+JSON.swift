public import RetryCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension ModelProviderFailure {
    /// Reads the body of a failed response; returns for any bytes.
    ///
    /// ```json
    /// {"error": {"type": "requests", "code": "rate_limit_exceeded", "message": "…"}}
    /// {"type": "error", "error": {"type": "overloaded_error", "message": "…"}}
    /// {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "…", "details": [
    ///     {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3.5s"}]}}
    /// ```
    ///
    /// Google's streams begin with a list, of which the first element is read. It is `nil` if the body holds no JSON
    /// object, or one that names neither a type, a code nor a delay. The message is not kept. Bodies of more than 64 KiB
    /// are not read.
    ///
    /// - Parameter body: The bytes of the body.
    public init?(body: Data) {
        guard let members = Payload.object(in: body, orFirstOfList: true) else { return nil }
        var error = members
        if case .object(let inner)? = members["error"] { error = inner }
        let type = error["type"]?.text ?? error["status"]?.text
        let code = error["code"]?.text
        let hint = Self.retryInfo(in: error["details"])
        if type == nil, code == nil, hint == nil { return nil }
        self.init(type: type, code: code, hint: hint)
    }

    /// The delay of the first `RetryInfo` that has one.
    private static func retryInfo(in details: JSONValue?) -> RetryHint? {
        guard case .array(let details)? = details else { return nil }
        for case .object(let detail) in details where detail["@type"]?.text?.hasSuffix("google.rpc.RetryInfo") == true {
            // Written as a number of seconds with an `s`, which is one of the forms of a reset.
            if let text = detail["retryDelay"]?.text, text.hasSuffix("s"), let hint = RateLimitHeaders.reset(text) {
                return hint
            }
        }
        return nil
    }
}
