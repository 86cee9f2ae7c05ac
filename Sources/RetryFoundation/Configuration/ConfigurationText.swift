import RetryCore

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// The text of a configuration, and its origin.
package struct ConfigurationText {
    let data: Data
    let file: String?

    /// A mebibyte: a policy with every setting takes about two kilobytes.
    static let maximumSize = 1 << 20

    /// Creates a text, with the path of the file that it came from.
    package init(data: Data, file: String? = nil) {
        self.data = data
        self.file = file
    }

    /// Reads a value that decodes itself.
    package func decode<Value: Decodable>(_ type: Value.Type) throws(RetryConfigurationError) -> Value {
        guard data.count <= Self.maximumSize else { throw .tooLarge(file: file) }
        let tree: JSONValue
        do {
            tree = try JSONParser.parse([UInt8](data))
        } catch {
            throw RetryConfigurationError(error, file: file)
        }
        do {
            return try Value(from: JSONValueDecoder(tree))
        } catch let error as DecodingError {
            throw RetryConfigurationError(error, file: file)
        } catch {
            throw RetryConfigurationError(
                .invalidSetting, file: file, problem: "is not right: \(error)", advice: "Correct it.")
        }
    }
}

extension RetryConfigurationError {
    static func tooLarge(file: String?) -> RetryConfigurationError {
        RetryConfigurationError(
            .tooLarge, file: file, problem: "is larger than 1 MiB, which no configuration needs",
            advice: "Make sure that it is the right file.")
    }
}
