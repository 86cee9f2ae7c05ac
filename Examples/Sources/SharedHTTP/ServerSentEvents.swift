package import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The complete events of a stream of server-sent events.
///
/// An incomplete event at the end of the connection is dropped, as the format requires.
package struct ServerSentEvents: AsyncSequence {
    /// One event.
    package struct Event: Sendable, Equatable {
        /// The id of the event, to resume the stream after it.
        package var id: String?
        package var data = ""
    }

    private let body: HTTPClientResponse.Body

    package init(_ body: HTTPClientResponse.Body) { self.body = body }

    package func makeAsyncIterator() -> Iterator {
        Iterator(bytes: body.makeAsyncIterator())
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var bytes: HTTPClientResponse.Body.AsyncIterator
        private var received: [UInt8] = []

        fileprivate init(bytes: HTTPClientResponse.Body.AsyncIterator) { self.bytes = bytes }

        @concurrent
        package mutating func next() async throws -> Event? {
            while true {
                if let event = nextReceived() { return event }
                guard let more = try await bytes.next() else { return nil }
                received += more.readableBytesView
            }
        }

        /// Removes the bytes that were received up to an empty line.
        private mutating func nextReceived() -> Event? {
            let newline = UInt8(ascii: "\n")
            let ends = zip(received, received.dropFirst()).map { $0 == newline && $1 == newline }
            guard let end = ends.firstIndex(of: true) else { return nil }
            let block = String(decoding: received[..<end], as: UTF8.self)
            received.removeFirst(end + 2)
            return Event(block)
        }
    }
}

extension HTTPClient {
    /// Requests a stream of events, from the one after `lastID` on.
    ///
    /// - Throws: ``HTTPError`` if the answer is not a success, and the client's own errors if there is none.
    package func events(_ url: String, after lastID: String? = nil) async throws -> ServerSentEvents {
        var request = HTTPClientRequest(url: url)
        if let lastID { request.headers.add(name: "last-event-id", value: lastID) }
        let response = try await execute(request, deadline: .distantFuture)
        guard (200..<300).contains(response.status.code) else { throw HTTPError(response) }
        return ServerSentEvents(response.body)
    }
}

extension ServerSentEvents.Event {
    fileprivate init(_ block: String) {
        for line in block.split(separator: "\n") {
            if line.hasPrefix("id: ") { id = String(line.dropFirst(4)) }
            if line.hasPrefix("data: ") { data += line.dropFirst(6) }
        }
    }
}
