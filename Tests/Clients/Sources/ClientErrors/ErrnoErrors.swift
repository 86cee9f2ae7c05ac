import SystemPackage

extension Provocation {
    static var errno: [Provocation] { calls + numbers }

    private static func errno(_ name: String, _ run: @escaping @Sendable () throws -> Void) -> Provocation {
        Provocation("System", name) { try run() }
    }

    private static var calls: [Provocation] {
        [
            errno("file to open is missing") { _ = try FileDescriptor.open("/nonexistent/file", .readOnly) },
            errno("folder opened to write") { _ = try FileDescriptor.open("/tmp", .writeOnly) },
            errno("descriptor that is closed") {
                let file = try FileDescriptor.open("/dev/null", .readOnly)
                try file.close()
                _ = try file.seek(offset: 0, from: .start)
            },
            errno("pipe without a reader") {
                let pipe = try FileDescriptor.pipe()
                defer { try? pipe.writeEnd.close() }
                try pipe.readEnd.close()
                try ignoringBrokenPipe { _ = try pipe.writeEnd.writeAll([1]) }
            },
            errno("device is full") {
                let file = try FileDescriptor.open("/dev/full", .writeOnly)
                defer { try? file.close() }
                _ = try file.writeAll([1])
            },
        ]
    }

    private static var numbers: [Provocation] {
        let numbers: [(String, Errno)] = [
            ("ECONNREFUSED", .connectionRefused), ("ECONNRESET", .connectionReset), ("ETIMEDOUT", .timedOut),
            ("EAGAIN", .resourceTemporarilyUnavailable), ("EINTR", .interrupted), ("EACCES", .permissionDenied),
            ("EMFILE", .tooManyOpenFiles), ("EDEADLK", .deadlock), ("ECANCELED", .canceled),
            ("EINVAL", .invalidArgument),
        ]
        return numbers.map { name, number in errno("Errno \(name)") { throw number } }
    }
}
