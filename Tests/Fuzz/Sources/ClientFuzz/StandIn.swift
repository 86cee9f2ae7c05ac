import FuzzSupport

/// An error whose description and mirror the fuzzer makes, as any reader of a client's errors may meet it.
struct StandIn: Error, CustomStringConvertible, CustomReflectable {
    let description: String
    private let children: [(label: String?, value: any Sendable)]

    /// Takes the description and some children, of which a few have children themselves.
    init(_ input: inout Input, depth: Int = 0) {
        description = Self.descriptions.element(input.byte()) + input.string()
        var children: [(label: String?, value: any Sendable)] = []
        for _ in 0..<(input.byte() & 7) {
            let label = Self.labels.element(input.byte())
            children.append((label, Self.value(&input, depth: depth)))
        }
        self.children = children
    }

    var customMirror: Mirror {
        Mirror(self, children: children.map { (label: $0.label, value: $0.value as Any) })
    }

    private static func value(_ input: inout Input, depth: Int) -> any Sendable {
        switch input.byte() & 7 {
        case 0: input.string()
        case 1: Int(input.integer())
        case 2: UInt16(truncatingIfNeeded: input.integer())
        case 3: Optional<String>.none
        case 4 where depth < 6: [StandIn(&input, depth: depth + 1), StandIn(&input, depth: depth + 1)]
        case 5: (input.string(), input.string())
        case 6: CancellationError()
        default: depth < 6 ? StandIn(&input, depth: depth + 1) : input.string()
        }
    }

    /// Beginnings of descriptions that readers look at.
    private static let descriptions = [
        "", "HTTPClientError.", "handshakeFailed(", "NIOSSLExtraError.", "MySQL error: ", "Error Domain=",
        "Error Domain=NSURLErrorDomain Code=", "(errno: ", "POSIXErrorCode(rawValue: ", "HTTP status code: ",
        "unavailable",
        "server", "sqlState", "connectionError", "commandError", "TransactionCanceledException: ",
    ]

    /// The labels that readers look for, and some more.
    private static let labels = [
        "error", "errno", "failureDescription", "code", "cause", "metadata", "elements", "key", "value", "string",
        "extendedResultCode", "rawValue", "backing", "underlying", "serverInfo", "fields", "server", "errorCode",
        "sqlState",
        "message", "baseError", "underlyingError", "base", "context", "responseCode", "headers", ".0", ".1",
        "httpResponse",
        "properties", "typeName", "_statusCode", "_headers", "name", "crtError", "authError", "streamingError",
        "_nsError",
        "_domain", "_code", "_userInfo", "userInfo", "storage", "posix", "tls", "dns", "status", "closureError", "odd",
        "",
    ]
}

extension Array {
    fileprivate func element(_ number: UInt8) -> Element { self[Int(number) % count] }
}
