import Synchronization

/// What can be known of an error by its type alone, found out once per type.
///
/// A dynamic cast to a protocol costs some 80 ns and a lowercased type name 3 µs and a dozen allocations; the facts of
/// a type that was seen before cost a lock and a look-up.
final class ErrorTypeFacts: Sendable {
    /// Reads something of an error of this type.
    ///
    /// It casts to the type itself: a cast to a protocol would put an error of more than three words into a box.
    typealias Reader<Value> = @Sendable (any Error) -> Value?

    let name: String
    let classByName: ErrorClass?
    let isCancellationError: Bool
    let isCancellation: Reader<Bool>?
    /// What an error says of itself.
    let classification: Reader<Classification>?
    /// What an error's status says of it.
    let statusClassification: Reader<Classification>?
    let serviceCode: Reader<String>?
    let wrappedError: Reader<any Error>?

    var isSelfClassifying: Bool { classification != nil }
    var hasStatusCode: Bool { statusClassification != nil }
    var hasServiceCode: Bool { serviceCode != nil }

    /// The facts of an error's type.
    static func of(_ error: any Error) -> ErrorTypeFacts {
        let type = ObjectIdentifier(type(of: error))
        if let known = seen.withLock({ $0[type] }) { return known }
        let facts = ErrorTypeFacts(of: error)
        // A program has few error types. The bound is for one that makes generic types without end.
        seen.withLock { if $0.count < 4_096 { $0[type] = facts } }
        return facts
    }

    private static let seen = Locked<[ObjectIdentifier: ErrorTypeFacts]>([:])

    private init(of error: any Error) {
        name = String(describing: type(of: error))
        let isCodingError = error is DecodingError || error is EncodingError
        classByName = isCodingError ? .permanent : TypeNames.errorClass(of: name)
        isCancellationError = error is CancellationError
        let type = type(of: error)
        isCancellation = (type as? any CancellationAwareError.Type)?.isCancellationReader
        classification = (type as? any SelfClassifyingError.Type)?.classificationReader
        statusClassification = (type as? any StatusCodeError.Type)?.statusReader
        serviceCode = (type as? any ServiceCodeError.Type)?.serviceCodeReader
        wrappedError = (type as? any WrappingError.Type)?.wrappedErrorReader
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

extension StatusCodeError {
    fileprivate static var statusReader: ErrorTypeFacts.Reader<Classification> {
        { error in
            guard let error = error as? Self, let status = error.statusCode else { return nil }
            return HTTPStatus.errorClass(status).map { Classification($0, hint: error.retryHint) }
        }
    }
}

extension ServiceCodeError {
    fileprivate static var serviceCodeReader: ErrorTypeFacts.Reader<String> { { ($0 as? Self)?.serviceCode } }
}

extension WrappingError {
    fileprivate static var wrappedErrorReader: ErrorTypeFacts.Reader<any Error> { { ($0 as? Self)?.wrappedError } }
}

extension ErrorTypeFacts {
    /// Whether the error is a cancellation: bare, wrapped, or one that says so of itself.
    static func isCancellation(_ error: any Error) -> Bool {
        let type = ObjectIdentifier(type(of: error))
        if type == lastHarmless.load(ordering: .relaxed) { return false }
        if of(error).canBeCancellation { return findsCancellation(in: error) }
        lastHarmless.store(type, ordering: .relaxed)
        return false
    }

    /// The type that was last found to be no cancellation: errors come in rows of one type, which is looked up once.
    private static let lastHarmless = Atomic<ObjectIdentifier?>(nil)

    private var canBeCancellation: Bool { isCancellationError || isCancellation != nil || wrappedError != nil }

    private static func findsCancellation(in error: any Error) -> Bool {
        var current = error
        for _ in 0...maximumDepth {
            let facts = of(current)
            if facts.isCancellationError { return true }
            if facts.isCancellation?(current) == true { return true }
            guard let inner = facts.wrappedError?(current) else { return false }
            current = inner
        }
        return false
    }

    /// How many errors inside errors are looked at: a chain that bites its own tail must end.
    static let maximumDepth = 8
}
