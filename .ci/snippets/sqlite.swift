// A store on SQLite that is open, for snippets that use it.
import SQLiteEffectStore

let store: SQLiteEffectStore = openStore()

func openStore() -> SQLiteEffectStore { preconditionFailure("snippets are compiled, and not run") }
