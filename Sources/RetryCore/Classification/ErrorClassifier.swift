/// A classifier, which maps an error to its class and hint.
///
/// A classifier answers or passes. The evidence that all classifiers give is weighed in one order, which
/// <doc:ClassifyingErrors> shows; an error without any is ``ErrorClass/unknown``.
///
/// ```swift
/// let classifier = ErrorClassifier.errors(ShopError.self) { error in
///     switch error {
///     case .soldOut: .permanent
///     case .locked: .concurrency
///     }
/// }
/// ```
///
/// A classifier is asked about each error of a chain (``WrappingError``), the outermost first, once per failed attempt:
/// not on success, and not after the call was cancelled. ``default`` is asked about the errors that it passes.
public struct ErrorClassifier: Sendable {
    /// One classifier of the caller's.
    struct Rule: Sendable {
        var strength = EvidenceStrength.caller
        /// A Boolean value that indicates whether it gives every error the same classification.
        var isConstant = false
        let classify: @Sendable (any Error) -> ErrorClassification?
    }

    /// The default classifier, as a part of a composition.
    struct Standard: Sendable {
        /// The known clients that are left out.
        var left: KnownClients = []
        var transforms: [@Sendable (ErrorClassification, any Error) -> ErrorClassification?] = []

        static let standard = Standard()

        func transformed(_ answer: ErrorClassification, _ error: any Error) -> ErrorClassification? {
            if transforms.isEmpty { return answer }
            var answer: ErrorClassification? = answer
            for transform in transforms { answer = answer.flatMap { transform($0, error) } }
            return answer
        }
    }

    /// The caller's classifiers in their order; a constant one only at the end.
    private(set) var rules: [Rule]
    /// The default classifier, if it is part of this one.
    private(set) var standard: Standard?

    private init(rules: [Rule], standard: Standard? = nil) {
        self.rules = rules
        self.standard = standard
    }

    init(_ rule: Rule) {
        self.init(rules: [rule])
    }

    /// Creates a classifier from a closure that returns `nil` for an unknown error.
    ///
    /// Its answer is the caller's classification, and beats all other evidence, also that a failure is a cancellation.
    public init(_ classify: @escaping @Sendable (any Error) -> ErrorClassification?) {
        self.init(Rule(classify: classify))
    }

    /// Returns the classification of an error by this classifier alone, or `nil` if it has no evidence.
    public func classification(of error: any Error) -> ErrorClassification? {
        var search = EvidenceSearch(self, default: nil)
        search.visit(error)
        return search.known
    }
}

// MARK: Composition

extension ErrorClassifier {
    /// Returns a classifier that asks this one first, and `other` about the errors that this one passes.
    ///
    /// Evidence keeps its strength: evidence from a text or from a type's name never beats a code or a status.
    /// Classifiers after ``default`` are asked only about errors that the default classifier passes.
    public func or(_ other: ErrorClassifier) -> ErrorClassifier {
        if rules.last?.isConstant == true { return self }
        guard standard != nil else { return ErrorClassifier(rules: rules + other.rules, standard: other.standard) }
        let last = other.rules.map { Rule(strength: .last, isConstant: $0.isConstant, classify: $0.classify) }
        return ErrorClassifier(rules: rules + last, standard: standard)
    }

    /// Returns a classifier that changes the answers of this one; errors that it passes do not reach the closure.
    public func map(
        _ transform: @escaping @Sendable (ErrorClassification, any Error) -> ErrorClassification?
    ) -> ErrorClassifier {
        var mapped = self
        mapped.standard?.transforms.append(transform)
        mapped.rules = rules.map { rule in
            Rule(strength: rule.strength, isConstant: rule.isConstant) { error in
                rule.classify(error).flatMap { transform($0, error) }
            }
        }
        return mapped
    }

    /// Returns a classifier that gives all errors of a type one class, in place of this classifier's own answer.
    public func override<E: Error>(_ type: E.Type, as classification: ErrorClassification) -> ErrorClassifier {
        ErrorClassifier.errors(type) { _ in classification }.or(self)
    }

    /// Returns a classifier without known clients: none of their tables counts.
    ///
    /// That is the class, the hint and the error inside, that a failure is a cancellation, and the certainty that
    /// nothing was executed, for the calls and the effects of this classifier. The words of the type's name, a
    /// conformance of yours, and a classifier of yours still count.
    ///
    /// A classifier without a part of ``default`` is followed by the rest of it.
    public func without(_ clients: KnownClient...) -> ErrorClassifier {
        var changed = self
        var standard = standard ?? .standard
        for client in clients { standard.left.formUnion(client.set) }
        changed.standard = standard
        return changed
    }

    /// The known clients that are left out.
    var leftOut: KnownClients { standard?.left ?? [] }

    /// Returns a classifier that asks each of the given ones in turn; the first that answers decides.
    public static func first(_ classifiers: ErrorClassifier...) -> ErrorClassifier {
        classifiers.reduce(ErrorClassifier(rules: [])) { $0.or($1) }
    }

    /// Classifies the errors of one type, by a closure.
    public static func errors<E: Error>(
        _ type: E.Type, _ classify: @escaping @Sendable (E) -> ErrorClassification?
    ) -> ErrorClassifier {
        ErrorClassifier { error in (error as? E).flatMap(classify) }
    }

    /// Gives every error but a cancellation the same classification.
    public static func always(_ classification: ErrorClassification) -> ErrorClassifier {
        ErrorClassifier(Rule(isConstant: true) { _ in classification })
    }
}

// MARK: The library's own

extension ErrorClassifier {
    /// The classifier that every call ends with: the error's own classification, codes, the status, known clients, the
    /// type's name.
    ///
    /// <doc:ClassifyingErrors> lists the evidence in its order.
    public static let `default` = ErrorClassifier(rules: [], standard: .standard)

    /// Classifies errors that carry a status, by the table of ``HTTPStatusTable``.
    public static let httpStatus = ErrorClassifier(
        Rule(strength: .status) { ErrorTypeFacts.of($0).statusClassification($0) })

    /// Classifies errors by the words in their type's name: a `ReadTimeoutError` is transient.
    public static let typeNames = ErrorClassifier(
        Rule(strength: .name) { error in
            ErrorTypeFacts.of(error).classByName.map { ErrorClassification($0) }
        })

    /// Classifies errors by their text, which is `String(describing:)` of them.
    ///
    /// A text is weak evidence: it decides only if neither a code nor a status nor the type does.
    public static func messages(_ table: ErrorMessageTable = .standard) -> ErrorClassifier {
        ErrorClassifier(
            Rule(strength: .text) { error in
                table.errorClass(of: String(describing: error)).map { ErrorClassification($0) }
            })
    }
}
