public import Foundation
public import RetryCore

/// Evidence for the default classifier: the errors of `URLSession`.
extension URLError: PartlyClassifyingError, CancellationAwareError, WrappingError {
    /// The class of this error, by its code.
    ///
    /// | code | class |
    /// |---|---|
    /// | `timedOut`, `networkConnectionLost`, `cannotConnectToHost`, `secureConnectionFailed` | transient |
    /// | `cannotFindHost`, `dnsLookupFailed` | transient |
    /// | `notConnectedToInternet`, `internationalRoamingOff`, `callIsActive`, `dataNotAllowed` | transient |
    /// | `zeroByteResource`, `downloadDecodingFailedMidStream`, `downloadDecodingFailedToComplete` | transient |
    /// | `backgroundSessionWasDisconnected`, `backgroundSessionInUseByAnotherProcess` | transient |
    /// | `badServerResponse` | server error |
    /// | `userAuthenticationRequired`, `clientCertificateRequired`, `clientCertificateRejected` | auth |
    /// | `noPermissionsToReadFile` | permission |
    /// | `serverCertificateUntrusted`, `…HasBadDate`, `…HasUnknownRoot`, `…NotYetValid` | permanent |
    /// | `badURL`, `httpTooManyRedirects`, `redirectToNonExistentLocation` | permanent |
    /// | `unsupportedURL` | permanent; of an HTTP URL, server error: on Linux the answer was not HTTP |
    /// | `cannotDecodeRawData`, `cannotDecodeContentData`, `cannotParseResponse` | permanent |
    /// | `dataLengthExceedsMaximum`, `requestBodyStreamExhausted`, `cannotLoadFromNetwork` | permanent |
    /// | `appTransportSecurityRequiresSecureConnection` | permanent |
    /// | `backgroundSessionRequiresSharedContainer` | permanent |
    /// | `fileDoesNotExist`, `fileIsDirectory` | permanent |
    /// | `cannotCreateFile`, `cannotOpenFile`, `cannotCloseFile`, `cannotWriteToFile` | permanent |
    /// | `cannotRemoveFile`, `cannotMoveFile` | permanent |
    /// | `cancelled`, `userCancelledAuthentication` | a cancellation, see ``isCancellation`` |
    /// | `unknown`, on Linux: a certificate that is not trusted, a server without TLS | permanent, by curl's text |
    /// | `unknown`, on Linux: a body that is cut off, a handshake that breaks | transient, by curl's text |
    /// | all others, such as `resourceUnavailable` | of the error below it, else unknown |
    ///
    /// The class says nothing about whether the server has seen the request: `timedOut` and `networkConnectionLost` can
    /// come after the work was done. Retry only requests that may be executed twice.
    public var classification: ErrorClassification {
        ErrorClassifier.default.classification(of: self) ?? .unknown
    }

    package var ownClassification: ErrorClassification? { domainError.classification }

    /// A Boolean value that indicates whether this error says that the request was cancelled: `cancelled` and
    /// `userCancelledAuthentication`.
    ///
    /// `URLSession` throws `cancelled` when the task that waits for it is cancelled, when the session is invalidated,
    /// and when a delegate refuses the server's certificate. None of them is retried.
    public var isCancellation: Bool { domainError.evidence.isCancellation }

    /// The error below this one, under `NSUnderlyingErrorKey`.
    public var wrappedError: (any Error)? { domainError.underlying }

    private var domainError: DomainError {
        DomainError(domain: NSURLErrorDomain, code: errorCode, userInfo: errorUserInfo)
    }
}
