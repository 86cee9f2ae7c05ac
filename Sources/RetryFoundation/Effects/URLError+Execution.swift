public import Foundation
public import RetryCore

/// The gate knows which requests of `URLSession` have not reached a server.
extension URLError: ExecutionAwareError {
    /// Not executed where no connection was made, or none that the client trusts; else unknown.
    ///
    /// `timedOut` and `networkConnectionLost` are unknown: the server may have done the work.
    public var execution: ExecutionCertainty {
        switch code {
        case .badURL, .unsupportedURL, .cannotFindHost, .dnsLookupFailed, .cannotConnectToHost,
            .notConnectedToInternet, .internationalRoamingOff, .callIsActive, .dataNotAllowed,
            .serverCertificateUntrusted, .serverCertificateHasBadDate, .serverCertificateHasUnknownRoot,
            .serverCertificateNotYetValid, .clientCertificateRequired, .clientCertificateRejected,
            .appTransportSecurityRequiresSecureConnection:
            .notExecuted
        default: .unknown
        }
    }
}

/// The gate knows which connections were refused.
extension POSIXError: ExecutionAwareError {
    /// Not executed where the connection was refused; else unknown.
    public var execution: ExecutionCertainty { code == .ECONNREFUSED ? .notExecuted : .unknown }
}
