// Stand-ins for the parts of grpc-swift that snippets name; the real ones are used in Examples/Sources/Recipes.

struct CallOptions: Sendable {
    static let defaults = CallOptions()
    var timeout: Duration?
}

struct UserRequest: Sendable {}

struct UserClient: Sendable {
    func user(_ request: UserRequest, options: CallOptions) async throws -> String { "Ada" }
}

let client = UserClient()
