extension KnownClient {
    /// swift-system, and the System module of Apple's systems: an `Errno` by its number, see ``POSIXErrnoTable``.
    ///
    /// Not executed, unless redirected: a refused connection.
    public static let system = KnownClient("System", place: 10)
}

extension ClientTable {
    static let system = ClientTable(.system, types: ["System.Errno", "SystemPackage.Errno"]) { error in
        Reflection.integer(at: "rawValue", of: error).flatMap(Int32.init(exactly:)).map(ClientEvidence.errno)
    }
}
