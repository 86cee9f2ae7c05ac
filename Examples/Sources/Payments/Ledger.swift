/// The receiver of the payments: it writes an entry for every payment that it executes.
///
/// It does not deduplicate. It has the inquiry that each receiver of effects should have: its answer about a request
/// stays true.
actor Ledger {
    /// A payment request: the order, and the token of the claim under which it was sent.
    struct Request: Hashable, Sendable {
        let order: Int
        let token: String
    }

    /// The result of a request.
    enum Reply: Sendable {
        case receipt(String)
        /// Not executed, and the caller gets an error.
        case busy
        /// Not executed: an inquiry about this request came first, and was answered with "not happened".
        case tooLate
        /// Executed or not: the caller gets no answer, because the connection breaks.
        case dropped
    }

    /// The receipts of each order; one that was paid twice has two.
    private(set) var receipts: [Int: [String]] = [:]
    private(set) var requestCount = 0
    private(set) var inquiryCount = 0
    private var executed: [Request: String] = [:]
    private var closed: Set<Request> = []

    /// Executes a payment, unless a random failure prevents it.
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

    /// Returns the receipt of a request; a request that has not happened by now never will.
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
