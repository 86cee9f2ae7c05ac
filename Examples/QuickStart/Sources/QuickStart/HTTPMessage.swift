/// A request or an answer of HTTP/1.1, as text.
struct HTTPMessage: Sendable {
    /// The first line.
    let start: String
    /// The headers, their names in lower case.
    let headers: [String: String]
    let body: String

    /// Creates a message to be sent; it is the only one of its connection.
    init(_ start: String, headers: [String: String] = [:], body: String = "") {
        self.start = start
        self.headers = headers.merging(["Content-Length": "\(body.utf8.count)", "Connection": "close"]) { $1 }
        self.body = body
    }

    /// Reads a message; `nil` if it is incomplete.
    init?(_ bytes: [UInt8]) {
        // A line break of HTTP is a single character of Swift.
        let lines = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\r\n", omittingEmptySubsequences: false)
        guard let end = lines.firstIndex(of: ""), end > 0 else { return nil }
        start = String(lines[0])
        body = lines[(end + 1)...].joined(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines[1..<end] {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " }) }
        }
        self.headers = headers
        if let length = headers["content-length"].flatMap({ Int($0) }), length != body.utf8.count { return nil }
    }

    var text: String {
        let lines = [start] + headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    /// The status of an answer.
    var status: Int? {
        let words = start.split(separator: " ")
        return words.count > 1 ? Int(words[1]) : nil
    }
}
