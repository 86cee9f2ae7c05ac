import Foundation
import RetryFoundation
import Testing

@Suite("What the codes of Foundation's errors stand for", .timeLimit(.minutes(20)))
struct ErrorTableTests {
    static let urlCodes: [(URLError.Code, ErrorClass)] =
        pairs(
            [
                .timedOut, .networkConnectionLost, .cannotConnectToHost, .cannotFindHost, .dnsLookupFailed,
                .notConnectedToInternet, .internationalRoamingOff, .callIsActive, .dataNotAllowed,
                .secureConnectionFailed, .zeroByteResource, .downloadDecodingFailedMidStream,
                .downloadDecodingFailedToComplete, .backgroundSessionWasDisconnected,
                .backgroundSessionInUseByAnotherProcess,
            ], .transient)
        + pairs([.badServerResponse], .serverError)
        + pairs([.userAuthenticationRequired, .clientCertificateRequired, .clientCertificateRejected], .auth)
        + pairs([.noPermissionsToReadFile], .permission)
        + pairs(
            [
                .serverCertificateUntrusted, .serverCertificateHasBadDate, .serverCertificateHasUnknownRoot,
                .serverCertificateNotYetValid, .badURL, .unsupportedURL, .httpTooManyRedirects,
                .redirectToNonExistentLocation, .cannotDecodeRawData, .cannotDecodeContentData, .cannotParseResponse,
                .cannotLoadFromNetwork, .dataLengthExceedsMaximum, .requestBodyStreamExhausted,
                .appTransportSecurityRequiresSecureConnection, .backgroundSessionRequiresSharedContainer,
                .fileDoesNotExist, .fileIsDirectory, .cannotCreateFile, .cannotOpenFile, .cannotCloseFile,
                .cannotWriteToFile, .cannotRemoveFile, .cannotMoveFile,
            ], .permanent)
        + pairs([.unknown, .resourceUnavailable], .unknown)

    static let posixCodes: [(POSIXErrorCode, ErrorClass)] =
        pairs(
            [
                .ECONNRESET, .ECONNREFUSED, .ECONNABORTED, .ENOTCONN, .EPIPE, .ETIMEDOUT, .EHOSTUNREACH, .EHOSTDOWN,
                .ENETDOWN, .ENETUNREACH, .ENETRESET, .EADDRNOTAVAIL, .EAGAIN, .EINTR, .EBUSY, .ENOBUFS, .ENOMEM,
                .EMFILE, .ENFILE, .ETXTBSY,
            ], .transient)
        + pairs([.EDEADLK, .ENOLCK, .ESTALE], .concurrency)
        + pairs([.EACCES, .EPERM], .permission)
        + pairs(
            [
                .ENOENT, .ENOTDIR, .EISDIR, .EEXIST, .ENOTEMPTY, .ENAMETOOLONG, .ELOOP, .EXDEV, .EROFS, .EFBIG,
                .ESPIPE, .ENODEV, .ENXIO, .ENOTTY, .EINVAL, .EBADF, .EFAULT, .E2BIG, .ENOEXEC, .ENOSYS, .EDOM,
                .ERANGE, .EILSEQ, .EOPNOTSUPP, .ENOTSOCK, .EDESTADDRREQ, .EMSGSIZE, .EPROTOTYPE, .ENOPROTOOPT,
                .EPROTONOSUPPORT, .EAFNOSUPPORT, .EISCONN,
            ], .permanent)
        + pairs([.EIO, .ENOSPC], .unknown)

    static let cocoaCodes: [(Int, ErrorClass)] =
        pairs([257, 513], .permission)
        + pairs([4, 260, 258, 259, 261, 262, 263, 264, 514, 516, 517, 518, 642, 3_328], .permanent)
        + pairs([1_024, 1_550, 2_047, 2_048, 2_559, 3_584, 3_839, 3_840, 4_095, 4_864, 4_866, 4_991], .permanent)
        + pairs([255], .concurrency)
        + pairs([4_097], .transient)
        + pairs([256, 512, 640, 1_023, 2_560, 3_583, 4_096, 4_098, 4_863, 4_992, -1, .min, .max], .unknown)

    @Test(arguments: urlCodes)
    func urlLoading(code: URLError.Code, expected: ErrorClass) {
        #expect(classOf(URLError(code)) == expected)
        #expect(classOf(NSError(domain: NSURLErrorDomain, code: code.rawValue)) == expected)
        #expect(classOf(NSError(domain: "kCFErrorDomainCFNetwork", code: code.rawValue)) == expected)
    }

    @Test(arguments: posixCodes)
    func posix(code: POSIXErrorCode, expected: ErrorClass) {
        #expect(classOf(POSIXError(code)) == expected)
        #expect(classOf(NSError(domain: NSPOSIXErrorDomain, code: Int(code.rawValue))) == expected)
    }

    @Test(arguments: cocoaCodes)
    func cocoa(code: Int, expected: ErrorClass) {
        #expect(classOf(CocoaError(CocoaError.Code(rawValue: code))) == expected)
        #expect(classOf(NSError(domain: NSCocoaErrorDomain, code: code)) == expected)
    }

    @Test(arguments: [Int.min, -2_000_000, 0, 1, 99_999, .max])
    func aCodeThatNobodyKnowsIsUnknown(code: Int) {
        for domain in [NSURLErrorDomain, NSPOSIXErrorDomain, "com.example.shop", ""] where code != 1 {
            #expect(classOf(NSError(domain: domain, code: code)) == .unknown)
        }
    }

    @Test func theCodesOfTheSystemAreItsOwn() {
        // The names above hide that numbers differ between systems: these are the same on all of them.
        #expect(classOf(NSError(domain: NSPOSIXErrorDomain, code: 1)) == .permission)
        #expect(classOf(NSError(domain: NSPOSIXErrorDomain, code: 2)) == .permanent)
        #expect(classOf(NSError(domain: NSPOSIXErrorDomain, code: 4)) == .transient)
        #expect(classOf(NSError(domain: NSURLErrorDomain, code: -1_001)) == .transient)
    }

    private static func pairs<Code>(_ codes: [Code], _ errorClass: ErrorClass) -> [(Code, ErrorClass)] {
        codes.map { ($0, errorClass) }
    }
}

/// The class that a call gives an error.
func classOf(_ error: any Error) -> ErrorClass {
    ErrorClassifier.default.classification(of: error)?.errorClass ?? .unknown
}
