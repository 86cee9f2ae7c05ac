import Faults
import RetryAsync
import Testing

/// Payments over connections that are refused or break: never made twice, and made again where that is safe.
@Suite(.timeLimit(.minutes(20)))
struct ConnectionTests {
    /// A way in which the first connection breaks.
    enum Break: Sendable, CaseIterable {
        case beforeTheRequest
        case withinTheRequest
        case afterTheRequest
        case withinTheHeader
        case withinTheBody
        case byAnAnswerThatIsNotHTTP

        var payment: PaymentServer.Payment {
            switch self {
            case .beforeTheRequest: .lostBefore
            case .withinTheRequest: .lostWithin
            case .afterTheRequest: .madeAndLost
            case .withinTheHeader: .madeAndGarbled("HTTP/1.1 200 OK\r\nContent-Le")
            case .withinTheBody: .madeAndGarbled("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")
            case .byAnAnswerThatIsNotHTTP: .madeAndGarbled("this is no answer\r\n\r\n")
            }
        }

        /// True where the client ends the process: FoundationNetworking of Swift 6.3.1 does, within the header.
        func crashes(_ client: PayingClient) -> Bool {
            self == .withinTheHeader && client.isURLSession
        }
    }

    @Test(arguments: Break.allCases, PayingClient.allCases)
    func aPaymentWhoseConnectionBreaksIsMadeOnce(broken: Break, client: PayingClient) async throws {
        if broken.crashes(client) { return }
        try await PaymentServer.with(broken.payment, .made(Answer(200, body: "paid"))) { server in
            let payments = try await Payments(at: server, by: client)
            #expect(payments.effects <= 1)
            #expect(!payments.isForgotten, "recorded as \(String(describing: payments.state))")
        }
    }

    @Test(arguments: PayingClient.withoutRedirects)
    func aRefusedConnectionIsTriedAgain(client: PayingClient) async throws {
        try await PaymentServer.with(.made(Answer(200, body: "paid"))) { server in
            server.refuse()
            let payments = try await Payments(at: server, by: client) { server.listen() }
            #expect(payments.effects == 1)
            #expect(payments.results.map { try? $0.get() } == ["paid", "paid"])
        }
    }

    // Where URLSession follows redirects, nothing tells that none was followed: the last URL can be the first.
    @Test(arguments: PayingClient.allCases.filter { $0 != .urlSession })
    func aPaymentRefusedByTooManyRequestsIsTriedAgain(client: PayingClient) async throws {
        try await PaymentServer.with(.refused(Answer(429)), .made(Answer(200, body: "paid"))) { server in
            let payments = try await Payments(at: server, by: client)
            #expect(payments.effects == 1)
            #expect(payments.results.map { try? $0.get() } == ["paid", "paid"])
        }
    }
}
