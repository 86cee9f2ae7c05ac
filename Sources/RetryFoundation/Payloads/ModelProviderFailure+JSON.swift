public import RetryCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension ModelProviderFailure {
    /// Reads the body of a failed response; whatever the bytes are, this returns.
    ///
    /// ```json
    /// {"error": {"type": "requests", "code": "rate_limit_exceeded", "message": "…"}}
    /// {"type": "error", "error": {"type": "overloaded_error", "message": "…"}}
    /// ```
    ///
    /// It is `nil` if the body is no JSON object, or names neither a type nor a code. The message is not kept. Bodies of
    /// more than 64 KiB are not read.
    ///
    /// - Parameter body: The bytes of the body.
    public init?(body: Data) {
        guard let members = Payload.object(in: body) else { return nil }
        var error = members
        if case .object(let inner)? = members["error"] { error = inner }
        let type = error["type"]?.text
        let code = error["code"]?.text
        if type == nil, code == nil { return nil }
        self.init(type: type, code: code)
    }
}
