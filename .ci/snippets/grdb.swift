// Stand-ins for the parts of GRDB that snippets name; the real ones are used in Examples/Sources/Recipes.

struct Database {
    let lastInsertedRowID: Int64 = 1
    func execute(sql: String) throws {}
}

protocol DatabaseWriter: Sendable {
    func write<Value: Sendable>(_ updates: @escaping @Sendable (Database) throws -> Value) async throws -> Value
}
