/// What kind of failure an error stands for; decides whether, how often and how soon it is retried.
///
/// The eight classes of the library suffice for most services. A class of your own is made from its name:
///
/// ```swift
/// extension ErrorClass {
///     static let warmingUp = ErrorClass("warming_up")
/// }
/// ```
///
/// A class of your own is retried like ``transient`` unless the policy says otherwise.
public struct ErrorClass: Sendable, Hashable {
    /// Below ``builtInCount`` the place of a built-in class in tables; from there on a name of the caller's.
    ///
    /// A class is a number and not a text, because every failure passes one on several times.
    @usableFromInline package let number: UInt32

    @inlinable
    package init(number: UInt32) {
        self.number = number
    }

    /// Creates the class with this name: a built-in one if it has that name, else one of your own.
    ///
    /// The name is kept for the life of the process, which can have 65,536: make classes from names in your code. For
    /// names that are known only at run time there is ``init(validating:)``. Decoding makes no class at all.
    ///
    /// - Parameter id: The name that events and configuration files show, such as `"warming_up"`; not empty.
    public init(_ id: String) {
        self = checked { () throws(PolicyError) in try ErrorClass(validating: id) }
    }

    /// Creates the class with a name that is known only at run time.
    ///
    /// - Parameter id: The name.
    /// - Throws: ``PolicyError`` if the name is empty, or if the process has 65,536 classes and none of this name.
    public init(validating id: String) throws(PolicyError) {
        try check("error_class", "empty", !id.isEmpty, "must have a name")
        guard let number = Self.names.withLock({ $0.number(of: id) }) else {
            throw PolicyError(setting: "error_class", value: id, requirement: "must not be the 65,537th class")
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

    /// The name that events and configuration files show.
    public var id: String { Self.names.withLock { $0.names[Int(number)] } }

    /// How many classes the library knows.
    package static let builtInCount: UInt32 = 8

    /// Whether this is one of the library's classes.
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
    /// A failure that is likely gone at the next try: a lost connection, a timeout.
    @inlinable public static var transient: ErrorClass { ErrorClass(number: 0) }
    /// The service asks to slow down.
    @inlinable public static var rateLimit: ErrorClass { ErrorClass(number: 1) }
    /// The service failed on its side.
    @inlinable public static var serverError: ErrorClass { ErrorClass(number: 2) }
    /// Somebody else changed the same thing first: a conflict, a deadlock, a failed compare-and-set.
    @inlinable public static var concurrency: ErrorClass { ErrorClass(number: 3) }
    /// The request itself is wrong; repeating it changes nothing; never retried by default.
    @inlinable public static var permanent: ErrorClass { ErrorClass(number: 4) }
    /// The caller is not known to the service; never retried by default.
    @inlinable public static var auth: ErrorClass { ErrorClass(number: 5) }
    /// The caller is known and not allowed to do this; never retried by default.
    @inlinable public static var permission: ErrorClass { ErrorClass(number: 6) }
    /// Nothing is known about the error; retried twice by default.
    @inlinable public static var unknown: ErrorClass { ErrorClass(number: 7) }

    /// The classes that the library knows.
    public static var builtIn: [ErrorClass] { (0..<builtInCount).map(ErrorClass.init(number:)) }
}

extension ErrorClass: CustomStringConvertible {
    /// The name of the class.
    public var description: String { id }
}
