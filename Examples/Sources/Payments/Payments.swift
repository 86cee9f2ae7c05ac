import ArgumentParser

/// Pays a thousand orders with a client that is killed again and again, and counts the results.
///
/// ```sh
/// swift run --package-path Examples Payments                  # in memory, and on SQLite
/// .ci/postgres swift run --package-path Examples Payments     # and on a PostgreSQL server of its own
/// ```
///
/// PostgreSQL takes part if one of libpq's variables, such as `PGHOST`, names a server.
///
/// - `Site.swift`: the other side, over HTTP: a queue of orders, and a ledger that drops replies.
/// - `Ledger.swift`: the ledger. It does not deduplicate: a double payment stays a double payment.
/// - `Client.swift`: pays the orders, each of them `once`, and reconciles those with an unknown outcome.
/// - `Drill.swift`: starts the client, kills it during its work, and starts it again.
@main
struct Payments: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Payments",
        abstract: "Pays orders once each, however often the client is killed.",
        discussion: """
            Exits with an error unless every store that outlives its process has paid every order, and none twice. The \
            store in memory does not outlive its process: what it pays twice is shown for what it is.
            """,
        subcommands: [DrillCommand.self, ClientCommand.self],
        defaultSubcommand: DrillCommand.self
    )
}
