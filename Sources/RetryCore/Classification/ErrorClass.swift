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
    /// The place of a built-in class in tables; ``customSlot`` for the caller's own.
    @usableFromInline package let slot: UInt8
    @usableFromInline package let customID: String

    @inlinable
    package init(slot: UInt8) {
        self.slot = slot
        self.customID = ""
    }

    /// Creates the class with this name: a built-in one if it has that name, else one of your own.
    ///
    /// - Parameter id: The name that events and configuration files show, such as `"warming_up"`; not empty.
    public init(_ id: String) {
        precondition(!id.isEmpty, "An error class needs a name.")
        if let slot = Self.builtInIDs.firstIndex(of: id) {
            self.init(slot: UInt8(slot))
        } else {
            self.init(customID: id)
        }
    }

    @inlinable
    init(customID: String) {
        self.slot = Self.customSlot
        self.customID = customID
    }

    /// The name that events and configuration files show.
    public var id: String {
        slot == Self.customSlot ? customID : Self.builtInIDs[Int(slot)]
    }
}

extension ErrorClass {
    /// A failure that is likely gone at the next try: a lost connection, a timeout.
    @inlinable public static var transient: ErrorClass { ErrorClass(slot: 0) }
    /// The service asks to slow down.
    @inlinable public static var rateLimit: ErrorClass { ErrorClass(slot: 1) }
    /// The service failed on its side.
    @inlinable public static var serverError: ErrorClass { ErrorClass(slot: 2) }
    /// Somebody else changed the same thing first: a conflict, a deadlock, a failed compare-and-set.
    @inlinable public static var concurrency: ErrorClass { ErrorClass(slot: 3) }
    /// The request itself is wrong; repeating it changes nothing; never retried by default.
    @inlinable public static var permanent: ErrorClass { ErrorClass(slot: 4) }
    /// The caller is not known to the service; never retried by default.
    @inlinable public static var auth: ErrorClass { ErrorClass(slot: 5) }
    /// The caller is known and not allowed to do this; never retried by default.
    @inlinable public static var permission: ErrorClass { ErrorClass(slot: 6) }
    /// Nothing is known about the error; retried twice by default.
    @inlinable public static var unknown: ErrorClass { ErrorClass(slot: 7) }

    /// The classes that the library knows, in the order of their slots.
    public static var builtIn: [ErrorClass] { (0..<UInt8(builtInIDs.count)).map(ErrorClass.init(slot:)) }

    @inlinable package static var customSlot: UInt8 { .max }
    private static let builtInIDs = [
        "transient", "rate_limit", "server_error", "concurrency", "permanent", "auth", "permission", "unknown",
    ]
}

extension ErrorClass: CustomStringConvertible {
    /// The name of the class.
    public var description: String { id }
}

extension ErrorClass: Codable {
    /// Decodes a class from its name.
    ///
    /// - Throws: `DecodingError` if the value is not a string, or is empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let id = try container.decode(String.self)
        guard !id.isEmpty else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "An error class needs a name.")
        }
        self.init(id)
    }

    /// Encodes the name of the class.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(id)
    }
}
