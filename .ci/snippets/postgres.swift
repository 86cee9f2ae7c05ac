// A store on PostgreSQL, for snippets that use it.
import PostgresEffectStore

let store: PostgresEffectStore = openStore()

func openStore() -> PostgresEffectStore { preconditionFailure("snippets are compiled, and not run") }
