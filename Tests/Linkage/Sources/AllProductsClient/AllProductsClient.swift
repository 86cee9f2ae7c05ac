import Foundation
import RetryAsync
import RetryCore
import RetryFoundation
import RetryTesting

@main
struct AllProductsClient {
    static func main() async throws {
        let text = try await retry(policy: .api) { String(decoding: Data("ok".utf8), as: UTF8.self) }
        print("AllProductsClient: \(text)")
    }
}
