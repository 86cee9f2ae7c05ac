import PostgresEffectStore
import SQLiteEffectStore

_ = try SQLiteEffectStore(path: "effects.db", .init(retention: .seconds(86_400)))
_ = try PostgresEffectStore(.init(database: "dbname=shop"))
