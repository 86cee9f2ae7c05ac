// A payment service, for snippets about effects that must not happen twice.

struct Order: Sendable, CustomStringConvertible {
    let number: Int
    var description: String { "\(number)" }
}

struct Receipt: Sendable, Codable {
    let id: String
}

struct PaymentService: Sendable {
    func charge(_ order: Order, idempotencyKey: String) async throws -> Receipt { Receipt(id: idempotencyKey) }
}

let psp = PaymentService()
let order = Order(number: 42)
