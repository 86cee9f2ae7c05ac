/// A fault that a server commits on each connection.
public enum Fault: Sendable {
    /// It is reset as soon as a byte has come, and before any is read.
    case resetsUnread
    /// The request is read, and the connection closed.
    case closesBeforeReply
    /// The request is read, and the connection reset.
    case resetsBeforeReply
    /// The connection is closed within the header of the answer.
    case closesInHeader
    /// The connection is closed within a body whose length was announced.
    case closesInBody
    /// The connection is reset within a body whose length was announced.
    case resetsInBody
    /// The connection is closed within a body in chunks.
    case closesInChunk
    /// The request is read, and nothing follows until the client gives up.
    case neverAnswers
    /// The header and half of the body are sent, and nothing follows until the client gives up.
    case stallsInBody
    /// Bytes that are not HTTP are sent.
    case answersGarbage
    /// The first request is answered, and the kept connection reset as soon as a second one comes in on it.
    case resetsKeptConnection
    /// Every request is answered with the same.
    case answers(Answer)

    /// Commits the fault on a connection.
    public func apply(to connection: Connection) {
        switch self {
        case .resetsUnread:
            connection.resetUnread()
        case .resetsKeptConnection:
            guard connection.readRequest() != nil else { return }
            connection.write(Answer(200, isKept: true))
            connection.resetUnread()
        default:
            while connection.readRequest() != nil {
                guard answer(on: connection) else { return }
            }
        }
    }

    /// Answers one request, or does not; returns whether the connection is kept.
    private func answer(on connection: Connection) -> Bool {
        switch self {
        case .resetsUnread, .resetsKeptConnection, .closesBeforeReply:
            return false
        case .resetsBeforeReply:
            connection.reset()
        case .closesInHeader:
            connection.write("HTTP/1.1 200 OK\r\nContent-Le")
        case .closesInBody:
            connection.write(Self.half)
        case .resetsInBody:
            connection.write(Self.half)
            connection.reset()
        case .closesInChunk:
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf")
        case .neverAnswers:
            connection.waitForClient()
        case .stallsInBody:
            connection.write(Self.half)
            connection.waitForClient()
        case .answersGarbage:
            connection.write("\u{1}\u{2}\u{3} this is no answer\r\n\r\n")
        case .answers(let answer):
            connection.write(answer)
            return true
        }
        return false
    }

    private static let half = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf"
}

extension FaultyServer {
    /// Starts a server with one behaviour, runs `body` with it, and stops the server.
    public static func with<Result>(
        _ fault: Fault, _ body: (FaultyServer) async throws -> Result
    ) async throws -> Result {
        let server = try FaultyServer { fault.apply(to: $0) }
        defer { server.stop() }
        return try await body(server)
    }
}
