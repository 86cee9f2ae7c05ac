/// The facts about an error that its type alone decides, found once per type.
///
/// A dynamic cast to a protocol costs some 80 ns, and splitting a type's name into words costs 3 µs and a dozen
/// allocations. The facts of a known type cost a lock and a look-up.
final class ErrorTypeFacts: Sendable {
    /// Reads one piece of evidence from an error of this type.
    ///
    /// It casts to the type itself: a cast to a protocol would put an error of more than three words into a box.
    typealias Reader<Value> = @Sendable (any Error) -> Value?

    let name: String
    let classByName: ErrorClass?
    let isCancellationError: Bool
    let isRejection: Bool
    /// Reads the limit of a caller that ended the attempt.
    let timeLimit: Reader<Duration>?
    let isCancellation: Reader<Bool>?
    /// Reads the error's own word.
    let own: Reader<Classification>?
    /// Reads the error's codes: of its service, of gRPC, of SQL, of the system.
    let codes: [Reader<Classification>]
    let status: Reader<Int>?
    let hint: Reader<RetryHint>?
    let serviceCode: Reader<String>?
    let client: ClientReader?
    let wrappedError: Reader<any Error>?
    let execution: Reader<ExecutionCertainty>?
    let followedRedirect: Reader<Bool>?

    /// Returns the facts of an error's type.
    static func of(_ error: any Error) -> ErrorTypeFacts {
        let type = ObjectIdentifier(type(of: error))
        if let known = seen.withLock({ $0[type] }) { return known }
        let facts = ErrorTypeFacts(of: error)
        // A program has few error types. The bound is for one that makes generic types without end.
        seen.withLock { if $0.count < 4_096 { $0[type] = facts } }
        return facts
    }

    private static let seen = Locked<[ObjectIdentifier: ErrorTypeFacts]>([:])

    private static let permanent: Reader<Classification> = { _ in .permanent }

    private init(of error: any Error) {
        let type = type(of: error)
        name = String(describing: type)
        let isCodingError = error is DecodingError || error is EncodingError
        classByName = isCodingError ? nil : TypeNames.errorClass(of: name)
        isCancellationError = error is CancellationError
        isRejection = type is any AttemptRejectedError.Type
        timeLimit = (type as? any TimeLimitError.Type)?.timeLimitReader
        own =
            isCodingError
            ? Self.permanent
            : (type as? any PartlyClassifyingError.Type)?.ownReader
                ?? (type as? any SelfClassifyingError.Type)?.classificationReader
        codes = [
            (type as? any ServiceCodeError.Type)?.codeReader, (type as? any ModelProviderError.Type)?.codeReader,
            (type as? any GRPCStatusError.Type)?.codeReader, (type as? any SQLStateError.Type)?.codeReader,
            (type as? any POSIXErrnoError.Type)?.codeReader,
        ].compactMap { $0 }
        isCancellation =
            (type as? any CancellationAwareError.Type)?.isCancellationReader
            ?? (type as? any POSIXErrnoError.Type)?.isCancellationReader
        status = (type as? any StatusCodeError.Type)?.statusReader
        hint =
            (type as? any HintedError.Type)?.hintReader ?? (type as? any GRPCStatusError.Type)?.hintReader
        serviceCode = (type as? any ServiceCodeError.Type)?.serviceCodeReader
        client = ClientReader.of(String(reflecting: type))
        wrappedError = (type as? any WrappingError.Type)?.wrappedErrorReader
        execution = (type as? any ExecutionAwareError.Type)?.executionReader
        followedRedirect = (type as? any RedirectAwareError.Type)?.redirectReader
    }
}

extension ErrorTypeFacts {
    /// Returns the evidence that an error of a known client holds.
    func clientEvidence(_ error: any Error, without left: UInt32 = 0) -> ClientEvidence? {
        guard let client, client.client.bit & left == 0 else { return nil }
        return client.read(error)
    }

    /// The class that the error's status stands for, with its hint.
    func statusClassification(_ error: any Error) -> Classification? {
        status?(error).flatMap { HTTPStatus.classification($0, hint: hint?(error)) }
    }

    /// Whether an error of this type is a cancellation, or says so of itself.
    func isCancellation(_ error: any Error, _ client: ClientEvidence?) -> Bool {
        isCancellationError || isCancellation?(error) == true || client?.isCancellation == true
    }

    /// The error inside.
    func wrapped(_ error: any Error, _ client: ClientEvidence?) -> (any Error)? {
        wrappedError?(error) ?? client?.wrapped
    }
}

/// The errors inside one another, the outermost first.
///
/// It ends after 128 errors: a chain that bites its own tail must end.
struct ErrorChain: Sequence, IteratorProtocol {
    private var current: (any Error)?
    private var left = 128

    init(_ error: any Error) {
        current = error
    }

    mutating func next() -> (error: any Error, facts: ErrorTypeFacts, client: ClientEvidence?)? {
        guard left > 0, let error = current else { return nil }
        left -= 1
        let facts = ErrorTypeFacts.of(error)
        let client = facts.clientEvidence(error)
        current = facts.wrapped(error, client)
        return (error, facts, client)
    }
}

extension CancellationAwareError {
    fileprivate static var isCancellationReader: ErrorTypeFacts.Reader<Bool> { { ($0 as? Self)?.isCancellation } }
}

extension SelfClassifyingError {
    fileprivate static var classificationReader: ErrorTypeFacts.Reader<Classification> {
        { ($0 as? Self)?.classification }
    }
}

extension TimeLimitError {
    fileprivate static var timeLimitReader: ErrorTypeFacts.Reader<Duration> { { ($0 as? Self)?.limit } }
}

extension PartlyClassifyingError {
    fileprivate static var ownReader: ErrorTypeFacts.Reader<Classification> { { ($0 as? Self)?.ownClassification } }
}

extension HintedError {
    fileprivate static var hintReader: ErrorTypeFacts.Reader<RetryHint> { { ($0 as? Self)?.retryHint } }
}

extension StatusCodeError {
    fileprivate static var statusReader: ErrorTypeFacts.Reader<Int> { { ($0 as? Self)?.statusCode } }
}

extension ServiceCodeError {
    fileprivate static var serviceCodeReader: ErrorTypeFacts.Reader<String> { { ($0 as? Self)?.serviceCode } }

    fileprivate static var codeReader: ErrorTypeFacts.Reader<Classification> {
        { error in
            guard let error = error as? Self, let code = error.serviceCode else { return nil }
            return AWSErrorCodes.errorClass(code, reasons: error.serviceReasons).map { Classification($0) }
        }
    }
}

extension ModelProviderError {
    fileprivate static var codeReader: ErrorTypeFacts.Reader<Classification> {
        { ($0 as? Self)?.providerFailure?.errorClass.map { Classification($0) } }
    }
}

extension GRPCStatusError {
    fileprivate static var codeReader: ErrorTypeFacts.Reader<Classification> {
        { ($0 as? Self)?.grpcStatusCode.flatMap(GRPCStatus.errorClass).map { Classification($0) } }
    }

    fileprivate static var hintReader: ErrorTypeFacts.Reader<RetryHint> {
        { RetryAfter.hint(grpcPushback: ($0 as? Self)?.grpcRetryPushback) }
    }
}

extension SQLStateError {
    fileprivate static var codeReader: ErrorTypeFacts.Reader<Classification> {
        { error in
            guard let error = error as? Self else { return nil }
            let byNumber = error.mySQLErrorNumber.flatMap(MySQLErrorNumber.errorClass)
            return (byNumber ?? error.sqlState.flatMap(SQLState.errorClass)).map { Classification($0) }
        }
    }
}

extension POSIXErrnoError {
    fileprivate static var codeReader: ErrorTypeFacts.Reader<Classification> {
        { ($0 as? Self)?.posixErrorNumber.flatMap(POSIXErrno.errorClass).map { Classification($0) } }
    }

    fileprivate static var isCancellationReader: ErrorTypeFacts.Reader<Bool> {
        { ($0 as? Self)?.posixErrorNumber.map(POSIXErrno.isCancellation) }
    }
}

extension WrappingError {
    fileprivate static var wrappedErrorReader: ErrorTypeFacts.Reader<any Error> { { ($0 as? Self)?.wrappedError } }
}

extension ExecutionAwareError {
    fileprivate static var executionReader: ErrorTypeFacts.Reader<ExecutionCertainty> { { ($0 as? Self)?.execution } }
}

extension RedirectAwareError {
    fileprivate static var redirectReader: ErrorTypeFacts.Reader<Bool> { { ($0 as? Self)?.followedRedirect } }
}

/// Returns whether an error, or an error inside it, is a cancellation.
package func isCancellation(_ error: any Error) -> Bool {
    ErrorChain(error).contains { $0.facts.isCancellation($0.error, $0.client) }
}
