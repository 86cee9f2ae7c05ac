import Foundation
import RetryCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#elseif os(Windows) || os(WASI)
// Foundation reads the file.
#else
#error("This system's files are unknown: add them here.")
#endif

extension ConfigurationText {
    /// Reads a file, up to the maximum size of a configuration.
    ///
    /// Only a regular file is accepted: not a folder, a device, a socket, or a pipe, whose other end may never be
    /// opened.
    init(contentsOf url: URL) throws(RetryConfigurationError) {
        guard url.isFileURL else {
            throw RetryConfigurationError(
                .unreadable, file: url.absoluteString, problem: "is not a file",
                advice: "Load it first, and pass its data.")
        }
        self.init(data: Data(try Self.beginning(ofFileAt: url.path)), file: url.path)
    }

    /// Returns at most one byte more than the maximum size: some files grow while they are read.
    private static func beginning(ofFileAt path: String) throws(RetryConfigurationError) -> [UInt8] {
        // The system would read such a path up to its first zero byte.
        if path.utf8.contains(0) { throw RetryConfigurationError.missing(path) }
        return try beginning(path)
    }
}

#if canImport(Darwin) || canImport(Glibc) || canImport(Musl) || canImport(Android)
extension ConfigurationText {
    private static func beginning(_ path: String) throws(RetryConfigurationError) -> [UInt8] {
        // Without waiting: opening a pipe would take until it is opened for writing.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw RetryConfigurationError(errno, readingFileAt: path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw RetryConfigurationError(errno, readingFileAt: path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .noFile(at: path, kind: kind(status.st_mode)) }
        if status.st_size > maximumSize { throw RetryConfigurationError.tooLarge(file: path) }
        return try bytes(of: descriptor, path)
    }

    private static func kind(_ mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFDIR: "a folder"
        case S_IFIFO: "a pipe"
        case S_IFSOCK: "a socket"
        default: "a device"
        }
    }

    private static func bytes(of descriptor: CInt, _ path: String) throws(RetryConfigurationError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= maximumSize {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw RetryConfigurationError(errno, readingFileAt: path) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}

extension RetryConfigurationError {
    /// Creates the error of a file that cannot be read, from the number of the system's error.
    package init(_ number: CInt, readingFileAt path: String) {
        switch number {
        case ENOENT, ENOTDIR: self = .missing(path)
        case EACCES, EPERM: self = .forbidden(path)
        default: self = .unreadable(path, String(cString: strerror(number)))
        }
    }
}
#elseif os(Windows) || os(WASI)
// Without pipes that wait to be opened, and without a descriptor to ask: what the path leads to is checked first.
extension ConfigurationText {
    private static func beginning(_ path: String) throws(RetryConfigurationError) -> [UInt8] {
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        do {
            let type = try FileManager.default.attributesOfItem(atPath: url.path)[.type] as? FileAttributeType
            guard type == .typeRegular else {
                throw RetryConfigurationError.noFile(at: path, kind: type == .typeDirectory ? "a folder" : "a device")
            }
            let file = try FileHandle(forReadingFrom: url)
            defer { try? file.close() }
            let bytes = [UInt8](try file.read(upToCount: maximumSize + 1) ?? Data())
            if bytes.count > maximumSize { throw RetryConfigurationError.tooLarge(file: path) }
            return bytes
        } catch let error as RetryConfigurationError {
            throw error
        } catch CocoaError.fileReadNoSuchFile, CocoaError.fileNoSuchFile {
            throw RetryConfigurationError.missing(path)
        } catch CocoaError.fileReadNoPermission {
            throw RetryConfigurationError.forbidden(path)
        } catch {
            throw RetryConfigurationError.unreadable(path, "\(error)")
        }
    }
}
#endif

extension RetryConfigurationError {
    fileprivate static func missing(_ path: String) -> RetryConfigurationError {
        RetryConfigurationError(
            .fileNotFound, file: path, problem: "does not exist", advice: "Check the path, or create the file.")
    }

    fileprivate static func forbidden(_ path: String) -> RetryConfigurationError {
        RetryConfigurationError(
            .unreadable, file: path, problem: "must not be read by this user", advice: "Change its permissions.")
    }

    fileprivate static func unreadable(_ path: String, _ reason: String) -> RetryConfigurationError {
        RetryConfigurationError(
            .unreadable, file: path, problem: "cannot be read: \(reason)",
            advice: "Make sure that it is a file, and that its disk works.")
    }

    /// Returns the error of a path that is not a file.
    fileprivate static func noFile(at path: String, kind: String) -> RetryConfigurationError {
        RetryConfigurationError(
            .unreadable, file: path, problem: "cannot be read: it is \(kind)",
            advice: "Give the path of a file, or load the text first, and pass its data.")
    }
}
