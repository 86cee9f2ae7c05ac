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
    }
}

extension Upstream.Answer {
    var response: Response {
        switch self {
        case .status(let code, let retryAfter):
            var headers = HTTPFields()
            headers[.retryAfter] = retryAfter.map(String.init)
            return Response(status: .init(code: code), headers: headers)
        case .hangUp:
            // An error in the midst of a body makes Hummingbird close the connection.
            return .inTwoHalves { throw HangUp() }
        case .slow(let duration):
            return .inTwoHalves { try await Task.sleep(for: duration) }
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
}
