import Foundation
import RetryFoundation
import Testing

@Suite("What an error of Foundation proves", .timeLimit(.minutes(20)))
struct ExecutionTests {
    private static let connecting: [URLError.Code] = [
        .cannotFindHost, .dnsLookupFailed, .cannotConnectToHost, .notConnectedToInternet, .internationalRoamingOff,
        .callIsActive, .dataNotAllowed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
        .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRequired,
        .clientCertificateRejected, .appTransportSecurityRequiresSecureConnection,
    ]

    private func certainty(_ error: any Error, _ redirects: ClientRedirects) -> ExecutionCertainty {
        ExecutionClassifier.default.certainty(of: error, .unknown, redirects: redirects)
    }

    private func failing(_ code: URLError.Code, _ text: String) throws -> URLError {
        let url = try #require(URL(string: text))
        return URLError(code, userInfo: [NSURLErrorFailingURLErrorKey: url])
    }

    @Test(arguments: connecting)
    func aConnectionThatWasNotMadeIsProofWithoutRedirects(code: URLError.Code) {
        #expect(URLError(code).execution == .notExecutedUnlessRedirected)
        #expect(certainty(URLError(code), .mayBeFollowed) == .unknown)
        #expect(certainty(URLError(code), .notFollowed) == .notExecuted)
    }

    @Test func theFailingURLProvesNothing() throws {
        // On Linux it is that of the first request, whichever one failed.
        #expect(try certainty(failing(.cannotConnectToHost, "http://host/pay"), .mayBeFollowed) == .unknown)
    }

    @Test(arguments: [URLError.Code.badURL, .unsupportedURL])
    func aURLThatIsNotHTTPWasNotAskedFor(code: URLError.Code) throws {
        #expect(try failing(code, "redis://host/").execution == .notExecutedUnlessRedirected)
        #expect(try failing(code, "http://host/").execution == .unknown)
        #expect(try failing(code, "HTTPS://host/").execution == .unknown)
        #expect(URLError(code).execution == .unknown)
    }

    @Test(
        arguments: [
            URLError.Code.timedOut, .networkConnectionLost, .badServerResponse, .httpTooManyRedirects, .unknown,
            .cancelled, .secureConnectionFailed,
        ])
    func whatMayHaveArrivedProvesNothing(code: URLError.Code) {
        #expect(certainty(URLError(code), .notFollowed) == .unknown)
    }

    @Test func aRefusedConnectionOfTheSystem() {
        #expect(POSIXError(.ECONNREFUSED).execution == .notExecutedUnlessRedirected)
        #expect(POSIXError(.ECONNRESET).execution == .unknown)
        #expect(POSIXError(.EHOSTUNREACH).execution == .unknown)
    }

    @Test(arguments: [URLError.Code.serverCertificateHasBadDate, .appTransportSecurityRequiresSecureConnection])
    func aConnectionThatIsRefusedByTheClientIsNoVerdictOfTheReceiver(code: URLError.Code) throws {
        for error in [URLError(code) as any Error, NSError(domain: NSURLErrorDomain, code: code.rawValue)] {
            let store = InMemoryEffectStore()
            let gate = BlockingEffectGate(store: store, policy: EffectGatePolicy(redirects: .notFollowed))
            _ = try? gate.once("a", as: .nothing) { _ in throw error }
            #expect(try store.record(for: ActionID("a")) == nil)
        }
    }

    @Test func anAnswerThatIsNotHTTPIsTheServersFault() throws {
        #expect(try classOf(failing(.unsupportedURL, "http://host/")) == .serverError)
        #expect(try classOf(failing(.unsupportedURL, "redis://host/")) == .permanent)
    }

    @Test func aFailureOfTLSOnLinuxIsKnownByItsText() {
        func error(_ text: String) -> URLError {
            URLError(.unknown, userInfo: [NSLocalizedDescriptionKey: text])
        }
        let certificate = error("SSL certificate problem: self-signed certificate")
        #expect(classOf(certificate) == .permanent && certificate.execution == .unknown)
        #expect(classOf(error("transfer closed with outstanding read data remaining")) == .transient)
        #expect(classOf(error("odd")) == .unknown)
        #expect(classOf(shopError(below: certificate)) == .permanent)
    }
}
