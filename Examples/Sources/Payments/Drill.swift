import Shared

/// One run: all orders, with one store.
struct Drill {
    let kind: StoreKind
    let orders: Int
    let kills: Int
    let folder: String

    /// The results of the orders.
    struct Result {
        let kind: StoreKind
        let orders: Int
        var kills = 0
        var effects = 0
        var duplicates = 0
        var lost = 0
        var indeterminate = 0
        var replays = 0
        var time = Duration.zero
    }

    func run() async throws -> Result {
        // An order is handed out again after its lease, that is, when its outcome has to be found out.
        let site = Site(queue: OrderQueue(count: orders, timeout: .milliseconds(1_200)))
        let start = ContinuousClock.now
        var result = Result(kind: kind, orders: orders)
        result.kills = try await site.serve { address in try await killAgainAndAgain(site, address) }
        let receipts = await site.ledger.receipts
        result.effects = receipts.values.reduce(0) { $0 + $1.count }
        result.duplicates = result.effects - receipts.count
        result.lost = orders - receipts.count
        result.indeterminate = await site.ledger.inquiryCount
        result.replays = await site.queue.replayCount
        result.time = .now - start
        return result
    }

    /// Starts the client, and kills it during its work; then lets it finish.
    private func killAgainAndAgain(_ site: Site, _ address: String) async throws -> Int {
        let run = String(UInt64.random(in: 0 ... .max), radix: 36)
        var killed = 0
        var life = 0
        while await !site.queue.isDone {
            life += 1
            let client = try ClientProcess([
                "client", "--site", address, "--store", kind.rawValue, "--folder", folder, "--run", run,
                "--life", "\(life)",
            ])
            if killed < kills {
                let goal = await site.ledger.requestCount + .random(in: 10...orders / kills)
                while client.isRunning, await site.ledger.requestCount < goal {
                    try await Task.sleep(for: .milliseconds(1))
                }
                try await Task.sleep(for: .microseconds(.random(in: 0...5_000)))
                client.kill()
            }
            if try await client.wasKilled() { killed += 1 }
        }
        return killed
    }
}
