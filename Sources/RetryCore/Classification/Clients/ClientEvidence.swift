/// The evidence that an error of a known client holds.
package struct ClientEvidence {
    /// The class of the failure; `nil` if the client's error does not determine it.
    package var errorClass: ErrorClass?
    /// The server's hint about when to come back.
    var hint: RetryHint?
    /// A Boolean value that indicates whether the client says that the request was cancelled.
    package var isCancellation = false
    /// The certainty that the request did nothing; `nil` if the error inside decides.
    package var execution: ExecutionCertainty?
    /// The error inside.
    var wrapped: (any Error)?

    init(
        _ errorClass: ErrorClass? = nil, hint: RetryHint? = nil, execution: ExecutionCertainty? = .unknown,
        wrapped: (any Error)? = nil
    ) {
        self.errorClass = errorClass
        self.hint = hint
        self.execution = execution
        self.wrapped = wrapped
    }
}

extension ClientEvidence {
    /// A cancelled request, whose effect is unknown.
    static var cancellation: ClientEvidence {
        var evidence = ClientEvidence()
        evidence.isCancellation = true
        return evidence
    }

    /// The request, or the last of several, was not sent: there was no connection for it, or the client refused it.
    ///
    /// A client that follows a redirect, or repeats a request by itself, has sent others before. So it is never more
    /// than ``ExecutionCertainty/notExecutedUnlessRedirected``.
    static func notSent(_ errorClass: ErrorClass?, wrapped: (any Error)? = nil) -> ClientEvidence {
        ClientEvidence(errorClass, execution: .notExecutedUnlessRedirected, wrapped: wrapped)
    }

    /// A connection could not be made.
    static var notConnected: ClientEvidence { .notSent(.transient) }

    /// An error number of the system, from any system call.
    ///
    /// A refusal is an answer to connecting alone. Other numbers, such as `EHOSTUNREACH`, can also end a connection
    /// over which a request was sent.
    static func errno(_ number: Int32) -> ClientEvidence {
        if POSIXErrnoTable.isCancellation(number) { return .cancellation }
        let errorClass = POSIXErrnoTable.errorClass(number)
        return POSIXErrnoTable.isRefusal(number) ? .notSent(errorClass) : ClientEvidence(errorClass)
    }
}
