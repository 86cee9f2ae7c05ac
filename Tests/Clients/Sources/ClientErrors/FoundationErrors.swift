import Foundation

extension Provocation {
    static var foundation: [Provocation] { files + texts + system }

    private static func foundation(
        _ name: String, _ run: @escaping @Sendable () throws -> Void
    ) -> Provocation {
        Provocation("Foundation", name) { try run() }
    }

    private static var files: [Provocation] {
        [
            foundation("file to read is missing") {
                _ = try Data(contentsOf: URL(filePath: "/nonexistent/file"))
            },
            foundation("folder read as a file") {
                _ = try Data(contentsOf: FileManager.default.temporaryDirectory)
            },
            foundation("folder to write into is missing") {
                try Data().write(to: URL(filePath: "/nonexistent/folder/file"))
            },
            foundation("file to write exists") {
                try withTemporaryFile { try Data().write(to: $0, options: .withoutOverwriting) }
            },
            foundation("file to copy to exists") {
                try withTemporaryFile { try FileManager.default.copyItem(at: $0, to: $0) }
            },
            foundation("file to remove is missing") {
                try FileManager.default.removeItem(atPath: "/nonexistent/file")
            },
            foundation("folder to make exists") {
                try FileManager.default.createDirectory(
                    at: FileManager.default.temporaryDirectory, withIntermediateDirectories: false)
            },
            foundation("device is full") { try Data([1]).write(to: URL(filePath: "/dev/full")) },
            foundation("handle of a missing file") {
                _ = try FileHandle(forReadingFrom: URL(filePath: "/nonexistent/file"))
            },
            foundation("handle that is closed") {
                try withTemporaryFile { url in
                    let handle = try FileHandle(forReadingFrom: url)
                    try handle.close()
                    _ = try handle.readToEnd()
                }
            },
            foundation("program to run is missing") {
                let process = Process()
                process.executableURL = URL(filePath: "/nonexistent/program")
                try process.run()
            },
        ]
    }

    private static var texts: [Provocation] {
        [
            foundation("text that is not UTF-8") {
                try withTemporaryFile { url in
                    try Data([0xFF, 0xFE, 0xFD]).write(to: url)
                    _ = try String(contentsOf: url, encoding: .utf8)
                }
            },
            foundation("JSON that is cut off") {
                _ = try JSONSerialization.jsonObject(with: Data("{\"a\":".utf8))
            },
            foundation("JSON of another shape") { _ = try JSONDecoder().decode([Int].self, from: Data("{}".utf8)) },
            foundation("value that JSON does not have") { _ = try JSONEncoder().encode([Double.nan]) },
            foundation("property list that is cut off") {
                _ = try PropertyListSerialization.propertyList(from: Data("<plist>".utf8), format: nil)
            },
        ]
    }

    // Thrown by code that calls the system itself.
    private static var system: [Provocation] {
        let codes: [(String, POSIXErrorCode)] = [
            ("ECONNREFUSED", .ECONNREFUSED), ("ECONNRESET", .ECONNRESET), ("ETIMEDOUT", .ETIMEDOUT),
            ("EPIPE", .EPIPE), ("EACCES", .EACCES), ("ENOENT", .ENOENT), ("ENOSPC", .ENOSPC),
            ("ECANCELED", .ECANCELED),
        ]
        return codes.map { name, code in foundation("POSIXError \(name)") { throw POSIXError(code) } }
            + [
                foundation("NSError around ECONNREFUSED") {
                    throw NSError(
                        domain: "test", code: 1, userInfo: [NSUnderlyingErrorKey: POSIXError(.ECONNREFUSED)])
                }
            ]
    }
}

private func withTemporaryFile(_ body: (URL) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory.appending(component: UUID().uuidString)
    try Data("text".utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    try body(url)
}
