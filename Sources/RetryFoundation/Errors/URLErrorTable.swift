import Foundation

/// What the codes of Foundation's URL loading stand for; the table is documented at `URLError.classification`.
enum URLErrorTable {
    /// The domains whose errors carry these codes: URL loading's own, and the one of the layer below it on Darwin.
    static let domains: Set<String> = [NSURLErrorDomain, "kCFErrorDomainCFNetwork"]

    static func meaning(of code: Int) -> ErrorMeaning? {
        // Optional on Linux, where the codes are an enumeration, and not on Darwin.
        let code: URLError.Code? = URLError.Code(rawValue: code)
        return code.flatMap { meaningOfRequest($0) ?? meaningOfConnection($0) ?? meaningOfFile($0) }
    }

    private static func meaningOfConnection(_ code: URLError.Code) -> ErrorMeaning? {
        switch code {
        case .timedOut, .networkConnectionLost, .cannotConnectToHost, .cannotFindHost, .dnsLookupFailed,
            .notConnectedToInternet, .internationalRoamingOff, .callIsActive, .dataNotAllowed,
            .secureConnectionFailed, .zeroByteResource, .downloadDecodingFailedMidStream,
            .downloadDecodingFailedToComplete, .backgroundSessionWasDisconnected,
            .backgroundSessionInUseByAnotherProcess:
            .failure(.transient)
        case .badServerResponse:
            .failure(.serverError)
        case .serverCertificateUntrusted, .serverCertificateHasBadDate, .serverCertificateHasUnknownRoot,
            .serverCertificateNotYetValid:
            .failure(.permanent)
        default:
            nil
        }
    }

    private static func meaningOfRequest(_ code: URLError.Code) -> ErrorMeaning? {
        switch code {
        case .cancelled, .userCancelledAuthentication:
            .cancellation
        case .userAuthenticationRequired, .clientCertificateRequired, .clientCertificateRejected:
            .failure(.auth)
        case .badURL, .unsupportedURL, .httpTooManyRedirects, .redirectToNonExistentLocation, .cannotDecodeRawData,
            .cannotDecodeContentData, .cannotParseResponse, .cannotLoadFromNetwork, .dataLengthExceedsMaximum,
            .requestBodyStreamExhausted, .appTransportSecurityRequiresSecureConnection,
            .backgroundSessionRequiresSharedContainer:
            .failure(.permanent)
        default:
            nil
        }
    }

    private static func meaningOfFile(_ code: URLError.Code) -> ErrorMeaning? {
        switch code {
        case .noPermissionsToReadFile:
            .failure(.permission)
        case .fileDoesNotExist, .fileIsDirectory, .cannotCreateFile, .cannotOpenFile, .cannotCloseFile,
            .cannotWriteToFile, .cannotRemoveFile, .cannotMoveFile:
            .failure(.permanent)
        default:
            nil
        }
    }
}
