extension KnownClient {
    /// AsyncHTTPClient.
    ///
    /// | `HTTPClientError` | class |
    /// |---|---|
    /// | all timeouts, `remoteConnectionClosed`, `uncleanShutdown`, `invalidProxyResponse` | transient |
    /// | `proxyAuthenticationRequired` | auth |
    /// | a URL, a header, a body or a configuration that is wrong; redirects without end; a client that is shut down | permanent |
    /// | `cancelled`, which a client throws that is shut down meanwhile | a cancellation |
    ///
    /// Not executed, unless redirected: timeouts of connections, of the pool and of handshakes, a proxy that refuses,
    /// and requests that the client refuses to send. Errors of sockets and of TLS are those of ``nio`` and ``nioSSL``.
    ///
    /// The client tries for ten seconds to make a connection, unless `retryConnectionEstablishment` is off.
    public static let asyncHTTPClient = KnownClient("AsyncHTTPClient", place: 0)
}

extension ClientTable {
    static let asyncHTTPClient = ClientTable(
        .asyncHTTPClient,
        [
            "AsyncHTTPClient.HTTPClientError": { AsyncHTTPClientErrors.evidence(ofCode: "\($0)") },
            // On Apple's systems, over Network.framework.
            "AsyncHTTPClient.HTTPClient.NWPOSIXError": { error in
                Reflection.child("errorCode", of: error).flatMap(NetworkFrameworkErrors.evidence(ofPOSIXCode:))
            },
            "AsyncHTTPClient.HTTPClient.NWTLSError": { error in
                Reflection.integer(at: "status", of: error).map(NetworkFrameworkErrors.evidence(ofTLSStatus:))
            },
        ])
}

enum AsyncHTTPClientErrors {
    /// Reads a description such as `HTTPClientError.unsupportedScheme("redis")`.
    static func evidence(ofCode description: String) -> ClientEvidence? {
        let prefix = "HTTPClientError."
        guard description.hasPrefix(prefix) else { return nil }
        return evidence(ofCase: description.dropFirst(prefix.count).prefix { $0 != "(" })
    }

    private static func evidence(ofCase name: Substring) -> ClientEvidence? {
        switch name {
        case "cancelled":
            .cancellation
        case "connectTimeout", "tlsHandshakeTimeout", "socksHandshakeTimeout", "httpProxyHandshakeTimeout",
            "getConnectionFromPoolTimeout", "invalidProxyResponse":
            .notConnected
        case "proxyAuthenticationRequired":
            .notSent(.auth)
        case "readTimeout", "writeTimeout", "deadlineExceeded", "remoteConnectionClosed", "uncleanShutdown":
            ClientEvidence(.transient)
        case "bodyLengthMismatch", "writeAfterRequestSent", "redirectLimitReached", "redirectCycleDetected":
            ClientEvidence(.permanent)
        default:
            isRefusalOfClient(name) ? .notSent(.permanent) : nil
        }
    }

    private static func isRefusalOfClient(_ name: Substring) -> Bool {
        switch name {
        case "invalidURL", "emptyHost", "missingSocketPath", "emptyScheme", "unsupportedScheme", "alreadyShutdown",
            "identityCodingIncorrectlyPresent", "chunkedSpecifiedMultipleTimes", "contentLengthMissing",
            "traceRequestWithBody", "invalidHeaderFieldNames", "invalidHeaderFieldValues", "incompatibleHeaders",
            "serverOfferedUnsupportedApplicationProtocol", "shutdownUnsupported", "invalidRedirectConfiguration",
            "invalidHTTPVersionConfiguration", "invalidDNSOverridesConfiguration", "invalidLocalAddress",
            "invalidProxyConfiguration":
            true
        default:
            false
        }
    }
}
