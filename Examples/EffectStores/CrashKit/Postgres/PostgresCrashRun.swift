import CrashKit
import PostgresEffectStore
import RetryCore

/// Makes effects with a store in the schema that is named as the folder is: see ``CrashArguments``.
///
/// The server is the one that libpq's variables name.
@main
struct PostgresCrashRun {
    static func main() {
        CrashArguments.perform { arguments in
            let schema = arguments.folder.split(separator: "/").last.map(String.init) ?? ""
            let store = try PostgresEffectStore(.init(schema: schema, connections: 2))
            try CrashRun(store.blocking, arguments).run()
        }
    }
}
