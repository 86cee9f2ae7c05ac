/// Whom the orders are paid to: it writes an entry for every payment that it executes.
///
/// It does not deduplicate. It does keep a door that each receiver of effects should have: whoever asks what became of
/// a request can be sure that the answer stays true.
actor Ledger {
    /// A payment as somebody asks for it: the order, and the token of the claim under which it was sent.
    struct Request: Hashable, Sendable {
        let order: Int
        let token: String
    }

    /// What becomes of a request.
    enum Reply: Sendable {
        case receipt(String)
        /// Not executed, and the caller is told so.
        case busy
        /// Not executed: somebody has asked about this request before it came, and was told that it has not happened.
        case tooLate
        /// Executed or not: the caller is told nothing, because the connection breaks.
        case dropped
    }

    /// The receipts of each order; one that was paid twice has two.
    private(set) var receipts: [Int: [String]] = [:]
    private(set) var requestCount = 0
    private(set) var inquiryCount = 0
    private var executed: [Request: String] = [:]
    private var closed: Set<Request> = []

    /// Executes a payment, unless chance has it otherwise.
    func pay(_ request: Request) -> Reply {
        requestCount += 1
        if closed.contains(request) { return .tooLate }
        switch Int.random(in: 0..<100) {
        case 0..<2: return .dropped
        case 2..<6: return .busy
        case 6..<10:
            _ = enter(request)
            return .dropped
        default: return .receipt(enter(request))
        }
    }

    /// Tells what became of a request; one that has not happened by now never will.
    func inquire(_ request: Request) -> String? {
        inquiryCount += 1
        if let receipt = executed[request] { return receipt }
        closed.insert(request)
        return nil
    }

    private func enter(_ request: Request) -> String {
        let receipt = "receipt \(requestCount) for order \(request.order)"
        receipts[request.order, default: []].append(receipt)
        executed[request] = receipt
        return receipt
    }
}
