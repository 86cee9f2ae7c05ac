/// How the run of an effect ended, as its owner settles it.
public enum EffectOutcome: Sendable, Hashable {
    /// The effect happened; this is its result, for those who ask again.
    case succeeded([UInt8])
    /// The effect happened, and its result cannot be kept, because of this failure: it is too long, or cannot be
    /// encoded. Later callers are told so, and never run it again.
    case succeededWithoutResult(EffectFailure)
    /// The effect did not happen, and trying again would not help: those who ask again get this failure.
    case failedFinal(EffectFailure)
    /// The effect did not happen: the key is free, and anybody may try again.
    case failedBeforeEffect
    /// Nobody knows whether the effect happened. Somebody has to find out, and reconcile.
    case indeterminate(EffectFailure?)
}

/// What is stored of an error: its type and code, and its text only if that was asked for.
public struct EffectFailure: Sendable, Hashable, CustomStringConvertible {
    /// The type of the error; at most 255 bytes.
    public let type: String
    /// Its status or its service's code, where it has one; at most 255 bytes.
    public let code: String?
    /// Its text, at most 4,096 bytes; `nil` unless asked for, because texts of errors can hold secrets.
    public let message: String?

    /// Creates a failure, such as one from a stored row; what is too long is cut.
    public init(type: String, code: String? = nil, message: String? = nil) {
        self.type = Self.cut(type, 255)
        self.code = code.map { Self.cut($0, 255) }
        self.message = message.map { Self.cut($0, 4_096) }
    }

    /// Creates what is stored of an error.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - includesMessage: Whether its text is stored. It can hold secrets.
    public init(_ error: any Error, includesMessage: Bool = false) {
        let facts = ErrorTypeFacts.of(error)
        let service = facts.serviceCode?(error)
        let status = facts.status(error)
        self.init(
            type: facts.name, code: service ?? status.map { "\($0)" },
            message: includesMessage ? String(describing: error) : nil)
    }

    /// Type, code and text, as far as they are known.
    public var description: String {
        type + (code.map { " (\($0))" } ?? "") + (message.map { ": \($0)" } ?? "")
    }

    private static func cut(_ text: String, _ count: Int) -> String {
        // A place within a character means the beginning of that character.
        text.utf8.count <= count ? text : String(text[..<text.utf8.index(text.startIndex, offsetBy: count)])
    }
}

extension EffectFailure {
    /// Compares byte for byte, as a server does: text that is composed and text that is decomposed are two.
    public static func == (one: EffectFailure, other: EffectFailure) -> Bool {
        func areSame(_ one: String?, _ other: String?) -> Bool {
            guard let one, let other else { return one == nil && other == nil }
            return one.utf8.elementsEqual(other.utf8)
        }
        return areSame(one.type, other.type) && areSame(one.code, other.code) && areSame(one.message, other.message)
    }
}

/// The truth about an effect, as it was found out at the receiver or decided by an operator.
///
/// A store records it for an effect whose outcome is not known, and for one that failed: so the key is cleared.
public enum EffectVerdict: Sendable, Hashable {
    /// It happened; this is its result, for those who ask again.
    case happened([UInt8])
    /// It did not happen: the key is free, and the next caller runs it.
    case didNotHappen
}

/// What a claim does where an earlier owner has gone without an outcome.
public enum AbandonedClaim: Sendable, Hashable {
    /// It stops as indeterminate: the effect happens at most once. The default.
    case halt
    /// It runs the effect again: the effect happens at least once.
    case takeOver
}
