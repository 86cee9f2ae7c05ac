/// The errors of Apple's Network.framework, which SwiftNIO and AsyncHTTPClient use there.
///
/// Written from its headers, and not run: it does not exist on Linux.
enum NetworkFrameworkErrors {
    /// Reads an `NWError`: its case names the system that gave the code.
    static func read(_ error: any Error) -> ClientEvidence? {
        if let code = Reflection.child("posix", of: error) { return evidence(ofPOSIXCode: code) }
        if let status = Reflection.integer(at: "tls", of: error) { return evidence(ofTLSStatus: status) }
        return Reflection.child("dns", of: error).map { _ in .notConnected }
    }

    /// Reads a `POSIXErrorCode`, whose description is `POSIXErrorCode(rawValue: 61): Connection refused`.
    static func evidence(ofPOSIXCode code: Any) -> ClientEvidence? {
        let digits = "\(code)".drop { $0 != " " }.dropFirst().prefix { $0.isASCII && $0.isNumber }
        return Int32(digits).map { ClientEvidence.errno($0) }
    }

    /// Reads a status of Secure Transport.
    static func evidence(ofTLSStatus status: Int) -> ClientEvidence {
        switch status {
        // The certificate is wrong, unknown, expired, not valid yet, or of another host.
        case -9_815 ... -9_812, -9_808, -9_807, -9_843: ClientEvidence(.permanent)
        case -9_816, -9_806, -9_805: ClientEvidence(.transient)  // the connection was closed
        default: ClientEvidence()
        }
    }
}
