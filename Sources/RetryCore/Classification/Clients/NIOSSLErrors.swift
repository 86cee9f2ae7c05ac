extension KnownClient {
    /// TLS by swift-nio-ssl.
    ///
    /// | error | class |
    /// |---|---|
    /// | a certificate that is not trusted, has expired, or is another host's | permanent |
    /// | a server without TLS, or without a version or a cipher in common | permanent |
    /// | files of certificates and keys that cannot be read | permanent |
    /// | any other failed handshake, a connection that ends without a close | transient |
    ///
    /// Not executed, unless redirected: every failed handshake.
    public static let nioSSL = KnownClient("SwiftNIO SSL", place: 2)
}

extension ClientTable {
    static let nioSSL = ClientTable(
        .nioSSL,
        [
            "NIOSSL.NIOSSLError": { NIOSSLErrors.evidence(ofError: "\($0)") },
            "NIOSSL.NIOSSLExtraError": { NIOSSLErrors.evidence(ofExtraError: "\($0)") },
            "NIOSSL.BoringSSLError": { ClientEvidence(NIOSSLErrors.errorClass(ofTLS: "\($0)")) },
            "NIOSSL.NIOSSLCloseTimedOutError": { _ in ClientEvidence(.transient) },
        ])
}

enum NIOSSLErrors {
    /// Reads a description such as `handshakeFailed(NIOSSL.BoringSSLError.sslError([…]))`.
    static func evidence(ofError description: String) -> ClientEvidence? {
        switch description.prefix(while: { $0 != "(" }) {
        case "handshakeFailed":
            .notSent(errorClass(ofTLS: description))
        case "unableToValidateCertificate", "noCertificateToValidate", "cannotMatchULabel", "cannotFindPeerIP",
            "noSuchFilesystemObject", "failedToLoadCertificate", "failedToLoadPrivateKey":
            .notSent(.permanent)
        case "uncleanShutdown", "shutdownFailed", "writeDuringTLSShutdown", "readInInvalidTLSState":
            ClientEvidence(.transient)
        default:
            nil
        }
    }

    /// Reads a description such as `NIOSSLExtraError.failedToValidateHostname: Couldn't find …`.
    static func evidence(ofExtraError description: String) -> ClientEvidence? {
        switch description.prefix(while: { $0 != ":" }).split(separator: ".").last {
        case "failedToValidateHostname", "serverHostnameImpossibleToMatch", "cannotUseIPAddressInSNI",
            "invalidSNIHostname", "unknownPrivateKeyFileType":
            .notSent(.permanent)
        default:
            nil
        }
    }

    /// Returns the class of a failure of TLS, by the name of the code in
    /// `OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at`.
    static func errorClass(ofTLS description: String) -> ErrorClass {
        let words = description.prefix(4_096).split(separator: " ").lazy.flatMap { $0.split(separator: ":") }
        return words.contains(where: isLasting) ? .permanent : .transient
    }

    /// Returns whether a code names a failure that the next handshake meets as well.
    private static func isLasting(_ code: Substring) -> Bool {
        switch code {
        case "CERTIFICATE_VERIFY_FAILED", "WRONG_VERSION_NUMBER", "UNSUPPORTED_PROTOCOL", "NO_SHARED_CIPHER",
            "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "HANDSHAKE_FAILURE_ON_CLIENT_HELLO",
            "NO_APPLICATION_PROTOCOL", "TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
            "SSLV3_ALERT_HANDSHAKE_FAILURE", "TLSV1_ALERT_PROTOCOL_VERSION", "TLSV1_ALERT_INSUFFICIENT_SECURITY",
            "TLSV1_ALERT_UNKNOWN_CA", "TLSV1_ALERT_ACCESS_DENIED", "TLSV1_UNRECOGNIZED_NAME",
            "SSLV3_ALERT_BAD_CERTIFICATE", "SSLV3_ALERT_CERTIFICATE_EXPIRED", "SSLV3_ALERT_CERTIFICATE_REVOKED",
            "SSLV3_ALERT_CERTIFICATE_UNKNOWN", "SSLV3_ALERT_NO_CERTIFICATE", "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
            "TLSV1_CERTIFICATE_REQUIRED", "TLSV1_ALERT_CERTIFICATE_REQUIRED":
            true
        default:
            false
        }
    }
}
