// Requests with headers, for snippets that read and send deadlines.

struct Request: Sendable {
    var headers: [String: String] = [:]
}

struct User: Sendable {
    let id: Int
}

struct Client: Sendable {
    func user(_ id: Int) async throws -> User { User(id: id) }
    func send(_ request: Request) async throws {}
}

func handle(_ request: Request) async throws {}

let client = Client()
let id = 7
let incoming = Request()
