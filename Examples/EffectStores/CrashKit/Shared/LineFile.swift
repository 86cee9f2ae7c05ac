#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("This file needs POSIX.")
#endif

/// A file of lines, each of which is there as a whole or not at all, and on the disk when it has been added.
struct LineFile {
    struct Failure: Error {
        let code: Int32
    }

    private let file: Int32

    init(_ path: String) throws {
        file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        if file < 0 { throw Failure(code: errno) }
    }

    func add(_ line: String) throws {
        let bytes = Array("\(line)\n".utf8)
        if write(file, bytes, bytes.count) != bytes.count || fsync(file) != 0 { throw Failure(code: errno) }
    }

    func lines() throws -> [Substring] {
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(file, &chunk, chunk.count, off_t(text.count))
            if count < 0 { throw Failure(code: errno) }
            if count == 0 { return String(decoding: text, as: UTF8.self).split(separator: "\n") }
            text += chunk.prefix(count)
        }
    }
}
