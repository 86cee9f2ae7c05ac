public import Foundation
public import RetryCore

/// Evidence for effect gates: the requests of `URLSession` that have not reached a server.
extension URLError: ExecutionAwareError {
    /// Not executed, unless redirected, if no connection was made, or none that the client trusts; else unknown.
    ///
    /// | code | certainty |
    /// |---|---|
    /// | `cannotFindHost`, `dnsLookupFailed`, `cannotConnectToHost` | not executed, unless redirected |
    /// | `notConnectedToInternet`, `internationalRoamingOff`, `callIsActive`, `dataNotAllowed` | not executed, unless redirected |
    /// | `serverCertificateUntrusted`, `…HasBadDate`, `…HasUnknownRoot`, `…NotYetValid` | not executed, unless redirected |
    /// | `clientCertificateRequired`, `clientCertificateRejected` | not executed, unless redirected |
    /// | `appTransportSecurityRequiresSecureConnection` | not executed, unless redirected |
    /// | `badURL`, `unsupportedURL`, of a URL that is neither `http` nor `https` | not executed, unless redirected |
    /// | all others, such as `timedOut` and `networkConnectionLost` | unknown: the server may have done the work |
    ///
    /// An error is about the last request of several, and does not show the others. The failing URL proves nothing: it
    /// is the first request's on Linux, whichever one failed, and a redirect can lead to the same URL anywhere. So
    /// nothing is proved unless the session refuses redirects (``RedirectRefusal``), and the gate is configured with
    /// ``/RetryCore/ClientRedirects/notFollowed``.
    ///
    /// Of an HTTP URL, `unsupportedURL` proves nothing at all: on Linux it is also the error for an answer that is not
    /// HTTP.
    public var execution: ExecutionCertainty {
        DomainError(domain: NSURLErrorDomain, code: errorCode, userInfo: errorUserInfo).evidence.execution ?? .unknown
    }
}

/// Evidence for effect gates: the connections that were refused.
extension POSIXError: ExecutionAwareError {
    /// Not executed, unless redirected, if the connection was refused; else unknown.
    public var execution: ExecutionCertainty {
        POSIXErrnoTable.isRefusal(code.rawValue) ? .notExecutedUnlessRedirected : .unknown
    }
}
