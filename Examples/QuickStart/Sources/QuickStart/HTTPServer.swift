import Dispatch

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
#error("QuickStart needs the sockets of POSIX: run it on Linux or macOS.")
#endif

/// An HTTP server on a free port of this machine's loopback address; a connection serves one request.
final class HTTPServer: Sendable {
    struct Request {
        let path: String
        let headers: [String: String]
    }

    enum Answer {
        /// The status 200.
        case text(String)
        case status(Int, _ headers: [String: String] = [:])
        /// No answer: the connection is closed.
        case hangUp
        /// No answer, until the client or the tour is over.
        case late(Duration)
    }

    static let reasons = [200: "OK", 404: "Not Found", 429: "Too Many Requests", 503: "Service Unavailable"]

    let port: UInt16
    private let listener: Socket

    /// Starts the server; each request is answered on a thread of its own.
    init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
        let listener = try Socket()
        port = try listener.listen()
        self.listener = listener
        DispatchQueue(label: "server").async {
            while let connection = listener.accept() {
                DispatchQueue(label: "connection").async { try? Self.serve(connection, answer) }
            }
        }
    }

    func stop() { listener.interrupt() }

    private static func serve(_ connection: Socket, _ answer: (Request) -> Answer) throws {
        guard let message = HTTPMessage(try connection.read()) else { return }
        let words = message.start.split(separator: " ")
        guard words.count == 3 else { return }
        switch answer(Request(path: String(words[1]), headers: message.headers)) {
        case .text(let text): try connection.write(HTTPMessage("HTTP/1.1 200 OK", body: text).text)
        case .status(let code, let headers):
            try connection.write(HTTPMessage("HTTP/1.1 \(code) \(reasons[code] ?? "")", headers: headers).text)
        case .hangUp: break
        case .late(let time): sleep(UInt32(time.components.seconds))
        }
    }
}
