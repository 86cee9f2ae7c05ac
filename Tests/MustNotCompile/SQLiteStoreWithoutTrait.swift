// error: 'SQLiteEffectStore' is unavailable: the store needs a trait. Write it where your Package.swift depends on RetryKit: .package(url: "…", from: "…", traits: ["SQLite"])
import RetryCore
import SQLiteEffectStore

func pay(_ order: Int) throws -> String {
    #if TWIN
    let store = InMemoryEffectStore(.init(retention: .seconds(86_400)))
    #else
    let store = try SQLiteEffectStore(path: "effects.db", .init(retention: .seconds(86_400)))
    #endif
    return try onceBlocking("pay-\(order)", in: store, as: .utf8) { effect in "receipt of \(effect.key)" }.value
}
