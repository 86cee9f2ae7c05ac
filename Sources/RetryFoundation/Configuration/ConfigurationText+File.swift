import Foundation
import RetryCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension ConfigurationText {
    /// Reads a file, up to the maximum size of a configuration.
    ///
    /// Only a regular file is accepted: not a folder, a device, a socket, or a pipe, whose other end may never be
    /// opened.
    init(contentsOf url: URL) throws(ConfigurationError) {
        guard url.isFileURL else {
            throw ConfigurationError(
                .unreadable, file: url.absoluteString, problem: "is not a file",
                advice: "Load it first, and pass its data.")
        }
        self.init(data: Data(try Self.beginning(ofFileAt: url.path)), file: url.path)
    }

    /// Returns at most one byte more than the maximum size: some files grow while they are read.
    private static func beginning(ofFileAt path: String) throws(ConfigurationError) -> [UInt8] {
        // The system would read such a path up to its first zero byte.
        if path.utf8.contains(0) { throw ConfigurationError(ENOENT, readingFileAt: path) }
        // Without waiting: opening a pipe would take until it is opened for writing.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw ConfigurationError(errno, readingFileAt: path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ConfigurationError(errno, readingFileAt: path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .noFile(at: path, mode: status.st_mode) }
        if status.st_size > maximumSize { throw ConfigurationError.tooLarge(file: path) }
        return try bytes(of: descriptor, path)
    }

    private static func bytes(of descriptor: CInt, _ path: String) throws(ConfigurationError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= maximumSize {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ConfigurationError(errno, readingFileAt: path) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}

extension ConfigurationError {
    /// Creates the error of a file that cannot be read, from the number of the system's error.
    package init(_ number: CInt, readingFileAt path: String) {
        switch number {
        case ENOENT, ENOTDIR:
            self.init(
                .fileNotFound, file: path, problem: "does not exist", advice: "Check the path, or create the file.")
        case EACCES, EPERM:
            self.init(
                .unreadable, file: path, problem: "must not be read by this user", advice: "Change its permissions.")
        default:
            self.init(
                .unreadable, file: path, problem: "cannot be read: \(String(cString: strerror(number)))",
                advice: "Make sure that it is a file, and that its disk works.")
        }
    }

    /// Returns the error of a path that is not a file.
    fileprivate static func noFile(at path: String, mode: mode_t) -> ConfigurationError {
        let kind =
            switch mode & S_IFMT {
            case S_IFDIR: "a folder"
            case S_IFIFO: "a pipe"
            case S_IFSOCK: "a socket"
            default: "a device"
            }
        return ConfigurationError(
            .unreadable, file: path, problem: "cannot be read: it is \(kind)",
            advice: "Give the path of a file, or load the text first, and pass its data.")
    }
}
