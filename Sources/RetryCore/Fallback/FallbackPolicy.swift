/// The failures that a fallback replaces, by their classes.
///
/// ```swift
/// let user = try await retry(users, fallbackOn: .except(.permanent)) {
///     try await client.user(id)
/// } fallback: { error in
///     cache[id] ?? .unknown
/// }
/// ```
///
/// A cancellation is never replaced. The rejection of a call, by an open circuit or by another guard, is replaced whatever
/// its class, unless ``rejections(_:)`` says otherwise.
public struct FallbackPolicy: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case all
        case only(Set<ErrorClass>)
        case except(Set<ErrorClass>)
    }

    let kind: Kind
    /// A Boolean value that indicates whether the rejection of a call by a guard is replaced; true by default.
    public private(set) var includesRejections = true

    /// Every failure: also an open circuit, an empty budget, and the rejection by any guard.
    public static let anyFailure = FallbackPolicy(kind: .all)

    private init(kind: Kind) {
        self.kind = kind
    }

    private init(_ kind: Kind, of classes: [ErrorClass]) throws(InvalidPolicyError) {
        try check("classes", "empty", !classes.isEmpty, "must have a class; leave it out for every failure")
        self.kind = kind
    }

    /// Failures of some classes, and rejections by guards.
    ///
    /// - Parameter classes: The classes; at least one.
    /// - Returns: The policy.
    public static func on(_ classes: ErrorClass...) -> FallbackPolicy {
        checked { () throws(InvalidPolicyError) in try FallbackPolicy(validating: classes) }
    }

    /// Failures of all classes but some, and rejections by guards.
    ///
    /// - Parameter classes: The classes that are not replaced; at least one.
    /// - Returns: The policy.
    public static func except(_ classes: ErrorClass...) -> FallbackPolicy {
        checked { () throws(InvalidPolicyError) in try FallbackPolicy(validatingExcept: classes) }
    }

    /// Creates the policy of ``on(_:)`` from classes known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` if there is no class.
    public init(validating classes: [ErrorClass]) throws(InvalidPolicyError) {
        try self.init(.only(Set(classes)), of: classes)
    }

    /// Creates the policy of ``except(_:)`` from classes known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` if there is no class.
    public init(validatingExcept classes: [ErrorClass]) throws(InvalidPolicyError) {
        try self.init(.except(Set(classes)), of: classes)
    }

    /// The same policy, which replaces rejections by guards or not.
    public func rejections(_ areReplaced: Bool) -> FallbackPolicy {
        var policy = self
        policy.includesRejections = areReplaced
        return policy
    }

    /// Returns whether failures of this class are replaced.
    public func contains(_ errorClass: ErrorClass) -> Bool {
        switch kind {
        case .all: true
        case .only(let classes): classes.contains(errorClass)
        case .except(let classes): !classes.contains(errorClass)
        }
    }
}

extension FallbackPolicy: Codable {
    /// Decodes a policy: an object with the classes that are replaced, or with those that are not.
    ///
    /// ```json
    /// {"on": ["transient", "server_error"], "rejections": false}
    /// {"except": ["permanent"]}
    /// ```
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let only = try reader.value("on", as: [ErrorClass].self)
        let except = try reader.value("except", as: [ErrorClass].self)
        let rejections = try reader.value("rejections", as: Bool.self) ?? true
        try reader.finish()
        let policy = try reader.checked { () throws(InvalidPolicyError) in
            try check("except", "given", only == nil || except == nil, "must be left out beside on")
            if let only { return try FallbackPolicy(validating: only) }
            return try except.map { classes throws(InvalidPolicyError) in
                try FallbackPolicy(validatingExcept: classes)
            } ?? .anyFailure
        }
        self = policy.rejections(rejections)
    }

    /// Encodes the classes.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        switch kind {
        case .all: break
        case .only(let classes): try writer.write("on", classes.sorted { $0.id < $1.id })
        case .except(let classes): try writer.write("except", classes.sorted { $0.id < $1.id })
        }
        try writer.write("rejections", includesRejections)
    }
}

extension FallbackPolicy: CustomStringConvertible, CustomDebugStringConvertible {
    /// The failures in words, such as `server_error, transient and rejections`.
    public var description: String {
        func list(_ classes: Set<ErrorClass>) -> String { classes.map(\.id).sorted().joined(separator: ", ") }
        let failures =
            switch kind {
            case .all: "every failure"
            case .only(let classes): list(classes)
            case .except(let classes): "every failure but \(list(classes))"
            }
        return "\(failures) \(includesRejections ? "and rejections" : "but no rejection")"
    }

    /// All settings.
    public var debugDescription: String { fullDescription(of: self) }
}
