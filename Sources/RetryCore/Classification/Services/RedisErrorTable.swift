/// The codes that begin the errors of Redis and Valkey, and the class of failure that each stands for.
public enum RedisErrorTable: Sendable {
    /// Returns the class of an error of the server's, by its first word, or `nil` if that word says too little.
    ///
    /// | first word | class |
    /// |---|---|
    /// | `LOADING`, `BUSY`, `TRYAGAIN`, `CLUSTERDOWN`, `MASTERDOWN`, `READONLY`, `NOREPLICAS` | transient |
    /// | `MOVED`, `ASK`, `REDIRECT`, `UNBLOCKED`, `INPROG`, `NOGOODSLAVE` | transient |
    /// | `OOM`, and `ERR max number of clients reached` | transient |
    /// | `MISCONF` | server error |
    /// | `NOAUTH`, `WRONGPASS` | auth |
    /// | `NOPERM` | permission |
    /// | `WRONGTYPE`, `NOSCRIPT`, `EXECABORT`, `CROSSSLOT`, `BUSYKEY`, `BUSYGROUP`, `NOGROUP`, `NOPROTO`, `ERR` | permanent |
    /// | all others | none |
    ///
    /// - Parameter text: The error as the server sent it, such as `"LOADING Redis is loading the dataset in memory"`.
    /// - Returns: The class.
    public static func errorClass(_ text: String) -> ErrorClass? {
        switch text.prefix(while: { $0 != " " }) {
        case "LOADING", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "READONLY", "NOREPLICAS": .transient
        case "MOVED", "ASK", "REDIRECT", "UNBLOCKED", "INPROG", "NOGOODSLAVE", "OOM": .transient
        case "MISCONF": .serverError
        case "NOAUTH", "WRONGPASS": .auth
        case "NOPERM": .permission
        case "WRONGTYPE", "NOSCRIPT", "EXECABORT", "CROSSSLOT", "BUSYKEY", "BUSYGROUP", "NOGROUP", "NOPROTO": .permanent
        // The one error of this code that is about the server, and not about the command.
        case "ERR": text.hasPrefix("ERR max number of clients reached") ? .transient : .permanent
        default: nil
        }
    }
}
