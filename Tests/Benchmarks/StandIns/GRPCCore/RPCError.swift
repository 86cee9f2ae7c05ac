/// A stand-in for the error of grpc-swift-2: the same qualified name, and the same stored properties.
public struct RPCError: Error {
    struct Code: CustomStringConvertible {
        let description: String
    }
    enum Value {
        case string(String)
    }
    struct KeyValuePair {
        let key: String
        let value: Value
    }
    struct Metadata {
        let elements: [KeyValuePair]
    }

    let code = Code(description: "unavailable")
    let message = "the service is overloaded"
    let metadata = Metadata(elements: [
        KeyValuePair(key: ":status", value: .string("200")),
        KeyValuePair(key: "grpc-retry-pushback-ms", value: .string("20")),
    ])
    let cause: (any Error)? = nil

    /// Creates the answer of a service that is unavailable and says when to come back.
    public init() {}
}
