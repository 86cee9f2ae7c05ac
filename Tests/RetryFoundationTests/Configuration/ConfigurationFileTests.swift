import Foundation
import RetryFoundation
import Testing

@Suite("Configuration files", .timeLimit(.minutes(20)))
struct ConfigurationFileTests {
    @Test func aFileIsRead() throws {
        try withFile("{\"preset\": \"api\", \"max_attempts\": 9}") { file in
            let policy = try RetryPolicy(contentsOf: file)
            #expect(policy.maxAttempts == 9)
        }
    }

    @Test func anErrorNamesFileAndSetting() throws {
        try withFile("{\"backoff\": {\"factor\": 0.5}}") { file in
            let error = try #require(failure(of: file))
            #expect(error.file == file.path)
            #expect(error.setting == "backoff.factor")
            #expect(
                error.description
                    == "\(file.path): backoff.factor is 0.5. It must be a finite number of at least 1.")
        }
        try withFile("{") { file in
            #expect(failure(of: file)?.file == file.path)
            #expect(failure(of: file)?.reason == .malformed)
        }
    }

    @Test func aMissingFileIsToldFromABrokenOne() throws {
        let missing = URL(fileURLWithPath: "/no/such/retry.json")
        let error = try #require(failure(of: missing))
        #expect(error.reason == .fileNotFound)
        #expect(error.description == "/no/such/retry.json does not exist. Check the path, or create the file.")
    }

    @Test func aFolderIsNoFile() throws {
        let error = try #require(failure(of: FileManager.default.temporaryDirectory))
        #expect(error.reason == .unreadable)
        #expect(error.problem == "cannot be read: it is a folder")
    }

    /// These pipes are never opened for writing, which a waiting reader would wait for.
    @Test(arguments: ["pipe", "link"])
    func aPipeIsNoFile(name: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("retry-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(mkfifo(folder.appendingPathComponent("pipe").path, 0o600) == 0)
        try FileManager.default.createSymbolicLink(
            atPath: folder.appendingPathComponent("link").path, withDestinationPath: "pipe")
        let file = folder.appendingPathComponent(name)
        #expect(failure(of: file)?.reason == .unreadable)
        #expect(failure(of: file)?.problem == "cannot be read: it is a pipe")
        for read: (URL) throws -> Any in [
            { try RetryConfiguration(contentsOf: $0) }, { try RetryOperations(contentsOf: $0) },
            { try ReloadingRetryOperations(contentsOf: $0) }, { try ToolRetryConfiguration(contentsOf: $0) },
        ] {
            #expect(throws: RetryConfigurationError.self) { _ = try read(file) }
        }
    }

    @Test func aDeviceIsNoFile() {
        for path in ["/dev/zero", "/dev/null"] {
            #expect(failure(of: URL(fileURLWithPath: path))?.problem == "cannot be read: it is a device")
        }
    }

    @Test func aLinkToAFileIsRead() throws {
        try withFile("\"api\"") { file in
            let link = file.appendingPathExtension("link")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
            defer { try? FileManager.default.removeItem(at: link) }
            #expect(try RetryPolicy(contentsOf: link) == .api)
        }
    }

    @Test func aPageOfTheWebIsNoFile() throws {
        let page = try #require(URL(string: "https://example.com/retry.json"))
        let error = try #require(failure(of: page))
        #expect(error.reason == .unreadable)
        #expect(error.file == "https://example.com/retry.json")
    }

    @Test func aFileWithoutPermissionIsToldFromAMissingOne() {
        let error = RetryConfigurationError(EACCES, readingFileAt: "/etc/retry.json")
        #expect(error.reason == .unreadable)
        #expect(
            error.description == "/etc/retry.json must not be read by this user. Change its permissions.")
    }

    @Test func aHugeFileIsNotRead() throws {
        try withFile("") { file in
            // 100 MB that take no place on the disk.
            let handle = try FileHandle(forWritingTo: file)
            try handle.truncate(atOffset: 100_000_000)
            try handle.close()
            #expect(failure(of: file)?.reason == .tooLarge)
        }
    }

    private func failure(of file: URL) -> RetryConfigurationError? {
        do {
            _ = try RetryPolicy(contentsOf: file)
            return nil
        } catch {
            return error as? RetryConfigurationError
        }
    }

    private func withFile(_ text: String, _ body: (URL) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("retry-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try body(file)
    }
}
