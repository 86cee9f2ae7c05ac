extension KnownClient {
    /// The AWS SDK for Swift.
    ///
    /// | error | class |
    /// |---|---|
    /// | of a service, such as `AWSDynamoDB.ThrottlingException` | by the type's name, see ``AWSErrorTable``, else by its status |
    /// | `UnknownAWSHTTPServiceError`, `UnknownHTTPServiceError` | by its code, else by its status |
    /// | `CommonRunTimeError` of the network, `SwiftNIOHTTPClientError`, `WaiterTimeoutError` | transient |
    /// | `Smithy.ClientError`, requests that cannot be made, replies that cannot be read | permanent |
    ///
    /// Not executed, unless redirected: a refused connection and a host that is not found. The SDK repeats requests by
    /// itself, three attempts in all: leave that to one of the two by `maxAttempts: 1` in its configuration. Unless
    /// that is set, its errors are those of the last attempt and prove nothing about the first.
    ///
    /// Written from the client's sources, and not run against it.
    public static let awsSDK = KnownClient("AWS SDK for Swift", place: 9)
}

extension ClientTable {
    static let awsSDK = ClientTable(
        .awsSDK,
        [
            "AWSClientRuntime.UnknownAWSHTTPServiceError": AWSSDKErrors.readUnknown,
            "ClientRuntime.UnknownHTTPServiceError": AWSSDKErrors.readUnknown,
            "AwsCommonRuntimeKit.CommonRunTimeError": AWSSDKErrors.readRuntime,
            "SmithySwiftNIO.SwiftNIOHTTPClientError": AWSSDKErrors.readStreaming,
            "Smithy.ClientError": { Reflection.child("authError", of: $0) == nil ? .permanent : ClientEvidence(.auth) },
            "SmithyHTTPAPI.HTTPClientError": { _ in .notSent(.permanent) },
            "SmithySerialization.ResponseDecodingError": { _ in .permanent },
            "SmithyWaitersAPI.WaiterTimeoutError": { _ in ClientEvidence(.transient) },
        ],
        // One type for each error of each service, named as its code.
        others: { typeName in
            guard typeName.hasPrefix("AWS"), let name = typeName.split(separator: ".").last else { return nil }
            let code = String(name)
            return { AWSSDKErrors.answer($0, code: code)?.evidence }
        })
}

extension ClientEvidence {
    fileprivate static var permanent: ClientEvidence { ClientEvidence(.permanent) }
}

enum AWSSDKErrors {
    static func readUnknown(_ error: any Error) -> ClientEvidence? {
        answer(error, code: Reflection.child("typeName", of: error) as? String)?.evidence
    }

    /// Reads an error that has the response in `httpResponse`.
    static func answer(_ error: any Error, code: String?) -> AWSAnswer? {
        guard let response = Reflection.child("httpResponse", of: error) else { return nil }
        let message =
            Reflection.child("message", of: error) ?? Reflection.child(at: "properties", "message", of: error)
        var answer = AWSAnswer(
            code: code, message: message as? String,
            status: AWSAnswer.status(in: Reflection.child("_statusCode", of: response)))
        for header in Reflection.child(at: "_headers", "_headers", of: response).map(Reflection.elements) ?? [] {
            let values = Reflection.child("value", of: header).map(Reflection.elements)
            answer.add(Reflection.child("name", of: header), values?.first)
        }
        return answer
    }

    /// Reads an error of the runtime below the SDK, by the name of its code.
    static func readRuntime(_ error: any Error) -> ClientEvidence? {
        guard let name = Reflection.child(at: "crtError", "name", of: error) as? String else { return nil }
        return switch name {
        case "AWS_IO_SOCKET_CONNECTION_REFUSED", "AWS_IO_DNS_QUERY_FAILED", "AWS_IO_DNS_INVALID_NAME",
            "AWS_IO_DNS_NO_ADDRESS_FOR_HOST", "AWS_IO_DNS_HOST_REMOVED_FROM_CACHE", "AWS_IO_TLS_NEGOTIATION_TIMEOUT":
            .notConnected
        case "AWS_IO_SOCKET_TIMEOUT", "AWS_IO_SOCKET_CLOSED", "AWS_IO_SOCKET_NO_ROUTE_TO_HOST",
            "AWS_IO_SOCKET_NETWORK_DOWN", "AWS_IO_SOCKET_CONNECT_ABORTED", "AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE",
            "AWS_ERROR_HTTP_CONNECTION_CLOSED", "AWS_ERROR_HTTP_SERVER_CLOSED":
            ClientEvidence(.transient)
        default: ClientEvidence()
        }
    }

    static func readStreaming(_ error: any Error) -> ClientEvidence? {
        guard Reflection.caseName(of: error).hasSuffix("streamingError") else { return .notSent(.permanent) }
        return ClientEvidence(wrapped: Reflection.error("streamingError", of: error))
    }
}
