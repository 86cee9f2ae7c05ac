/// The class of a failure, by which the policy decides whether, how often and how soon the call is retried.
///
/// The eight classes of the library suffice for most services. A custom class is made from its name:
///
/// ```swift
/// extension ErrorClass {
///     static let warmingUp = ErrorClass("warming_up")
/// }
/// ```
///
/// A custom class is retried like ``transient`` unless the policy says otherwise.
public struct ErrorClass: Sendable, Hashable {
    /// The place of a built-in class in tables, below ``builtInCount``; above it the index of a custom class's name.
    ///
    /// A class is a number and not a text, because every failure passes it on several times.
    @usableFromInline package let number: UInt32

    @inlinable
    package init(number: UInt32) {
        self.number = number
    }

    /// Creates the class with this name: a built-in one if it has that name, else a custom one.
    ///
    /// The name is kept for the life of the process, which can have 65,536: make classes from names in your code. For
    /// names that are known only at run time there is ``init(validating:)``. Decoding makes no class at all.
    ///
    /// - Parameter id: The name in events and configuration files, such as `"warming_up"`; not empty.
    public init(_ id: String) {
        self = checked { () throws(InvalidPolicyError) in try ErrorClass(validating: id) }
    }

    /// Creates the class with a name that is known only at run time.
    ///
    /// - Parameter id: The name.
    /// - Throws: ``InvalidPolicyError`` if the name is empty, or if the process has 65,536 classes and none of this
    ///   name.
    public init(validating id: String) throws(InvalidPolicyError) {
        try check("error_class", "empty", !id.isEmpty, "must have a name")
        guard let number = Self.names.withLock({ $0.number(of: id) }) else {
            throw InvalidPolicyError(setting: "error_class", value: id, requirement: "must not be the 65,537th class")
        }
        self.init(number: number)
    }

    /// The class with this name, if there is one.
    init?(known id: String) {
        guard let number = Self.names.withLock({ $0.numbers[id] }) else { return nil }
        self.init(number: number)
    }

    /// The names of all classes, the library's first.
    static var allNames: [String] { names.withLock { $0.names } }

    /// The name in events and configuration files.
    public var id: String { Self.names.withLock { $0.names[Int(number)] } }

    /// The number of built-in classes.
    package static let builtInCount: UInt32 = 8

    /// A Boolean value that indicates whether this is one of the library's classes.
    package var isBuiltIn: Bool { number < Self.builtInCount }

    private static let names = Locked(Names())

    /// The names of all classes, each at the place of its number.
    private struct Names: Sendable {
        var names: [String] = [
            "transient", "rate_limit", "server_error", "concurrency", "permanent", "auth", "permission", "unknown",
        ]
        var numbers: [String: UInt32]

        init() {
            numbers = Dictionary(uniqueKeysWithValues: zip(names, 0...))
        }

        mutating func number(of name: String) -> UInt32? {
            if let known = numbers[name] { return known }
            guard names.count < 65_536 else { return nil }
            let number = UInt32(names.count)
            names.append(name)
            numbers[name] = number
            return number
        }
    }
}

extension ErrorClass {
    /// A failure that is likely to pass by the next attempt: a lost connection, a timeout.
    @inlinable public static var transient: ErrorClass { ErrorClass(number: 0) }
    /// The service asks to slow down.
    @inlinable public static var rateLimit: ErrorClass { ErrorClass(number: 1) }
    /// The service failed on its side.
    @inlinable public static var serverError: ErrorClass { ErrorClass(number: 2) }
    /// A concurrent change of the same data came first: a conflict, a deadlock, a failed compare-and-set.
    @inlinable public static var concurrency: ErrorClass { ErrorClass(number: 3) }
    /// The request itself is wrong; repeating it changes nothing; never retried by default.
    @inlinable public static var permanent: ErrorClass { ErrorClass(number: 4) }
    /// The caller is not known to the service; never retried by default.
    @inlinable public static var auth: ErrorClass { ErrorClass(number: 5) }
    /// The caller is known and not allowed to do this; never retried by default.
    @inlinable public static var permission: ErrorClass { ErrorClass(number: 6) }
    /// An error that cannot be classified; retried twice by default.
    @inlinable public static var unknown: ErrorClass { ErrorClass(number: 7) }

    /// The built-in classes.
    public static var builtIn: [ErrorClass] { (0..<builtInCount).map(ErrorClass.init(number:)) }
}

extension ErrorClass: CustomStringConvertible {
    /// The name of the class.
    public var description: String { id }
}
