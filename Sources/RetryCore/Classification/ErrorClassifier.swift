/// Finds out what kind of failure an error stands for.
///
/// A classifier answers or passes: the first one that knows decides. What none knows goes to ``default``, and what
/// that does not know is ``ErrorClass/unknown``.
///
/// ```swift
/// let classifier = ErrorClassifier.errors(ShopError.self) { error in
///     switch error {
///     case .soldOut: .permanent
///     case .locked: .concurrency
///     }
/// }.or(.httpStatus)
/// ```
///
/// A classifier is asked once per failed attempt, never about a cancellation, and never on success.
public struct ErrorClassifier: Sendable {
    private let classify: @Sendable (any Error) -> Classification?

    /// Creates a classifier from a closure that returns `nil` for an error it does not know.
    public init(_ classify: @escaping @Sendable (any Error) -> Classification?) {
        self.classify = classify
    }

    /// Returns what this classifier knows of an error, or `nil`.
    public func classification(of error: any Error) -> Classification? {
        classify(error)
    }
}

// MARK: Composition

extension ErrorClassifier {
    /// Asks this classifier, and `other` about what this one does not know.
    public func or(_ other: ErrorClassifier) -> ErrorClassifier {
        ErrorClassifier { self.classify($0) ?? other.classify($0) }
    }

    /// Changes the answers of this classifier; what it does not know is not asked about.
    public func map(
        _ transform: @escaping @Sendable (Classification, any Error) -> Classification?
    ) -> ErrorClassifier {
        ErrorClassifier { error in self.classify(error).flatMap { transform($0, error) } }
    }

    /// Gives all errors of a type one class, whatever this classifier would say.
    public func override<E: Error>(_ type: E.Type, as classification: Classification) -> ErrorClassifier {
        ErrorClassifier.errors(type) { _ in classification }.or(self)
    }

    /// Asks each classifier in turn; the first that knows decides.
    public static func first(_ classifiers: ErrorClassifier...) -> ErrorClassifier {
        ErrorClassifier { error in
            for classifier in classifiers {
                if let known = classifier.classify(error) { return known }
            }
            return nil
        }
    }

    /// Knows the errors of one type, by a closure.
    public static func errors<E: Error>(
        _ type: E.Type, _ classify: @escaping @Sendable (E) -> Classification?
    ) -> ErrorClassifier {
        ErrorClassifier { error in (error as? E).flatMap(classify) }
    }

    /// Says the same of every error.
    public static func always(_ classification: Classification) -> ErrorClassifier {
        ErrorClassifier { _ in classification }
    }
}

// MARK: What the library ships

extension ErrorClassifier {
    /// What is right for most: the error's own word, its status, its type's name, and the error inside it.
    ///
    /// In this order: an error that conforms to ``SelfClassifyingError``; the status of a ``StatusCodeError``; a
    /// throttling code of a ``ServiceCodeError``; coding errors (permanent) and the words in the type's name
    /// (`timeout`, `connection`, `auth`, `credential`, `forbidden`, `permission` …); the error inside a
    /// ``WrappingError``.
    public static let `default` = ErrorClassifier { classifyByDefault($0, depth: 0) }

    /// Knows errors that carry a status, by the table of ``HTTPStatus``.
    public static let httpStatus = ErrorClassifier { error in
        ErrorTypeFacts.of(error).statusClassification?(error)
    }

    /// Knows errors by the words in their type's name: `ReadTimeoutError` is transient.
    public static let typeNames = ErrorClassifier { error in
        ErrorTypeFacts.of(error).classByName.map { Classification($0) }
    }

    /// Knows errors by their text, which is `String(describing:)` of them.
    public static func messages(_ table: MessageTable = .standard) -> ErrorClassifier {
        ErrorClassifier { error in table.errorClass(of: String(describing: error)).map { Classification($0) } }
    }

    private static func classifyByDefault(_ error: any Error, depth: Int) -> Classification? {
        let facts = ErrorTypeFacts.of(error)
        if let own = facts.classification?(error) { return own }
        if let known = facts.statusClassification?(error) { return known }
        if let code = facts.serviceCode?(error), AWSErrorCodes.throttling.contains(code) { return .rateLimit }
        if let errorClass = facts.classByName { return Classification(errorClass) }
        guard depth < ErrorTypeFacts.maximumDepth, let inner = facts.wrappedError?(error) else { return nil }
        return classifyByDefault(inner, depth: depth + 1)
    }
}
