/// A request as it arrived.
public struct Request: Sendable {
    /// The method, such as `POST`.
    public let method: String
    /// The path and the query.
    public let target: String
    /// The body, as far as it was read.
    public private(set) var body: [UInt8] = []
    private let headers: [String: String]

    init?(head: String) {
        let lines = head.split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { return nil }
        method = String(words[0])
        target = String(words[1])
        headers = lines.dropFirst().reduce(into: [:]) { headers, line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return }
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
    }

    /// Returns a header, or `nil` if it was not sent.
    public func header(_ name: String) -> String? { headers[name.lowercased()] }

    func with(body: [UInt8]) -> Request {
        var request = self
        request.body = body
        return request
    }
}

/// A whole answer.
public struct Answer: Sendable {
    private let status: Int
    private let headers: [(name: String, value: String)]
    private let body: String
    private let isKept: Bool

    /// Creates an answer.
    ///
    /// - Parameters:
    ///   - status: The status, such as 503.
    ///   - headers: Headers beside those about the length and the connection.
    ///   - body: The body.
    ///   - isKept: Whether the connection may be used again.
    public init(
        _ status: Int, headers: KeyValuePairs<String, String> = [:], body: String = "", isKept: Bool = false
    ) {
        self.status = status
        self.headers = headers.map { ($0.key, $0.value) }
        self.body = body
        self.isKept = isKept
    }

    /// Creates a redirect.
    public static func redirect(_ status: Int = 303, to location: String) -> Answer {
        Answer(status, headers: ["Location": location])
    }

    var text: String {
        let lines = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        return "HTTP/1.1 \(status) Status\r\n\(lines)Content-Length: \(body.utf8.count)\r\n"
            + (isKept ? "" : "Connection: close\r\n") + "\r\n\(body)"
    }
}
