extension KnownClient {
    /// MySQLNIO, and the packages built upon it, such as MySQLKit and Fluent.
    ///
    /// | `MySQLError` | class |
    /// |---|---|
    /// | of the server | by its number, see ``MySQLErrorTable``, else by its SQLSTATE, see ``SQLStateTable`` |
    /// | a duplicate entry, invalid syntax, a server that is too old | permanent |
    /// | authentication | auth |
    /// | a connection that is closed | transient |
    ///
    /// A connection that cannot be made is an error of ``nio``. For all others it is unknown whether they were
    /// executed.
    ///
    /// Written from the client's sources, and not run against it.
    public static let mySQLNIO = KnownClient("MySQLNIO", place: 6)
}

extension ClientTable {
    static let mySQLNIO = ClientTable(.mySQLNIO, ["MySQLNIO.MySQLError": MySQLNIOErrors.read])
}

enum MySQLNIOErrors {
    static func read(_ error: any Error) -> ClientEvidence? {
        if let answer = Reflection.child("server", of: error) { return ClientEvidence(errorClass(ofAnswer: answer)) }
        let children = Mirror(reflecting: error).children
        switch children.first?.label {
        case "duplicateEntry", "invalidSyntax", "unsupportedServer": return ClientEvidence(.permanent)
        case "unsupportedAuthPlugin", "authPluginDataError", "missingOrInvalidAuthPluginInlineCommand":
            return ClientEvidence(.auth)
        default: return evidence(ofDescription: "\(error)")
        }
    }

    private static func errorClass(ofAnswer answer: Any) -> ErrorClass? {
        let number = Reflection.integer(at: "errorCode", "rawValue", of: answer)
        let state = Reflection.child("sqlState", of: answer) as? String
        return number.flatMap(MySQLErrorTable.errorClass) ?? state.flatMap(SQLStateTable.errorClass)
    }

    /// Reads the cases without a payload, which only their descriptions distinguish.
    private static func evidence(ofDescription text: String) -> ClientEvidence? {
        switch text {
        case "MySQL error: Connection closed.": ClientEvidence(.transient)
        case "MySQL error: A secure connection to the server is required for authentication.",
            "MySQL error: Auth plugin didn't send a correct status tag per protocol.",
            "MySQL error: Auth plugin was supposed to send us some data.":
            ClientEvidence(.auth)
        default: nil
        }
    }
}
