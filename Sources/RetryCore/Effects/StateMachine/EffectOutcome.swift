/// The outcome of the run of an effect, as its owner settles it.
public enum EffectOutcome: Sendable, Hashable {
    /// The effect happened; this is its result, for later callers.
    case succeeded([UInt8])
    /// The effect happened, and its result cannot be kept, because of this failure: it is too long, or cannot be
    /// encoded. Later callers get an error, and never run it again.
    case succeededWithoutResult(EffectFailure)
    /// The effect did not happen, and a retry would not help: later callers get this failure.
    case failedFinal(EffectFailure)
    /// The effect did not happen: the key is free, and any caller may run it.
    case failedBeforeEffect
    /// The outcome is unknown (indeterminate). An operator or a job has to find it out, and reconcile.
    case indeterminate(EffectFailure?)
}

/// The stored part of an error: its type and code, and its text only if requested.
public struct EffectFailure: Sendable, Hashable, CustomStringConvertible {
    /// The type of the error; at most 255 bytes.
    public let type: String
    /// Its status or its service's code, if it has one; at most 255 bytes.
    public let code: String?
    /// Its text, at most 4,096 bytes; `nil` unless requested, because texts of errors can hold secrets.
    public let message: String?

    /// Creates a failure, such as one from a stored row; texts that are too long are cut.
    public init(type: String, code: String? = nil, message: String? = nil) {
        self.type = Self.cut(type, 255)
        self.code = code.map { Self.cut($0, 255) }
        self.message = message.map { Self.cut($0, 4_096) }
    }

    /// Creates the stored part of an error.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - includesMessage: Pass `true` to store its text. It can hold secrets.
    public init(_ error: any Error, includesMessage: Bool = false) {
        let facts = ErrorTypeFacts.of(error)
        let service = facts.serviceCode?(error)
        let status = facts.status(error)
        self.init(
            type: facts.name, code: service ?? status.map { "\($0)" },
            message: includesMessage ? String(describing: error) : nil)
    }

    /// The type, the code and the text, as far as they are known.
    public var description: String {
        type + (code.map { " (\($0))" } ?? "") + (message.map { ": \($0)" } ?? "")
    }

    private static func cut(_ text: String, _ count: Int) -> String {
        // A place within a character means the beginning of that character.
        text.utf8.count <= count ? text : String(text[..<text.utf8.index(text.startIndex, offsetBy: count)])
    }
}

extension EffectFailure {
    /// Compares byte for byte, as a server does: composed and decomposed texts differ.
    public static func == (one: EffectFailure, other: EffectFailure) -> Bool {
        func areSame(_ one: String?, _ other: String?) -> Bool {
            one.map { ByteName($0) } == other.map { ByteName($0) }
        }
        return areSame(one.type, other.type) && areSame(one.code, other.code) && areSame(one.message, other.message)
    }
}

/// The truth about an effect, found out at the receiver or decided by an operator.
///
/// A store records it for an effect whose outcome is unknown, and for one that failed: this clears the key.
public enum EffectVerdict: Sendable, Hashable {
    /// It happened; this is its result, for later callers.
    case happened([UInt8])
    /// It did not happen: the key is free, and the next caller runs it.
    case didNotHappen

    /// It happened, with a result in a codec's form, so that later callers can read it.
    ///
    /// ```swift
    /// let found = try await psp.receipt(for: id.idempotencyKey)
    /// let verdict = try EffectVerdict.happened(found, as: .json)
    /// _ = try await store.reconcile(id, expectedToken: record.token, verdict: verdict)
    /// ```
    ///
    /// - Parameters:
    ///   - value: The result, as the effect would have returned it.
    ///   - codec: The codec that the callers of the key use.
    /// - Returns: The verdict.
    /// - Throws: An error if the result cannot be encoded.
    public static func happened<Value>(_ value: Value, as codec: EffectCodec<Value>) throws -> EffectVerdict {
        .happened(try codec.encode(value))
    }
}

/// The treatment of a claim whose lease expired without settlement.
public enum AbandonedClaimBehavior: Sendable, Hashable {
    /// The claim is answered as indeterminate: the effect happens at most once. The default.
    case halt
    /// The claim succeeds, and the effect runs again: it happens at least once.
    case takeOver
}
