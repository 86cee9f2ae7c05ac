import RetryAsync
import SQLiteEffectStore

// Runs an effect once over a file, in a first store, and gets its replay in a second one.
let path = CommandLine.arguments[1]
for isReplay in [false, true] {
    let store = try SQLiteEffectStore(path: path)
    let paid = try await once("pay-42", in: store, as: .utf8) { effect in "receipt of \(effect.key)" }
    guard paid.value == "receipt of pay-42", paid.isReplay == isReplay else { fatalError("\(paid)") }
}
print("once over SQLite: ok")
