/// The error types of one known client, by their qualified names.
struct ClientTable: Sendable {
    /// Reads the evidence of an error; `nil` if the error is not as expected, such as that of another release.
    ///
    /// A reader is total: descriptions and mirrors hold untrusted texts.
    typealias Read = @Sendable (any Error) -> ClientEvidence?

    let client: KnownClient
    /// The readers by the qualified names of the types.
    let readers: [String: Read]
    private let readerOfOthers: @Sendable (_ typeName: String) -> Read?

    /// Creates a table.
    ///
    /// - Parameters:
    ///   - client: The client.
    ///   - readers: The readers by the qualified names of the types, such as `"NIOCore.IOError"`, in all spellings that
    ///     platforms have for one.
    ///   - others: Returns the reader for a type that is not named there; some clients have one for each service.
    init(
        _ client: KnownClient, _ readers: [String: Read],
        others: @escaping @Sendable (_ typeName: String) -> Read? = { _ in nil }
    ) {
        self.client = client
        self.readers = readers
        self.readerOfOthers = others
    }

    /// Creates a table of types that are all read alike.
    init(_ client: KnownClient, types: [String], read: @escaping Read) {
        self.init(client, Dictionary(uniqueKeysWithValues: types.map { ($0, read) }))
    }

    /// Returns the reader for a type, or `nil` if the client has no such type.
    func reader(of typeName: String) -> ClientReader? {
        (readers[typeName] ?? readerOfOthers(typeName)).map { ClientReader(client: client, read: $0) }
    }

    /// All tables.
    static let all: [ClientTable] = [
        .asyncHTTPClient, .nio, .nioSSL, .grpc, .grdb, .postgresNIO, .mySQLNIO, .redis, .soto, .awsSDK, .system,
        .foundation,
    ]
}

/// Reads the errors of one type of a known client.
struct ClientReader: Sendable {
    let client: KnownClient
    let read: ClientTable.Read

    /// Returns the reader for an error type.
    ///
    /// - Parameter typeName: The type's qualified name, such as `"NIOCore.IOError"`.
    /// - Returns: `nil` for a type that belongs to no known client.
    static func of(_ typeName: String) -> ClientReader? {
        for table in ClientTable.all {
            if let reader = table.reader(of: typeName) { return reader }
        }
        return nil
    }
}

extension ClientReader {
    /// Returns the certainty that a connection failed before anything was sent, by the error of SwiftNIO inside another
    /// client's.
    static func connecting(_ cause: (any Error)?) -> ExecutionCertainty {
        guard let cause, let reader = ErrorTypeFacts.of(cause).client, reader.client == .nio || reader.client == .nioSSL
        else { return .unknown }
        return reader.read(cause)?.execution ?? .unknown
    }
}
