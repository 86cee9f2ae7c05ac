import Foundation
import RetryCore

extension ConfigurationText {
    /// Reads a file, but no more of it than a configuration can have.
    init(contentsOf url: URL) throws(ConfigurationError) {
        guard url.isFileURL else {
            throw ConfigurationError(
                .unreadable, file: url.absoluteString, problem: "is not a file",
                advice: "Load it first, and pass its data.")
        }
        let data: Data
        do {
            data = try Self.beginning(of: url)
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError(error, readingFileAt: url.path)
        }
        self.init(data: data, file: url.path)
    }

    /// At most one byte more than a configuration can have, of whatever kind the file is: some grow while they are read,
    /// and some never end.
    private static func beginning(of url: URL) throws -> Data {
        let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
        // A folder has a size too, which says nothing.
        if attributes[.type] as? FileAttributeType == .typeRegular, let size = attributes[.size] as? NSNumber,
            size.uint64Value > UInt64(maximumSize)
        {
            throw ConfigurationError.tooLarge(file: url.path)
        }
        let handle = try FileHandle(forReadingFrom: url)
        defer { try? handle.close() }
        return try handle.read(upToCount: maximumSize + 1) ?? Data()
    }
}

extension ConfigurationError {
    /// The error of a file that cannot be read, from what Foundation threw.
    package init(_ error: any Error, readingFileAt path: String) {
        let error = error as NSError
        switch (error.domain, CocoaError.Code(rawValue: error.code)) {
        case (NSCocoaErrorDomain, .fileNoSuchFile), (NSCocoaErrorDomain, .fileReadNoSuchFile):
            self.init(
                .fileNotFound, file: path, problem: "does not exist", advice: "Check the path, or create the file.")
        case (NSCocoaErrorDomain, .fileReadNoPermission):
            self.init(
                .unreadable, file: path, problem: "must not be read by this user", advice: "Change its permissions.")
        default:
            self.init(
                .unreadable, file: path, problem: "cannot be read: \(error.systemText)",
                advice: "Make sure that it is a file, and that its disk works.")
        }
    }
}

extension NSError {
    /// What the system says of the error at the bottom of this one.
    fileprivate var systemText: String {
        if domain == NSPOSIXErrorDomain, let code = Int32(exactly: code) { return String(cString: strerror(code)) }
        return (wrappedError as? NSError)?.systemText ?? localizedDescription
    }
}
