extension KnownClient {
    /// Soto.
    ///
    /// | error | class |
    /// |---|---|
    /// | of a service, such as `DynamoDBErrorType`; `AWSClientError`, `AWSServerError`, `AWSResponseError` | by its code, see ``AWSErrorTable``, else by its status |
    /// | `AWSRawError` | by its status |
    /// | `AWSClient.ClientError` | permanent; a waiter's timeout is transient |
    /// | `CredentialProviderError` | auth |
    ///
    /// Connections fail with the errors of ``asyncHTTPClient`` and ``nio``. Soto repeats requests by itself, up to four
    /// times: leave that to one of the two by `retryPolicy: .noRetry`. Unless that is set, its errors are those of the
    /// last attempt and prove nothing about the first.
    ///
    /// Written from the client's sources, and not run against it.
    public static let soto = KnownClient("Soto", place: 8)
}

extension ClientTable {
    static let soto = ClientTable(
        .soto,
        [
            "SotoCore.AWSClientError": SotoErrors.readService,
            "SotoCore.AWSServerError": SotoErrors.readService,
            "SotoCore.AWSResponseError": SotoErrors.readService,
            "SotoCore.AWSRawError": { SotoErrors.answer($0, code: nil)?.evidence },
            "SotoCore.AWSClient.ClientError": SotoErrors.readClient,
            "SotoCore.CredentialProviderError": { _ in .notSent(.auth) },
        ],
        // One type for each service, also in a module of the program's own, where its generator puts them.
        others: { $0.hasSuffix("ErrorType") ? SotoErrors.readService : nil })
}

enum SotoErrors {
    /// Reads an error whose description is `ThrottlingException: Rate exceeded`.
    static func readService(_ error: any Error) -> ClientEvidence? {
        answer(error, code: String("\(error)".prefix { $0 != ":" }))?.evidence
    }

    static func answer(_ error: any Error, code: String?) -> AWSAnswer? {
        let children = Mirror(reflecting: error).children
        guard children.prefix(8).contains(where: { $0.label == "context" }) else { return nil }
        guard let context = Reflection.child("context", of: error) else { return AWSAnswer(code: code) }
        var answer = AWSAnswer(
            code: code, message: Reflection.child("message", of: context) as? String,
            status: AWSAnswer.status(in: Reflection.child("responseCode", of: context)))
        for pair in Reflection.child(at: "headers", "headers", of: context).map(Reflection.elements) ?? [] {
            answer.add(Reflection.child(".0", of: pair), Reflection.child(".1", of: pair))
        }
        return answer
    }

    static func readClient(_ error: any Error) -> ClientEvidence? {
        switch Reflection.child("error", of: error).map(Reflection.caseName(of:)) {
        case "alreadyShutdown", "invalidURL", "failedToAccessPayload", "invalidARN": .notSent(.permanent)
        case "bodyLengthMismatch", "waiterFailed": ClientEvidence(.permanent)
        case "waiterTimeout": ClientEvidence(.transient)
        default: nil
        }
    }
}
