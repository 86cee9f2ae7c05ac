import ArgumentParser
import Foundation
import Shared

/// The command that runs the drill with each store in turn, and checks it.
struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill", abstract: "Pays the orders with each store in turn.")

    @Option(parsing: .upToNextOption, help: "The stores; PostgreSQL is one if libpq's variables name a server.")
    var stores = StoreKind.available

    @Option(help: "How many orders there are, for each store.")
    var orders = 1_000

    @Option(help: "How often the client is killed, for each store.")
    var kills = 22

    @Option(help: ArgumentHelp("How long all of it may take.", valueName: "seconds"))
    var limit = 120

    func validate() throws {
        guard kills >= 1, orders >= 20 * kills else { throw ValidationError("There must be 20 orders for each kill.") }
    }

    func run() async throws {
        Watchdog.start(.seconds(limit))
        let folder = FileManager.default.temporaryDirectory.appending(path: "payments-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }

        print(Row.head)
        let checks = Checks()
        for kind in stores {
            let drill = Drill(kind: kind, orders: orders, kills: kills, folder: folder.path)
            let result = try await drill.run()
            print(Row(result))
            checks.subject = kind.rawValue
            check(result, checks)
        }
        print("\nIndeterminate orders were looked up in the ledger, and then paid if they had not been.")
        if stores.contains(.memory) {
            print("The store in memory ends with its process: after a kill its outcomes are unknown.")
        }
        if !stores.contains(.postgres) {
            print("PostgreSQL is left out; with PGHOST and libpq's other variables it takes part.")
        }
        try checks.finish()
    }

    private func check(_ result: Drill.Result, _ checks: Checks) {
        checks.expect("kills", Double(result.kills), atLeast: Double(kills))
        checks.expect("lost", result.lost, is: 0)
        if result.kind.isDurable { checks.expect("duplicates", result.duplicates, is: 0) }
    }
}

/// A line of the table.
private struct Row: CustomStringConvertible {
    let description: String

    static let head = Row([
        "store", "orders", "kills", "effects", "duplicates", "lost", "indeterminate", "replays", "time",
    ])

    init(_ result: Drill.Result) {
        let numbers = [
            result.orders, result.kills, result.effects, result.duplicates, result.lost, result.indeterminate,
            result.replays,
        ]
        self.init([result.kind.rawValue] + numbers.map(String.init) + [result.time.short])
    }

    private init(_ cells: [String]) {
        let widths = [9, -6, -6, -8, -11, -5, -14, -8, -7]
        description = zip(cells, widths).map { $0.padded($1) }.joined(separator: " ")
    }
}
