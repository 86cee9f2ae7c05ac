import NIOConcurrencyHelpers

/// A server that makes payments, counts them by key, and then fails.
///
/// A payment is a `POST`, and its key the header `Idempotency-Key`; the server does not deduplicate. A connection
/// carries one request.
public final class PaymentServer: Sendable {
    /// The fate of a payment.
    public enum Payment: Sendable {
        /// It is made, and then answered.
        case made(Answer)
        /// It is made, the server stops listening, and the payment is then answered.
        case madeBeforeRefusing(Answer)
        /// It is made, and the connection closed.
        case madeAndLost
        /// It is made, and the connection closed after this text.
        case madeAndGarbled(String)
        /// It is not made, and answered.
        case refused(Answer)
        /// It is not made: the connection is reset when the header and some of the body have come.
        case lostWithin
        /// It is not made: the connection is reset before anything is read.
        case lostBefore
    }

    private struct State: Sendable {
        var made: [String: Int] = [:]
        var coming: [Payment]

        /// Returns true if the connection at hand is to be reset unread, and removes that payment.
        mutating func isLostBefore() -> Bool {
            guard case .lostBefore = coming.first else { return false }
            _ = next()
            return true
        }

        mutating func next() -> Payment {
            coming.count > 1 ? coming.removeFirst() : coming[0]
        }
    }

    private let server: FaultyServer
    private let listener: NIOLockedValueBox<FaultyServer?>
    private let state: NIOLockedValueBox<State>

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - payments: The fate of each payment in turn; the last repeats.
    ///   - pages: The answers to `GET`, by path; 404 for all others.
    /// - Throws: An error of the system.
    public init(_ payments: [Payment], pages: [String: Answer] = [:]) throws {
        let state = NIOLockedValueBox(State(coming: payments))
        self.state = state
        // A thread of the server makes it refuse, in the midst of a payment.
        let listener = NIOLockedValueBox<FaultyServer?>(nil)
        let server = try FaultyServer { connection in
            Self.serve(connection, state, pages) { listener.withLockedValue { $0 }?.refuse() }
        }
        listener.withLockedValue { $0 = server }
        self.server = server
        self.listener = listener
    }

    /// The address of the payments.
    public var url: String { server.url("/pay") }

    /// The address of a page.
    public func url(_ path: String) -> String { server.url(path) }

    /// Returns the number of payments with a key.
    public func effects(_ key: String) -> Int { state.withLockedValue { $0.made[key, default: 0] } }

    /// The number of connections that were made.
    public var connectionCount: Int { server.connectionCount }

    /// Closes the listening socket: from here on connections are refused.
    public func refuse() { server.refuse() }

    /// Listens again if the server does not.
    public func listen() {
        do { try server.listen() } catch { preconditionFailure("the port is lost: \(error)") }
    }

    /// Stops the server.
    public func stop() {
        server.stop()
        listener.withLockedValue { $0 = nil }
    }

    private static func serve(
        _ connection: Connection, _ state: NIOLockedValueBox<State>, _ pages: [String: Answer],
        refuse: () -> Void
    ) {
        if state.withLockedValue({ $0.isLostBefore() }) { return connection.resetUnread() }
        guard let head = connection.readHead() else { return }
        guard head.method == "POST" else { return connection.write(pages[head.target] ?? Answer(404)) }
        let payment = state.withLockedValue { $0.next() }
        if case .lostWithin = payment {
            _ = connection.take(1)
            return connection.reset()
        }
        guard connection.take(head.header("content-length").flatMap { Int($0) } ?? 0) != nil else { return }
        let key = head.header("idempotency-key") ?? ""
        switch payment {
        case .refused(let answer): return connection.write(answer)
        case .made, .madeBeforeRefusing, .madeAndLost, .madeAndGarbled:
            state.withLockedValue { $0.made[key, default: 0] += 1 }
        case .lostWithin, .lostBefore: return
        }
        if case .madeBeforeRefusing = payment { refuse() }
        switch payment {
        case .made(let answer), .madeBeforeRefusing(let answer): connection.write(answer)
        case .madeAndGarbled(let text): connection.write(text)
        default: break
        }
    }
}

extension PaymentServer {
    /// Starts a server, runs `body` with it, and stops the server.
    public static func with<Result>(
        _ payments: Payment..., pages: [String: Answer] = [:], _ body: (PaymentServer) async throws -> Result
    ) async throws -> Result {
        let server = try PaymentServer(payments, pages: pages)
        defer { server.stop() }
        return try await body(server)
    }
}
