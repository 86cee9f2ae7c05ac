extension KnownClient {
    /// Foundation: `URLError`, `CocoaError`, `POSIXError` and `NSError`, for programs that don't import
    /// RetryFoundation.
    ///
    /// | domain | class |
    /// |---|---|
    /// | `NSURLErrorDomain`, `kCFErrorDomainCFNetwork` | by the code, as `URLError` in RetryFoundation |
    /// | `NSCocoaErrorDomain` | by the code, as `CocoaError` in RetryFoundation |
    /// | `NSPOSIXErrorDomain` | by the number, see ``POSIXErrnoTable`` |
    /// | any other, and a code that says too little | of the error below it |
    ///
    /// Not executed, unless redirected: no connection was made. On Linux `URLSession` sends a request without a body
    /// again by itself, where a connection that was kept has died; then its error is about the second request.
    public static let foundation = KnownClient("Foundation", place: 11)
}

extension ClientTable {
    static let foundation = ClientTable(
        .foundation,
        // Where a type is declared differs between Linux and Apple's systems.
        types: [
            "Foundation.URLError", "Foundation.CocoaError", "FoundationEssentials.CocoaError",
            "Foundation.POSIXError", "FoundationEssentials.POSIXError", "Foundation.NSError", "NSError", "__C.NSError",
        ]
    ) { FoundationErrors.domainError($0)?.evidence }
}

enum FoundationErrors {
    /// Reads an error's domain and code from its mirror, else from its description.
    static func domainError(_ error: any Error) -> DomainError? {
        // A class of Foundation's on Linux; inside a structure, or the error itself.
        let object = Reflection.child("_nsError", of: error) ?? error
        if let domain = Reflection.child("_domain", of: object) as? String,
            let code = Reflection.integer(at: "_code", of: object)
        {
            return DomainError(
                domain: domain, code: code, userInfo: Reflection.child("_userInfo", of: object) as? [String: Any] ?? [:]
            )
        }
        guard let (domain, code) = domainAndCode(in: "\(error)") else { return nil }
        return DomainError(
            domain: domain, code: code, userInfo: Reflection.child("userInfo", of: error) as? [String: Any] ?? [:])
    }

    /// Reads `Error Domain=NSURLErrorDomain Code=-1004 "…" UserInfo={…}`, where it begins.
    ///
    /// An object of Objective-C shows nothing in a mirror.
    static func domainAndCode(in description: String) -> (domain: String, code: Int)? {
        let beginning = description.prefix(256)
        guard let domain = after("Domain=", in: beginning), let code = after(" Code=", in: beginning) else {
            return nil
        }
        let digits = code.prefix { $0 == "-" || ($0.isASCII && $0.isNumber) }
        return Int(digits).map { (String(domain.prefix { $0 != " " }), $0) }
    }

    private static func after(_ mark: String, in text: Substring) -> Substring? {
        var rest = text
        while !rest.isEmpty {
            if rest.hasPrefix(mark) { return rest.dropFirst(mark.count) }
            rest = rest.dropFirst()
        }
        return nil
    }
}
