/// The SQLSTATE codes of databases, and the class of failure that each stands for.
///
/// The codes are those of the SQL standard, of PostgreSQL and of ODBC; ``MySQLErrorTable`` has those that MySQL omits.
///
/// A failed statement ends its transaction: retry the whole of the transaction, not the statement.
public enum SQLStateTable: Sendable {
    /// Returns the class of a code of five characters, or `nil` if the code alone says too little.
    ///
    /// | code | class |
    /// |---|---|
    /// | `40001`, `40P01` and the rest of `40`, `55P03`, `55006` | concurrency |
    /// | `08…`, `53…`, `57P01` to `57P03`, `57P05`, `25P03`, `HYT00`, `HYT01` | transient |
    /// | `25006`: the server became read-only, as in a failover | transient |
    /// | `58…`, `XX…` | server error |
    /// | `28…` | auth |
    /// | `42501` | permission |
    /// | `0A…`, `22…`, `23…`, `25…`, `42…`, `54…`, `08P01`, `40002`, `57P04`, `XX001`, `XX002` | permanent |
    /// | `08007`, `40003`: the outcome of the statement is unknown | none |
    /// | `57014`: a timeout, or cancelled on request | none |
    public static func errorClass(_ state: String) -> ErrorClass? {
        guard state.utf8.count == 5 else { return nil }
        switch state {
        case "08007", "40003": return nil
        case "25006", "25P03", "57P01", "57P02", "57P03", "57P05", "HYT00", "HYT01": return .transient
        case "55P03", "55006": return .concurrency
        case "42501": return .permission
        case "08P01", "40002", "57P04", "XX001", "XX002": return .permanent
        default: return errorClass(ofPrefix: state.prefix(2))
        }
    }

    /// Returns whether a code says that the statement itself is wrong, now and later.
    static func isFinal(_ state: String) -> Bool {
        ["0A", "22", "23", "42", "54"].contains(state.prefix(2)) || state == "40002"
    }

    private static func errorClass(ofPrefix prefix: Substring) -> ErrorClass? {
        switch prefix {
        case "08", "53": .transient
        case "40": .concurrency
        case "58", "XX": .serverError
        case "28": .auth
        case "0A", "22", "23", "25", "42", "54": .permanent
        default: nil
        }
    }
}

/// The error numbers of MySQL and MariaDB, which say more than their SQLSTATE: that is mostly `HY000`.
public enum MySQLErrorTable: Sendable {
    /// Returns the class of an error number, or `nil` if the number alone says too little.
    ///
    /// | number | class |
    /// |---|---|
    /// | 1205 and 3572 (lock), 1213 and 1614 (deadlock), 1613 (timeout of a global transaction) | concurrency |
    /// | 1020 (record changed), 1412 (table changed) | concurrency |
    /// | 1040, 1203 (connections), 1053 (shutdown), 1158 to 1161 (network) | transient |
    /// | 1317, 1927, 4031 (statement or session killed), 3024 (timeout) | transient |
    /// | 1290, 1836 (the server is read-only, as in a failover) | transient |
    /// | 2002, 2003, 2005, 2006, 2013, 2055 (connection) | transient |
    /// | 1226 (a limit of the user's) | rate limit |
    /// | 1045 (log in) | auth |
    /// | 1044, 1142, 1143, 1227, 1370 (rights) | permission |
    /// | 1048, 1049, 1054, 1062, 1064, 1146, 1264, 1366, 1406, 1451, 1452 (statement, values) | permanent |
    public static func errorClass(_ number: Int) -> ErrorClass? {
        switch number {
        case 1205, 3572, 1213, 1613, 1614, 1020, 1412: .concurrency
        case 1040, 1203, 1053, 1158...1161, 1317, 1927, 3024, 4031: .transient
        case 1290, 1836, 2002, 2003, 2005, 2006, 2013, 2055: .transient
        case 1226: .rateLimit
        case 1045: .auth
        case 1044, 1142, 1143, 1227, 1370: .permission
        case 1048, 1049, 1054, 1062, 1064, 1146, 1264, 1366, 1406, 1451, 1452: .permanent
        default: nil
        }
    }
}

/// An error of a database.
public protocol SQLStateError: Error {
    /// The code of five characters, such as `"40001"`; `nil` if this error has none.
    var sqlState: String? { get }
    /// The error number of MySQL or MariaDB, such as 1213; nothing unless implemented.
    var mySQLErrorNumber: Int? { get }
}

extension SQLStateError {
    /// The default: not an error of MySQL.
    public var mySQLErrorNumber: Int? { nil }
}

extension ErrorClassifier {
    /// Classifies errors of databases, by the number of MySQL, which is more specific, or else by the SQLSTATE; part of
    /// ``default``.
    public static let sqlState = ErrorClassifier(
        Rule(strength: .code) { error in
            guard let error = error as? any SQLStateError else { return nil }
            let byNumber = error.mySQLErrorNumber.flatMap(MySQLErrorTable.errorClass)
            return (byNumber ?? error.sqlState.flatMap(SQLStateTable.errorClass)).map { ErrorClassification($0) }
        })
}
