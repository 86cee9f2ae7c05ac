import HTTPTypes
import Hummingbird
import NIOCore

extension Upstream {
    /// One way to answer a request.
    package enum Answer: Sendable {
        /// A status, with a `Retry-After` header of so many seconds.
        case status(Int, retryAfter: Int? = nil)
        /// The status 200 and half of the body; then the connection is closed.
        case hangUp
        /// The status 200 and half of the body at once, and the rest after a while.
        case slow(Duration)
        /// Another answer, after a while.
        indirect case late(Duration, Answer)
        /// The status 200 and a body of JSON.
        case json(String)
        /// The status 200 and a body that is sent piece by piece. It ends as it should, unless the connection is closed
        /// after the last piece.
        case pieces([String], hangsUp: Bool = false)
        /// The result of a closure, which is called for each request.
        case decided(@Sendable (Question) async -> Answer)
    }
}

extension Upstream.Answer {
    func response(to question: Upstream.Question) async throws -> Response {
        switch self {
        case .status(let code, let retryAfter):
            var headers = HTTPFields()
            headers[.retryAfter] = retryAfter.map(String.init)
            return Response(status: .init(code: code), headers: headers)
        case .hangUp:
            // An error within a body makes Hummingbird close the connection.
            return .inTwoHalves { throw HangUp() }
        case .slow(let duration):
            return .inTwoHalves { try await Task.sleep(for: duration) }
        case .late(let duration, let answer):
            try await Task.sleep(for: duration)
            return try await answer.response(to: question)
        case .json(let text):
            let body = ResponseBody(byteBuffer: ByteBuffer(string: text))
            return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
        case .pieces(let pieces, let hangsUp):
            return .inPieces(pieces) { if hangsUp { throw HangUp() } }
        case .decided(let decide):
            return try await decide(question).response(to: question)
        }
    }
}

private struct HangUp: Error {}

extension Response {
    /// A response whose body pauses in the middle.
    fileprivate static func inTwoHalves(_ pause: @escaping @Sendable () async throws -> Void) -> Response {
        let half = ByteBuffer(repeating: UInt8(ascii: "."), count: 500)
        let body = ResponseBody(contentLength: 2 * half.readableBytes) { writer in
            try await writer.write(half)
            try await pause()
            try await writer.write(half)
            try await writer.finish(nil)
        }
        return Response(status: .ok, body: body)
    }

    /// A response whose body comes piece by piece.
    fileprivate static func inPieces(_ pieces: [String], _ end: @escaping @Sendable () throws -> Void) -> Response {
        let body = ResponseBody { writer in
            for piece in pieces { try await writer.write(ByteBuffer(string: piece)) }
            try end()
            try await writer.finish(nil)
        }
        return Response(status: .ok, body: body)
    }
}
