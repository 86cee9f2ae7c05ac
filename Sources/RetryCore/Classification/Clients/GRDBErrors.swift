extension KnownClient {
    /// GRDB.
    ///
    /// | error | class |
    /// |---|---|
    /// | `DatabaseError` | by its extended result code, see ``SQLiteResultTable`` |
    /// | `RowDecodingError`, `RecordError` | permanent |
    ///
    /// It is unknown whether a statement was executed.
    public static let grdb = KnownClient("GRDB", place: 4)
}

extension ClientTable {
    static let grdb = ClientTable(
        .grdb,
        [
            "GRDB.DatabaseError": { error in
                Reflection.integer(at: "extendedResultCode", "rawValue", of: error).map {
                    ClientEvidence(SQLiteResultTable.errorClass($0))
                }
            },
            "GRDB.RowDecodingError": { _ in ClientEvidence(.permanent) },
            "GRDB.RecordError": { _ in ClientEvidence(.permanent) },
        ])
}
