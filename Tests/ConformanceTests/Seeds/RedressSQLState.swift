import RetryAsync

extension ConformanceRun {
    mutating func redressSQLStates() async {
        for row in vectors["redress_sqlstate"].array {
            var call = SeedCall.failing(.once, error: DatabaseError(sqlState: row[0].string))
            call.classifier = .sqlState
            let classes = await call.runs().map { JSON.seedClass($0.events.last?.errorClass) }
            compare("redress_sqlstate", "\(row[0])", recorded: row[1], calls: classes)
        }
    }
}

private struct DatabaseError: SQLStateError {
    let sqlState: String?
}
