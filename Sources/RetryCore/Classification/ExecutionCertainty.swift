/// The certainty that a failed attempt had no effect.
public enum ExecutionCertainty: Sendable, Hashable {
    /// The receiver has done nothing: the request as it was first sent was not delivered, or it was refused.
    case notExecuted
    /// The last request that was sent was not delivered, or it was refused.
    ///
    /// That proves nothing about the first one if the client followed a redirect, or repeated the request by itself: a
    /// `POST` that is executed and answered by a 303 can end with a refused connection to the next host.
    case notExecutedUnlessRedirected
    /// The effect may have happened: a timeout, a lost connection, any error that is not recognised.
    case unknown
}

/// An error that states whether the effect happened.
///
/// ```swift
/// extension PaymentError: ExecutionAwareError {
///     var execution: ExecutionCertainty { self == .cardDeclined ? .notExecuted : .unknown }
/// }
/// ```
public protocol ExecutionAwareError: Error {
    /// The certainty that the receiver has done nothing.
    var execution: ExecutionCertainty { get }
}

/// Wraps an error of an attempt that has not reached the receiver.
///
/// Throw it from an effect that fails before it has sent anything:
///
/// ```swift
/// guard order.isValid else { throw NotExecutedError(InvalidOrder()) }
/// ```
public struct NotExecutedError: ExecutionAwareError, WrappingError, CustomStringConvertible {
    /// The cause of the failure.
    public let underlying: any Error
    /// Always not executed.
    public var execution: ExecutionCertainty { .notExecuted }
    /// The cause of the failure; its class decides whether the attempt is repeated.
    public var wrappedError: (any Error)? { underlying }

    /// Creates the error.
    public init(_ underlying: any Error) {
        self.underlying = underlying
    }

    /// The cause of the failure.
    public var description: String { "not executed: \(underlying)" }
}

/// The redirects that the client of an effect follows.
public enum ClientRedirects: Sendable, Hashable {
    /// The client may follow redirects. The default, and the default of `URLSession` and AsyncHTTPClient.
    case mayBeFollowed
    /// The client follows no redirect, and sends a request once: each error is about the request as it was sent.
    ///
    /// Then a refused connection and a refusing status prove that nothing was executed, and are safe to retry.
    ///
    /// A client that repeats requests by itself has the same weakness as one that follows redirects: the error is that
    /// of the last one. Switch that off as well. This setting is also wrong for an effect of several requests, since
    /// the first can be executed before the second one fails.
    case notFollowed
}

/// A classifier that decides from the error of an attempt whether the effect happened.
///
/// ```swift
/// let execution = ExecutionClassifier.errors(PSPError.self) { $0.wasSent ? .unknown : .notExecuted }.or(.default)
/// ```
///
/// A classifier answers or passes. Without an answer the certainty is ``ExecutionCertainty/unknown``, which is always
/// safe: a wrong *not executed* makes an effect happen twice.
public struct ExecutionClassifier: Sendable {
    private typealias Classify = @Sendable (any Error, ErrorClassification, KnownClients) -> ExecutionCertainty?

    private let classify: Classify

    private init(leavingOut classify: @escaping Classify) {
        self.classify = classify
    }

    /// Creates a classifier from a closure that returns `nil` for an unknown error.
    ///
    /// It is asked about each error of a chain (``WrappingError``), the outermost first, up to one that knows itself
    /// (``ExecutionAwareError``): what is inside of that proves no more.
    ///
    /// - Parameter classify: Receives the error and its classification. A class proves nothing: a rate limit can be
    ///   reported after the work was done.
    public init(_ classify: @escaping @Sendable (any Error, ErrorClassification) -> ExecutionCertainty?) {
        self.init(leavingOut: { error, known, left in
            for (error, facts, _) in ErrorChain(error, leavingOut: left) {
                if let answer = classify(error, known) { return answer }
                if facts.execution?(error) != nil { return nil }
            }
            return nil
        })
    }

    /// Classifies the errors of one type, by a closure.
    public static func errors<E: Error>(
        _ type: E.Type, _ classify: @escaping @Sendable (E) -> ExecutionCertainty?
    ) -> ExecutionClassifier {
        ExecutionClassifier { error, _ in (error as? E).flatMap(classify) }
    }

    /// Returns a classifier that asks this one first, and `other` about the errors that this one passes.
    public func or(_ other: ExecutionClassifier) -> ExecutionClassifier {
        ExecutionClassifier(leavingOut: { self.classify($0, $1, $2) ?? other.classify($0, $1, $2) })
    }

    /// Returns the certainty that a failed attempt had no effect.
    ///
    /// - Parameters:
    ///   - error: The error of an attempt.
    ///   - classification: Its classification.
    ///   - redirects: The redirects that the client follows.
    /// - Returns: Not executed, or unknown. An error that holds only unless a redirect was followed is not executed if
    ///   the client follows none, or if an error of the chain says that none was followed (``RedirectAwareError``).
    public func certainty(
        of error: any Error, _ classification: ErrorClassification, redirects: ClientRedirects = .mayBeFollowed
    ) -> ExecutionCertainty {
        certainty(of: error, classification, redirects: redirects, leavingOut: [])
    }

    func certainty(
        of error: any Error, _ classification: ErrorClassification, redirects: ClientRedirects,
        leavingOut left: KnownClients
    ) -> ExecutionCertainty {
        let certainty = classify(error, classification, left) ?? .unknown
        guard certainty == .notExecutedUnlessRedirected else { return certainty }
        let followed = Self.followedRedirect(error, left) ?? (redirects == .mayBeFollowed)
        return followed ? .unknown : .notExecuted
    }

    private static func followedRedirect(_ error: any Error, _ left: KnownClients) -> Bool? {
        var followed: Bool?
        for (error, facts, _) in ErrorChain(error, leavingOut: left) {
            guard let word = facts.followedRedirect?(error) else { continue }
            followed = word || followed == true
        }
        return followed
    }

    /// The default classifier: an error's own answer, a rejection by a guard, a refusing status, a known client's
    /// error.
    ///
    /// It asks about each error of a chain, the outermost first; the first answer decides.
    ///
    /// | evidence | certainty |
    /// |---|---|
    /// | ``ExecutionAwareError``, such as ``NotExecutedError`` | as it says |
    /// | ``AttemptRejectedError``, such as ``CircuitOpenError`` | not executed |
    /// | status 400 to 407, 410 to 418, 421, 422, 425, 426, 428, 429, 431, 451 | not executed, unless redirected |
    /// | any other status | unknown |
    /// | a known client that never had a connection for the request, or refused to send it | not executed, unless redirected |
    /// | everything else: classes, service codes, texts | unknown |
    ///
    /// A refusing status is unknown where a code says another thing: that the service failed, ran out of time, or still
    /// works on the request. The statuses 408 and 409 can come while the first request is still being worked on.
    public static let `default` = ExecutionClassifier(leavingOut: { error, _, left in
        for (error, facts, client) in ErrorChain(error, leavingOut: left) {
            if let own = facts.execution?(error) { return own }
            if facts.isRejection { return .notExecuted }
            if let status = facts.status(error) {
                let isRefusal = refusals.contains(status) && !isDoubted(status, error, left)
                return isRefusal ? .notExecutedUnlessRedirected : .unknown
            }
            if let execution = client?.execution { return execution }
        }
        return nil
    })

    /// Returns whether a code contradicts the status of a refusal: the service failed, or still works on the request.
    ///
    /// DynamoDB answers with the status 400 while a transaction runs. The code is the finer word.
    private static func isDoubted(_ status: Int, _ error: any Error, _ left: KnownClients) -> Bool {
        ErrorChain(error, leavingOut: left).contains { error, facts, _ in
            if facts.serviceCode?(error).map(AWSErrorTable.isInProgress) == true { return true }
            if status == 429 { return false }  // an overloaded service that refuses
            let errorClass = facts.codeVerdict(error)?.errorClass
            return errorClass == .transient || errorClass == .serverError
        }
    }

    private static let refusals: Set<Int> = Set([421, 422, 425, 426, 428, 429, 431, 451])
        .union(400...407).union(410...418)
}
