import Testing

@testable import RetryCore

/// As `URLError` and `NSError` are on Linux.
private struct URLError: Error {
    final class Object: Sendable {
        let _domain: String
        let _code: Int
        let _userInfo: [String: any Sendable]?

        init(_ domain: String, _ code: Int, _ userInfo: [String: any Sendable]?) {
            _domain = domain
            _code = code
            _userInfo = userInfo
        }
    }

    let _nsError: Object

    init(_ code: Int, domain: String = "NSURLErrorDomain", _ userInfo: [String: any Sendable]? = nil) {
        _nsError = Object(domain, code, userInfo)
    }
}

@Suite("The errors of System and of Foundation, without RetryFoundation", .timeLimit(.minutes(20)))
struct FoundationErrorTests {
    private func url(_ code: Int, _ userInfo: [String: any Sendable]? = nil) -> ClientExpectation? {
        read(URLError(code, userInfo), as: "Foundation.URLError")
    }

    @Test("connections that were not made")
    func connections() {
        for code in [-1_003, -1_004, -1_006, -1_009] { #expect(url(code) == .notSent(.transient)) }
        #expect(url(-1_202) == .notSent(.permanent))
        #expect(url(-1_205) == .notSent(.auth))
    }

    @Test("requests that may have arrived")
    func requests() {
        for code in [-1_001, -1_005] { #expect(url(code) == ClientExpectation(.transient)) }
        #expect(url(-1_011) == ClientExpectation(.serverError))
        #expect(url(-1_007) == ClientExpectation(.permanent))
        #expect(url(-999) == .cancellation)
    }

    @Test("a URL that is none proves something only where its scheme is not HTTP", arguments: [-1_000, -1_002])
    func urls(code: Int) {
        #expect(url(code, ["NSErrorFailingURLStringKey": "redis://host/"]) == .notSent(.permanent))
        #expect(url(code, ["NSErrorFailingURLStringKey": "example.com/path"]) == .notSent(.permanent))
        for text in ["http://host/", "HTTPS://host/", "http:///path", "Optional(http://host/)", " http://host/"] {
            #expect(url(code, ["NSErrorFailingURLStringKey": text])?.execution == .unknown)
        }
        #expect(url(code) == ClientExpectation(.permanent))
    }

    @Test("an answer that is not HTTP is an unsupported URL on Linux, and the server's fault")
    func garbage() {
        #expect(url(-1_002, ["NSErrorFailingURLKey": "http://host/"]) == ClientExpectation(.serverError))
        #expect(url(-1_000, ["NSErrorFailingURLKey": "http://host/"]) == ClientExpectation(.permanent))
    }

    @Test(
        "a failure of TLS on Linux is known by curl's text, which proves nothing",
        arguments: [
            ("SSL certificate problem: self-signed certificate", .permanent),
            ("SSL: no alternative certificate subject name matches target host name", .permanent),
            ("OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number", .permanent),
            ("OpenSSL SSL_connect: Connection reset by peer", .transient),
            ("transfer closed with 4 bytes remaining to read", .transient),
            ("transfer closed with outstanding read data remaining", .transient), ("odd", nil),
            ("a text with SSL certificate problem", nil),
        ] as [(String, ErrorClass?)])
    func texts(text: String, errorClass: ErrorClass?) {
        #expect(url(-1, ["NSLocalizedDescription": text]) == ClientExpectation(errorClass))
        #expect(url(-1_001, ["NSLocalizedDescription": text]) == ClientExpectation(.transient))
    }

    @Test("an object of Objective-C shows only its description")
    func descriptions() {
        func read(_ text: String) -> ClientExpectation? { RetryCoreTests.read(Described(text), as: "NSError") }
        #expect(
            read("Error Domain=NSURLErrorDomain Code=-1004 \"(null)\" UserInfo={a=Code=-1}") == .notSent(.transient))
        #expect(
            read("URLError(_nsError: Error Domain=NSURLErrorDomain Code=-1001 \"(null)\")")
                == ClientExpectation(.transient))
        #expect(read("Error Domain=NSCocoaErrorDomain Code=260 \"\"") == ClientExpectation(.permanent))
        #expect(read("Error Domain=com.example Code=7") == ClientExpectation(nil, nil))
        for text in [
            "", "Error Domain=", "Error Domain=a Code=", "Error Domain=a Code=-", "Domain=a Code=99999999999999999999",
        ] {
            #expect(read(text) == nil, "\(text)")
        }
    }

    @Test("the error below decides where the domain is not known")
    func below() {
        let error = URLError(7, domain: "com.example", ["NSUnderlyingError": TransientError()])
        let known = evidence(error, as: "Foundation.NSError")
        #expect(known?.wrapped is TransientError && known?.errorClass == nil && known?.execution == nil)
        let cancelled = URLError(1, domain: "Swift.CancellationError")
        #expect(read(cancelled, as: "Foundation.NSError") == .cancellation)
    }

    @Test("errors of files, and numbers of the system")
    func files() {
        struct Code { let rawValue: Int }
        struct CocoaError: Error, CustomStringConvertible {
            let code: Code
            let userInfo: [String: any Sendable]
            var description: String { "Error Domain=NSCocoaErrorDomain Code=\(code.rawValue)" }
        }
        func cocoa(_ code: Int) -> ClientExpectation? {
            read(CocoaError(code: Code(rawValue: code), userInfo: [:]), as: "FoundationEssentials.CocoaError")
        }
        #expect(cocoa(257) == ClientExpectation(.permission))
        #expect(cocoa(255) == ClientExpectation(.concurrency))
        #expect(cocoa(3_072) == .cancellation)
        #expect(cocoa(256) == ClientExpectation(nil, nil))
        let lost = CocoaError(code: Code(rawValue: 256), userInfo: ["NSUnderlyingError": TransientError()])
        #expect(evidence(lost, as: "Foundation.CocoaError")?.wrapped is TransientError)
        let number = (1...140).first { POSIXErrnoTable.isRefusal(Int32($0)) } ?? 0
        let refused = Described("Error Domain=NSPOSIXErrorDomain Code=\(number) \"Connection refused\"")
        #expect(read(refused, as: "FoundationEssentials.POSIXError") == .notSent(.transient))

        struct Errno: Error { let rawValue: Int32 }
        for name in ["System.Errno", "SystemPackage.Errno"] {
            #expect(read(Errno(rawValue: Int32(number)), as: name) == .notSent(.transient))
            #expect(read(Errno(rawValue: 13), as: name) == ClientExpectation(.permission))
            #expect(read(Described("odd"), as: name) == nil)
        }
    }
}
