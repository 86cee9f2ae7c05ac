/// A stand-in for the error of PostgresNIO: the same qualified name, and the same stored properties as far as they are
/// read.
public struct PSQLError: Error {
    struct Code: Sendable, CustomStringConvertible {
        let description: String
    }

    private final class Backing: Sendable {
        let code: Code
        let underlying: (any Error)?

        init(_ code: Code, _ underlying: (any Error)?) {
            self.code = code
            self.underlying = underlying
        }
    }

    private let backing: Backing

    /// Creates the error with the name of its code, and the error inside.
    public init(_ code: String, _ underlying: (any Error)?) {
        backing = Backing(Code(description: code), underlying)
    }
}
