/// The strength of a piece of evidence about an error, the strongest first.
///
/// The order is defined here alone; <doc:ClassifyingErrors> shows it as a table.
enum EvidenceStrength: UInt8, Comparable, Sendable {
    /// The caller's classifier.
    case caller
    /// The error's own classification: ``SelfClassifyingError``, and the coding errors.
    case own
    /// A code: of a service, of a provider of models, of gRPC, of SQL, of the system.
    case code
    /// An HTTP status.
    case status
    /// A known client's error.
    case client
    /// The words of the type's name.
    case name
    /// The error's text, which is read only if the caller asks for it.
    case text
    /// A classifier that the caller put after the default one.
    case last
    /// No evidence.
    case none

    static func < (one: EvidenceStrength, other: EvidenceStrength) -> Bool { one.rawValue < other.rawValue }
}

/// The conclusions from one error and the errors inside it.
package struct ErrorEvidence: Sendable {
    /// The class of the strongest evidence, and the server's hint from any error of the chain.
    package var classification = ErrorClassification.unknown
    /// A Boolean value that indicates whether the failure is a cancellation that the caller's classifier does not
    /// classify.
    package var isCancellation = false
    /// A Boolean value that indicates whether a guard further in rejected the attempt: the service was not asked.
    package var isRejection = false
    /// A Boolean value that indicates whether the request itself is wrong, by the receiver's or the caller's own
    /// verdict: repeating it is pointless.
    package var isFinal = false
    /// The time limit that ended the attempt, if a limit of a caller did.
    package var cutOff: Duration?
    /// The last attempt of a call further in that has guards of its own; `nil` if the error is not of such a call.
    package private(set) var guarded: GuardedAttempt?
    var strength = EvidenceStrength.none
    /// The known clients whose errors were not recognised.
    var leftOut: KnownClients = []

    /// Creates evidence from another source, such as a rejected value.
    package init(_ classification: ErrorClassification) {
        self.classification = classification
    }
}

extension ErrorEvidence {
    /// Gathers the evidence of an error, in one pass from the outermost error inwards.
    ///
    /// - Parameters:
    ///   - error: The error as it was thrown.
    ///   - classifier: The caller's classifier. The default one is asked, too, unless a form of it is part of it.
    package init(of error: any Error, classifier: ErrorClassifier? = nil) {
        var search = EvidenceSearch(classifier, default: .standard)
        search.visit(error)
        self.init(search.known ?? .unknown)
        isCancellation = search.isCancellation && search.strength != .caller
        isRejection = search.isRejection
        strength = search.strength
        isFinal = search.isFinal && !search.isRejection
        cutOff = search.cutOff
        guarded = search.attemptError.map { error in
            error.map { .failed(ErrorEvidence(of: $0, classifier: classifier)) } ?? .notMade
        }
        leftOut = classifier?.leftOut ?? []
    }
}

/// The last attempt of a call with guards of its own, as its error reports it.
package enum GuardedAttempt: Sendable {
    /// No attempt was made.
    case notMade
    /// The attempt failed, with this evidence.
    indirect case failed(ErrorEvidence)
}

/// One pass over a chain of errors.
struct EvidenceSearch {
    private let classifier: ErrorClassifier?
    private let standard: ErrorClassifier.Standard?
    private(set) var strength = EvidenceStrength.none
    private(set) var isCancellation = false
    private(set) var isRejection = false
    private(set) var isFinal = false
    private(set) var cutOff: Duration?
    /// The error of the attempt of a call with guards of its own, if there was one.
    private(set) var attemptError: (any Error)??
    private var found: ErrorClassification?
    private var hint: RetryHint?
    private var isStop = false
    /// A Boolean value that indicates whether a classifier of the caller's has answered, whatever its strength.
    private var hasCallersAnswer = false

    init(_ classifier: ErrorClassifier?, default standard: ErrorClassifier.Standard?) {
        self.classifier = classifier
        self.standard = classifier?.standard ?? standard
    }

    /// The class of the strongest evidence, with the hint; `nil` if there is neither.
    var known: ErrorClassification? {
        // A hint from the caller's classifier is the caller's decision. Otherwise *never* always counts.
        let own = found?.hint?.usable
        let hint = strength == .caller && own != nil ? own : isStop ? .never : own ?? hint
        return found?.hint(hint) ?? hint.map { ErrorClassification(.unknown, hint: $0) }
    }

    mutating func visit(_ error: any Error) {
        let facts = ErrorTypeFacts.of(error)
        if facts.isPlain { askAboutName(error, facts) } else { walkChain(error, facts) }
        askConstant(error)
    }

    /// Asks about an error with no evidence but the name of its type.
    private mutating func askAboutName(_ error: any Error, _ facts: ErrorTypeFacts) {
        askCaller(error, facts, nil)
        if let standard, let errorClass = facts.classByName, strength > .name {
            conclude(ErrorClassification(errorClass), .name, error, standard)
        }
    }

    private mutating func walkChain(_ error: any Error, _ facts: ErrorTypeFacts) {
        for (error, facts, client) in ErrorChain(error, facts, leavingOut: standard?.left ?? []) {
            isRejection = isRejection || facts.isRejection
            cutOff = cutOff ?? facts.timeLimit?(error)
            attemptError = attemptError ?? facts.attemptError?(error)
            isCancellation = isCancellation || facts.isCancellation(error, client)
            let answer = facts.answer?(error)
            hear(answer?.hint)
            hear(client?.hint)
            if strength > .caller { askCaller(error, facts, answer?.status) }
            guard let standard else { continue }
            if strength > .own { ask(standard, error, facts, answer, client) } else { hear(facts.own?(error)?.hint) }
        }
    }

    /// Asks the caller's classifiers; the first one of the same strength counts.
    private mutating func askCaller(_ error: any Error, _ facts: ErrorTypeFacts, _ status: Int?) {
        guard let rules = classifier?.rules, rules.first?.isConstant == false else { return }
        for rule in rules where !rule.isConstant && rule.strength < strength {
            guard let answer = rule.classify(error) else { continue }
            hasCallersAnswer = hasCallersAnswer || rule.strength < .last
            let isRead = rule.strength == .code || rule.strength == .status
            conclude(answer, rule.strength, isFinal: isRead ? facts.isFinal(error, status: status) : nil)
        }
    }

    /// Asks the classifier with the same answer for every error: last, and never about a cancellation.
    private mutating func askConstant(_ error: any Error) {
        guard let rules = classifier?.rules, let rule = rules.last, rule.isConstant, !isCancellation, !hasCallersAnswer
        else { return }
        if let answer = rule.classify(error) { conclude(answer, rule.strength) }
    }

    private mutating func ask(
        _ standard: ErrorClassifier.Standard, _ error: any Error, _ facts: ErrorTypeFacts, _ answer: ServerAnswer?,
        _ client: ClientEvidence?
    ) {
        if let own = facts.own?(error) {
            return conclude(own, .own, error, standard, isFinal: facts.isVerdict ? nil : false)
        }
        if strength > .code, let code = facts.codeVerdict(error) {
            return conclude(
                ErrorClassification(code.errorClass), .code, error, standard,
                isFinal: facts.isFinal(error, status: answer?.status))
        }
        if strength > .status, let known = answer?.classification {
            return conclude(known, .status, error, standard, isFinal: facts.isFinal(error, status: answer?.status))
        }
        if strength > .client, let client, let errorClass = client.errorClass {
            return conclude(ErrorClassification(errorClass, hint: client.hint), .client, error, standard)
        }
        if strength > .name, let errorClass = facts.classByName {
            conclude(ErrorClassification(errorClass), .name, error, standard)
        }
    }

    private mutating func conclude(
        _ answer: ErrorClassification, _ strength: EvidenceStrength, _ error: any Error,
        _ standard: ErrorClassifier.Standard, isFinal: @autoclosure () -> Bool? = nil
    ) {
        guard let answer = standard.transformed(answer, error) else { return hear(answer.hint) }
        conclude(answer, strength, isFinal: isFinal())
    }

    private mutating func conclude(
        _ answer: ErrorClassification, _ strength: EvidenceStrength, isFinal: @autoclosure () -> Bool? = nil
    ) {
        hear(answer.hint)
        guard strength < self.strength else { return }
        found = answer
        self.strength = strength
        self.isFinal = answer.errorClass == .permanent && isFinal() ?? (strength <= .code)
    }

    private mutating func hear(_ hint: RetryHint?) {
        guard let hint = hint?.usable else { return }
        isStop = isStop || hint == .never
        self.hint = self.hint ?? hint
    }
}
