import Testing

@testable import RetryCore

@Suite("The errors of SwiftNIO SSL", .timeLimit(.minutes(20)))
struct NIOSSLErrorTests {
    private func handshake(_ code: String) -> ClientExpectation? {
        let error = "Error: 268435581 error:1000007d:SSL routines:OPENSSL_internal:\(code) at /sources/handshake.cc:320"
        return read(
            Described("handshakeFailed(NIOSSL.BoringSSLError.sslError([\(error)]))"), as: "NIOSSL.NIOSSLError")
    }

    @Test(
        "a certificate and a protocol stay as they are",
        arguments: [
            "CERTIFICATE_VERIFY_FAILED", "WRONG_VERSION_NUMBER", "TLSV1_ALERT_PROTOCOL_VERSION",
            "SSLV3_ALERT_CERTIFICATE_EXPIRED", "TLSV1_ALERT_UNKNOWN_CA",
        ])
    func lasting(code: String) {
        #expect(handshake(code) == .notSent(.permanent))
    }

    @Test("any other handshake may succeed the next time")
    func passing() {
        #expect(handshake("TLSV1_ALERT_INTERNAL_ERROR") == .notSent(.transient))
        let ended = "handshakeFailed(NIOSSL.BoringSSLError.sslError([Error:  EOF during handshake]))"
        #expect(read(Described(ended), as: "NIOSSL.NIOSSLError") == .notSent(.transient))
    }

    @Test("a path on this machine is no code")
    func paths() {
        let text =
            "handshakeFailed(sslError([Error: 1 error:OPENSSL_internal:EOF at /CERTIFICATE_VERIFY_FAILED/a.cc:1]))"
        #expect(read(Described(text), as: "NIOSSL.NIOSSLError") == .notSent(.transient))
    }

    @Test("after the handshake, something may have been sent")
    func later() {
        #expect(read(Described("uncleanShutdown"), as: "NIOSSL.NIOSSLError") == ClientExpectation(.transient))
        let alert = "sslError([Error: 1 error:1:SSL routines:OPENSSL_internal:TLSV1_CERTIFICATE_REQUIRED at a:1])"
        #expect(read(Described(alert), as: "NIOSSL.BoringSSLError") == ClientExpectation(.permanent))
        #expect(read(Described("syscallError"), as: "NIOSSL.BoringSSLError") == ClientExpectation(.transient))
        #expect(read(Described(""), as: "NIOSSL.NIOSSLCloseTimedOutError") == ClientExpectation(.transient))
    }

    @Test("another host's certificate is not trusted")
    func hosts() {
        func read(_ text: String) -> ClientExpectation? {
            RetryCoreTests.read(Described(text), as: "NIOSSL.NIOSSLExtraError")
        }
        #expect(
            read("NIOSSLExtraError.failedToValidateHostname: Couldn't find a.b in certificate") == .notSent(.permanent))
        #expect(read("NIOSSLExtraError.noForwardProgress") == nil)
        #expect(read("") == nil)
    }
}
