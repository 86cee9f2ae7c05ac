/// The facts about an error that its type alone decides, found once per type.
///
/// A dynamic cast to a protocol costs some 80 ns, and splitting a type's name into words costs 3 µs and a dozen
/// allocations. The facts of a known type cost a lock and a look-up.
final class ErrorTypeFacts: Sendable {
    /// Reads one piece of evidence from an error of this type.
    ///
    /// It casts to the type itself: a cast to a protocol would put an error of more than three words into a box.
    typealias Reader<Value> = @Sendable (any Error) -> Value?

    let type: ObjectIdentifier
    let name: String
    let classByName: ErrorClass?
    let isCancellationError: Bool
    let isRejection: Bool
    /// Reads the error of the attempt that ended a call with guards of its own; `.some(nil)` if none was made.
    let attemptError: Reader<(any Error)?>?
    /// Reads the limit of a caller that ended the attempt.
    let timeLimit: Reader<Duration>?
    let isCancellation: Reader<Bool>?
    /// Reads the error's own classification.
    let own: Reader<ErrorClassification>?
    /// Reads the error's codes: of its service, of gRPC, of SQL, of the system.
    let codes: [Reader<CodeVerdict>]
    /// True if the error's own classification can be a receiver's verdict: not if a table of the library, or what a store
    /// remembers, is behind it.
    let isVerdict: Bool
    /// Reads the server's answer: the status, and the hint.
    let answer: Reader<ServerAnswer>?
    let serviceCode: Reader<String>?
    let client: ClientReader?
    let wrappedError: Reader<any Error>?
    let execution: Reader<ExecutionCertainty>?
    let followedRedirect: Reader<Bool>?
    /// True if an error of this type has no evidence but the name of the type: that of most errors of programs.
    let isPlain: Bool

    /// Returns the facts of an error's type.
    static func of(_ error: any Error) -> ErrorTypeFacts {
        let type = ObjectIdentifier(Swift.type(of: error))
        if let known = seen.withLock({ $0.facts(of: type) }) { return known }
        let facts = ErrorTypeFacts(of: error)
        seen.withLock { $0.add(facts) }
        return facts
    }

    private static let seen = Locked(Seen())

    /// The types that errors have had so far.
    private struct Seen: Sendable {
        /// A recent type at each place, found without a hash.
        private var recent = [ErrorTypeFacts?](repeating: nil, count: 64)
        private var all: [ObjectIdentifier: ErrorTypeFacts] = [:]

        mutating func facts(of type: ObjectIdentifier) -> ErrorTypeFacts? {
            let place = Self.place(of: type)
            if let facts = recent[place], facts.type == type { return facts }
            guard let facts = all[type] else { return nil }
            recent[place] = facts
            return facts
        }

        mutating func add(_ facts: ErrorTypeFacts) {
            // A program has few error types. The bound is for one that makes generic types without end.
            if all.count < 4_096 { all[facts.type] = facts }
            recent[Self.place(of: facts.type)] = facts
        }

        /// Addresses of types are multiples of eight, and neighbours lie further apart.
        private static func place(of type: ObjectIdentifier) -> Int {
            let address = UInt(bitPattern: type)
            return Int((address >> 4 ^ address >> 10) & 63)
        }
    }

    private static let permanent: Reader<ErrorClassification> = { _ in .permanent }

    private init(of error: any Error) {
        let type = Swift.type(of: error)
        self.type = ObjectIdentifier(type)
        name = String(describing: type)
        let isCodingError = error is DecodingError || error is EncodingError
        classByName = isCodingError ? nil : TypeNames.errorClass(of: name)
        isCancellationError = error is CancellationError
        isRejection = type is any AttemptRejectedError.Type
        attemptError = (type as? any GuardedCallError.Type)?.attemptErrorReader
        timeLimit = (type as? any TimeLimitError.Type)?.timeLimitReader
        isVerdict = !(type is any PartlyClassifyingError.Type) && !(type is any GuardedCallError.Type)
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
        answer =
            (type as? any StatusCodeError.Type)?.statusReader ?? (type as? any HintedError.Type)?.hintReader
            ?? (type as? any GRPCStatusError.Type)?.pushbackReader
        serviceCode = (type as? any ServiceCodeError.Type)?.serviceCodeReader
        client = ClientReader.of(String(reflecting: type))
        wrappedError = (type as? any WrappingError.Type)?.wrappedErrorReader
        execution = (type as? any ExecutionAwareError.Type)?.executionReader
        followedRedirect = (type as? any RedirectAwareError.Type)?.redirectReader
        isPlain =
            !isCancellationError && !isRejection && attemptError == nil && timeLimit == nil && isCancellation == nil
            && own == nil && codes.isEmpty && answer == nil && client == nil && wrappedError == nil
    }
}

extension ErrorTypeFacts {
    /// Returns the evidence that an error of a known client holds, unless that client is left out.
    func clientEvidence(_ error: any Error, leavingOut left: KnownClients) -> ClientEvidence? {
        guard let client, left.isDisjoint(with: client.client.set) else { return nil }
        var evidence = client.read(error)
        // A proof that the error inside gives is none if that error's client is left out.
        if !left.isEmpty, let inside = evidence?.wrapped, let inner = Self.of(inside).client,
            !left.isDisjoint(with: inner.client.set)
        {
            if evidence?.execution != nil { evidence?.execution = .unknown }
        }
        return evidence
    }

    /// Returns the error's status.
    func status(_ error: any Error) -> Int? { answer?(error)?.status }

    /// Returns the verdict of the first of the error's codes that is known.
    func codeVerdict(_ error: any Error) -> CodeVerdict? {
        if codes.isEmpty { return nil }
        for read in codes {
            if let verdict = read(error) { return verdict }
        }
        return nil
    }

    /// Returns whether the receiver says, by a code and by a status, that the request is wrong now and later.
    ///
    /// Of two verdicts the milder one counts: a quota that is used up comes with the status of a rate limit.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - status: Its status.
    /// - Returns: `false` also if it has neither.
    func isFinal(_ error: any Error, status: Int?) -> Bool {
        let code = codeVerdict(error)
        return (code != nil || status != nil) && code?.isFinal != false && status.map(HTTPStatusTable.isFinal) != false
    }

    /// Returns the class that the error's status stands for, with its hint.
    func statusClassification(_ error: any Error) -> ErrorClassification? { answer?(error)?.classification }

    /// Returns whether an error of this type is a cancellation, or declares itself one.
    func isCancellation(_ error: any Error, _ client: ClientEvidence?) -> Bool {
        isCancellationError || isCancellation?(error) == true || client?.isCancellation == true
    }

    /// Returns the error inside.
    func wrapped(_ error: any Error, _ client: ClientEvidence?) -> (any Error)? {
        wrappedError?(error) ?? client?.wrapped
    }
}

/// The meaning of a code.
struct CodeVerdict {
    let errorClass: ErrorClass
    /// True if a permanent failure is one now and later; a missing thing can exist tomorrow, a quota can be raised.
    let isFinal: Bool

    init(_ errorClass: ErrorClass, isFinal: Bool) {
        (self.errorClass, self.isFinal) = (errorClass, isFinal)
    }
}

/// The server's answer, as far as an error has it: a status, and a hint.
struct ServerAnswer {
    var status: Int?
    var hint: RetryHint?

    /// The class of the status, with the hint.
    var classification: ErrorClassification? { status.flatMap { HTTPStatusTable.classification($0, hint: hint) } }
}

/// The errors inside one another, the outermost first.
///
/// It ends after 128 errors, so that a cyclic chain ends.
struct ErrorChain: Sequence, IteratorProtocol {
    private var current: (any Error)?
    private var facts: ErrorTypeFacts
    private var length = 128
    private let left: KnownClients

    /// - Parameters:
    ///   - error: The outermost error.
    ///   - left: The known clients that are left out: their errors are opaque, and the error inside is not read.
    init(_ error: any Error, leavingOut left: KnownClients = []) {
        self.init(error, ErrorTypeFacts.of(error), leavingOut: left)
    }

    /// Creates the chain of an error whose facts are known already.
    init(_ error: any Error, _ facts: ErrorTypeFacts, leavingOut left: KnownClients) {
        current = error
        self.facts = facts
        self.left = left
    }

    mutating func next() -> (error: any Error, facts: ErrorTypeFacts, client: ClientEvidence?)? {
        guard length > 0, let error = current else { return nil }
        length -= 1
        let facts = facts
        let client = facts.client == nil ? nil : facts.clientEvidence(error, leavingOut: left)
        current = facts.wrapped(error, client)
        if let current { self.facts = ErrorTypeFacts.of(current) }
        return (error, facts, client)
    }
}

/// Reads an error of a type that is known to be its own.
///
/// A cast by a pattern needs no optional of the type, whose metadata is looked up at run time for as long as the cast takes.
@inline(__always)
private func read<Concrete, Value>(
    _ error: any Error, as type: Concrete.Type, _ body: (Concrete) -> Value?
) -> Value? {
    switch error {
    case let error as Concrete: body(error)
    default: nil
    }
}

extension CancellationAwareError {
    fileprivate static var isCancellationReader: ErrorTypeFacts.Reader<Bool> {
        { read($0, as: Self.self) { $0.isCancellation } }
    }
}

extension SelfClassifyingError {
    fileprivate static var classificationReader: ErrorTypeFacts.Reader<ErrorClassification> {
        { read($0, as: Self.self) { $0.classification } }
    }
}

extension GuardedCallError {
    fileprivate static var attemptErrorReader: ErrorTypeFacts.Reader<(any Error)?> { { ($0 as? Self)?.attemptError } }
}

extension TimeLimitError {
    fileprivate static var timeLimitReader: ErrorTypeFacts.Reader<Duration> { { ($0 as? Self)?.limit } }
}

extension PartlyClassifyingError {
    fileprivate static var ownReader: ErrorTypeFacts.Reader<ErrorClassification> {
        { read($0, as: Self.self) { $0.ownClassification } }
    }
}

extension HintedError {
    fileprivate static var hintReader: ErrorTypeFacts.Reader<ServerAnswer> {
        { read($0, as: Self.self) { ServerAnswer(hint: $0.retryHint) } }
    }
}

extension StatusCodeError {
    fileprivate static var statusReader: ErrorTypeFacts.Reader<ServerAnswer> {
        { read($0, as: Self.self) { ServerAnswer(status: $0.statusCode, hint: $0.retryHint) } }
    }
}

extension ServiceCodeError {
    fileprivate static var serviceCodeReader: ErrorTypeFacts.Reader<String> {
        { read($0, as: Self.self) { $0.serviceCode } }
    }

    fileprivate static var codeReader: ErrorTypeFacts.Reader<CodeVerdict> {
        { error in
            guard let error = error as? Self, let code = error.serviceCode else { return nil }
            let reasons = error.serviceReasons
            return AWSErrorTable.errorClass(code, reasons: reasons).map {
                CodeVerdict($0, isFinal: AWSErrorTable.isFinal(code, reasons: reasons))
            }
        }
    }
}

extension ModelProviderError {
    fileprivate static var codeReader: ErrorTypeFacts.Reader<CodeVerdict> {
        {
            read($0, as: Self.self) { error in
                error.providerFailure.flatMap { failure in
                    failure.errorClass.map { CodeVerdict($0, isFinal: failure.isFinal) }
                }
            }
        }
    }
}

extension GRPCStatusError {
    fileprivate static var codeReader: ErrorTypeFacts.Reader<CodeVerdict> {
        {
            read($0, as: Self.self) { error in
                error.grpcStatusCode.flatMap { code in
                    GRPCStatusTable.errorClass(code).map { CodeVerdict($0, isFinal: GRPCStatusTable.isFinal(code)) }
                }
            }
        }
    }

    fileprivate static var pushbackReader: ErrorTypeFacts.Reader<ServerAnswer> {
        { read($0, as: Self.self) { ServerAnswer(hint: RetryAfter.hint(grpcPushback: $0.grpcRetryPushback)) } }
    }
}

extension SQLStateError {
    fileprivate static var codeReader: ErrorTypeFacts.Reader<CodeVerdict> {
        { error in
            guard let error = error as? Self else { return nil }
            let byNumber = error.mySQLErrorNumber.flatMap(MySQLErrorTable.errorClass)
            let isFinal = byNumber != nil || error.sqlState.map(SQLStateTable.isFinal) == true
            return (byNumber ?? error.sqlState.flatMap(SQLStateTable.errorClass)).map {
                CodeVerdict($0, isFinal: isFinal)
            }
        }
    }
}

extension POSIXErrnoError {
    fileprivate static var codeReader: ErrorTypeFacts.Reader<CodeVerdict> {
        { error in
            read(error, as: Self.self) { $0.posixErrorNumber.flatMap(POSIXErrnoTable.errorClass) }
                .map { CodeVerdict($0, isFinal: false) }  // a file that is missing today can exist tomorrow
        }
    }

    fileprivate static var isCancellationReader: ErrorTypeFacts.Reader<Bool> {
        { read($0, as: Self.self) { $0.posixErrorNumber.map(POSIXErrnoTable.isCancellation) } }
    }
}

extension WrappingError {
    fileprivate static var wrappedErrorReader: ErrorTypeFacts.Reader<any Error> {
        { read($0, as: Self.self) { $0.wrappedError } }
    }
}

extension ExecutionAwareError {
    fileprivate static var executionReader: ErrorTypeFacts.Reader<ExecutionCertainty> {
        { read($0, as: Self.self) { $0.execution } }
    }
}

extension RedirectAwareError {
    fileprivate static var redirectReader: ErrorTypeFacts.Reader<Bool> {
        { read($0, as: Self.self) { $0.followedRedirect } }
    }
}

/// Returns whether an error, or an error inside it, is a cancellation.
///
/// - Parameters:
///   - error: The error.
///   - classifier: The classifier with the known clients that are left out; its own answer does not count.
/// - Returns: `true` if one of the errors is a cancellation.
@usableFromInline package func isCancellation(_ error: any Error, by classifier: ErrorClassifier?) -> Bool {
    ErrorChain(error, leavingOut: classifier?.leftOut ?? []).contains { $0.facts.isCancellation($0.error, $0.client) }
}
