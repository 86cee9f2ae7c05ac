/// An error for an invalid setting: its path, its value, and the requirement.
///
/// Initializers for constants in code trap with this text; throwing initializers throw it, and decoding throws a
/// `DecodingError` that carries it as its underlying error, together with the path of the setting.
public struct InvalidPolicyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The path of the setting, such as `"backoff.factor"`.
    public let setting: String
    /// The value of the setting, as text.
    public let value: String
    /// The requirement that the value must meet.
    public let requirement: String

    package init(setting: String, value: String, requirement: String) {
        self.setting = setting
        self.value = value
        self.requirement = requirement
    }

    /// The three in one sentence: `backoff.factor is nan: it must be a finite number of at least 1`.
    public var description: String { "\(setting) is \(value): it \(requirement)" }

    /// The same error with `prefix` before the setting's name, for a setting inside another one.
    package func inside(_ prefix: String) -> InvalidPolicyError {
        InvalidPolicyError(setting: "\(prefix).\(setting)", value: value, requirement: requirement)
    }
}

/// Throws an error that names `setting` unless `isRight`.
package func check(
    _ setting: @autoclosure () -> String, _ value: @autoclosure () -> some CustomStringConvertible, _ isRight: Bool,
    _ requirement: @autoclosure () -> String
) throws(InvalidPolicyError) {
    if !isRight {
        throw InvalidPolicyError(setting: setting(), value: value().description, requirement: requirement())
    }
}

/// Returns the value that `body` makes; traps with the error's text if it throws.
///
/// This is for constants in code. The throwing initializers and decoding use `body` itself.
package func checked<Value>(_ body: () throws(InvalidPolicyError) -> Value) -> Value {
    do {
        return try body()
    } catch {
        // Not a precondition: optimised builds would drop its text, which names the setting.
        fatalError(error.description)
    }
}
