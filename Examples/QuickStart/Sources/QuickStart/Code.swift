#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
#error("QuickStart needs the sockets of POSIX: run it on Linux or macOS.")
#endif

/// The source code of the tour: the page shows the code that runs, read from its file.
enum Code {
    /// Returns the lines between the comments `// code: name` and `// end`, without their common indentation.
    static func lines(_ name: String, file: String = #filePath) -> [String] {
        guard let text = text(of: file) else { return ["(the source code is not here any more)"] }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let begin = lines.firstIndex { $0.drop { $0 == " " } == "// code: \(name)" }
        guard let begin else { preconditionFailure("\(file) has no code named \(name)") }
        let indentation = lines[begin].prefix { $0 == " " }.count
        return lines[(begin + 1)...]
            .prefix { $0.drop { $0 == " " } != "// end" }
            .map { String($0.dropFirst(indentation)) }
    }

    private static func text(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&buffer, 1, buffer.count, file)
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
