import CrashKit
import RetryCore
import SQLiteEffectStore

/// Makes effects with a store in the file `store.db` of a folder: see ``CrashArguments``.
@main
struct SQLiteCrashRun {
    static func main() {
        CrashArguments.perform { arguments in
            let store = try SQLiteEffectStore(
                path: "\(arguments.folder)/store.db",
                .init(retention: arguments.fills ? .milliseconds(1) : .seconds(86_400)))
            try CrashRun(store, arguments).run()
        }
    }
}
