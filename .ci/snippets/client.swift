// A client of some service, for snippets that retry its calls.

struct User: Sendable {
    let id: Int
    let name: String
}

struct Client: Sendable {
    func user(_ id: Int) async throws -> User { User(id: id, name: "Ada") }
}

let client = Client()
let id = 7
