import Testing

@testable import RetryCore

@Suite("The errors of AsyncHTTPClient", .timeLimit(.minutes(20)))
struct AsyncHTTPClientErrorTests {
    private func read(_ code: String) -> ClientExpectation? {
        RetryCoreTests.read(Described("HTTPClientError.\(code)"), as: "AsyncHTTPClient.HTTPClientError")
    }

    @Test(
        "a connection that is not made was not used",
        arguments: [
            "connectTimeout", "tlsHandshakeTimeout", "socksHandshakeTimeout", "httpProxyHandshakeTimeout",
            "getConnectionFromPoolTimeout", "invalidProxyResponse",
        ])
    func notConnected(code: String) {
        #expect(read(code) == .notSent(.transient))
    }

    @Test(
        "a request that waits or breaks may have arrived",
        arguments: ["readTimeout", "writeTimeout", "deadlineExceeded", "remoteConnectionClosed", "uncleanShutdown"])
    func waiting(code: String) {
        #expect(read(code) == ClientExpectation(.transient))
    }

    @Test(
        "the client sends nothing that is wrong",
        arguments: [
            "invalidURL", "emptyHost", "missingSocketPath", "emptyScheme", "unsupportedScheme(\"redis\")",
            "traceRequestWithBody", "invalidHeaderFieldNames([\"na me\"])", "alreadyShutdown",
            "serverOfferedUnsupportedApplicationProtocol(\"spdy\")", "invalidProxyConfiguration",
        ])
    func refused(code: String) {
        #expect(read(code) == .notSent(.permanent))
    }

    @Test(
        "what ends after something was sent is permanent, and may have happened",
        arguments: ["bodyLengthMismatch", "writeAfterRequestSent", "redirectLimitReached", "redirectCycleDetected"])
    func sent(code: String) {
        #expect(read(code) == ClientExpectation(.permanent))
    }

    @Test("a client that is shut down cancels, a proxy authenticates")
    func others() {
        #expect(read("cancelled") == .cancellation)
        #expect(read("proxyAuthenticationRequired") == .notSent(.auth))
    }

    @Test(
        "a code that is not known gives no evidence",
        arguments: ["", "odd", "(", "internalStateFailure(file: \"\", line: 1)"])
    func unknown(code: String) {
        #expect(read(code) == nil)
        #expect(RetryCoreTests.read(Described(code), as: "AsyncHTTPClient.HTTPClientError") == nil)
    }

    @Test("on Apple's systems the codes are those of Network.framework")
    func network() {
        struct NWPOSIXError: Error { let errorCode: Described }
        struct NWTLSError: Error { let status: Int32 }
        enum NWError: Error {
            case posix(Described)
            case dns(Int32)
            case tls(Int32)
        }
        // The number of ECONNREFUSED differs between systems.
        let number = (1...140).first { POSIXErrnoTable.isRefusal(Int32($0)) } ?? 0
        let code = Described("POSIXErrorCode(rawValue: \(number)): Connection refused")
        let posix = "AsyncHTTPClient.HTTPClient.NWPOSIXError"
        #expect(RetryCoreTests.read(NWPOSIXError(errorCode: code), as: posix) == .notSent(.transient))
        #expect(RetryCoreTests.read(NWPOSIXError(errorCode: Described("odd")), as: posix) == nil)
        let tls = "AsyncHTTPClient.HTTPClient.NWTLSError"
        #expect(RetryCoreTests.read(NWTLSError(status: -9_813), as: tls) == ClientExpectation(.permanent))
        #expect(RetryCoreTests.read(NWTLSError(status: -9_806), as: tls) == ClientExpectation(.transient))
        #expect(RetryCoreTests.read(NWTLSError(status: 0), as: tls) == ClientExpectation(nil))
        let network = "Network.NWError"
        #expect(RetryCoreTests.read(NWError.posix(code), as: network) == .notSent(.transient))
        #expect(RetryCoreTests.read(NWError.dns(-65_554), as: network) == .notSent(.transient))
        #expect(RetryCoreTests.read(NWError.tls(-9_843), as: network) == ClientExpectation(.permanent))
    }
}
