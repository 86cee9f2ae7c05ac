import Faults
import Testing

/// A payment that is made, and then answered by a redirect: whatever becomes of the redirect, it is not made again.
@Suite(.timeLimit(.minutes(20)))
struct RedirectTests {
    /// The target of the redirect after the payment.
    enum Target: Sendable, Hashable {
        case hostThatRefuses(status: Int)
        case unknownHost
        case otherScheme
        case page(status: Int)
        case sameURLThatRefuses
        case sameURL(status: Int)

        static let all: [Target] =
            [301, 302, 303, 307, 308].map { .hostThatRefuses(status: $0) }
            + [.unknownHost, .otherScheme, .sameURLThatRefuses]
            + [429, 404, 401, 503].flatMap { [.page(status: $0), .sameURL(status: $0)] }
    }

    @Test(arguments: Target.all, PayingClient.allCases)
    func aRedirectedPaymentIsMadeOnce(target: Target, client: PayingClient) async throws {
        let port = try RefusingPort()
        let server = try server(target, port)
        defer { server.stop() }
        let payments = try await Payments(at: server, by: client) { server.listen() }
        #expect(payments.effects == 1)
        #expect(!payments.isForgotten, "recorded as \(String(describing: payments.state))")
        withExtendedLifetime(port) {}
    }

    private func server(_ target: Target, _ port: RefusingPort) throws -> PaymentServer {
        switch target {
        case .hostThatRefuses(let status):
            try PaymentServer([.made(.redirect(status, to: port.url()))])
        case .unknownHost:
            try PaymentServer([.made(.redirect(to: "http://nonexistent.invalid/"))])
        case .otherScheme:
            try PaymentServer([.made(.redirect(to: "redis://127.0.0.1/"))])
        case .page(let status):
            try PaymentServer([.made(.redirect(to: "/page"))], pages: ["/page": Answer(status)])
        case .sameURLThatRefuses:
            try PaymentServer([.madeBeforeRefusing(.redirect(to: "/pay"))])
        case .sameURL(let status):
            try PaymentServer([.made(.redirect(to: "/pay"))], pages: ["/pay": Answer(status)])
        }
    }
}
