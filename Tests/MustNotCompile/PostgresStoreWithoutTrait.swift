// error: 'PostgresEffectStore' is unavailable: the store needs a trait. Write it where your Package.swift depends on RetryKit: .package(url: "…", from: "…", traits: ["PostgreSQL"])
import PostgresEffectStore
import RetryCore

#if TWIN
func open() throws -> InMemoryEffectStore { InMemoryEffectStore(.init(retention: .seconds(86_400))) }
#else
func open() throws -> PostgresEffectStore { try PostgresEffectStore(.init(database: "dbname=shop")) }
#endif
