import Foundation
import RetryCore

/// What Foundation's own codes stand for; the table is documented at `CocoaError.classification`.
enum CocoaErrorTable {
    static func meaning(of code: Int) -> ErrorMeaning? {
        meaning(of: CocoaError.Code(rawValue: code)) ?? meaningOfRange(code)
    }

    private static func meaning(of code: CocoaError.Code) -> ErrorMeaning? {
        switch code {
        case .userCancelled:
            .cancellation
        case .fileReadNoPermission, .fileWriteNoPermission:
            .failure(.permission)
        case .fileNoSuchFile, .fileReadNoSuchFile, .fileReadInvalidFileName, .fileReadCorruptFile,
            .fileReadInapplicableStringEncoding, .fileReadUnsupportedScheme, .fileReadTooLarge,
            .fileReadUnknownStringEncoding, .fileWriteInvalidFileName, .fileWriteFileExists,
            .fileWriteInapplicableStringEncoding, .fileWriteUnsupportedScheme, .fileWriteVolumeReadOnly,
            .featureUnsupported:
            .failure(.permanent)
        case .fileLocking:
            .failure(.concurrency)
        default:
            nil
        }
    }

    /// The ranges that Foundation sets aside for one kind of error each, and the few codes that it names on Darwin only.
    private static func meaningOfRange(_ code: Int) -> ErrorMeaning? {
        switch code {
        case 1_024...2_047: .failure(.permanent)  // a value that its own rules refuse
        case 2_048...2_559: .failure(.permanent)  // a text that cannot be formatted or read
        case 3_584...3_839: .failure(.permanent)  // code that cannot be loaded
        case 3_840...4_095: .failure(.permanent)  // a property list or a JSON text that cannot be read
        case 4_097: .failure(.transient)  // a connection to another process was interrupted
        case 4_864...4_991: .failure(.permanent)  // a coder that found another thing than it looked for
        default: nil
        }
    }
}
