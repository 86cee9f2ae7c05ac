import Dispatch
import RetryAsync

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
#error("QuickStart needs the sockets of POSIX: run it on Linux or macOS.")
#endif

/// Calls a server that misbehaves, and prints the code of each call beside the timeline of its attempts.
///
/// ```sh
/// swift run --package-path Examples/QuickStart
/// ```
///
/// - `Tour+Retries.swift`, `Tour+Guards.swift`, `Tour+Effects.swift`: the calls; the page shows their code.
/// - `Shop.swift`: the server's behaviour. `ShopClient.swift`: a client with errors that need no classifier.
/// - `Timeline.swift`: an observer, whose events become the timelines.
/// - `HTTPServer.swift`, `Socket.swift`: just enough of HTTP/1.1, on sockets of this machine.
///
/// The tour checks its results, and exits with an error if one is wrong.
@main
enum QuickStart {
    static func main() async throws {
        // A peer that has closed its socket is an error, and not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        DispatchQueue.global().asyncAfter(deadline: .now() + 30) {
            print("error: the tour took longer than 30 s")
            exit(EXIT_FAILURE)
        }
        let shop = Shop()
        let server = try HTTPServer { shop.answer($0) }
        defer { server.stop() }
        let tour = Tour(server: shop, shop: ShopClient(port: server.port))
        try await tour.run()
        if !tour.page.finish() { exit(EXIT_FAILURE) }
    }
}
