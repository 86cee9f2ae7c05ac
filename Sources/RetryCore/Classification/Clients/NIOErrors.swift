extension KnownClient {
    /// SwiftNIO: its sockets, channels and HTTP decoders, under any client built upon them.
    ///
    /// | error | class |
    /// |---|---|
    /// | `IOError` | by its error number, see ``POSIXErrnoTable``; a missing socket file is transient |
    /// | `NIOConnectionError`, `SocketAddressError.UnknownHost` | transient |
    /// | `ChannelError`: closed, end of file, a timeout while connecting | transient |
    /// | `ChannelError`: an operation that a channel does not support | permanent |
    /// | `HTTPParserError`: cut off | transient |
    /// | `HTTPParserError`: not HTTP | server error |
    /// | `NIOHTTP2Errors`: a closed stream or connection | transient |
    /// | `SocketAddressError`, `NIOTooManyBytesError`, a thread pool or an event loop that is shut down | permanent |
    ///
    /// Not executed, unless redirected: a refused connection, a system call `connect` that failed, a host that is not
    /// found, a timeout while connecting.
    public static let nio = KnownClient("SwiftNIO", place: 1)
}

extension ClientTable {
    static let nio = ClientTable(
        .nio,
        [
            "NIOCore.IOError": NIOErrors.readIOError,
            "NIOPosix.NIOConnectionError": { _ in .notConnected },
            "NIOCore.SocketAddressError.UnknownHost": { _ in .notConnected },
            "NIOCore.SocketAddressError": {
                Reflection.caseName(of: $0) == "unknown" ? .notConnected : .notSent(.permanent)
            },
            "NIOCore.ChannelError": { NIOErrors.evidence(ofChannel: "\($0)") },
            "NIOCore.EventLoopError": { Reflection.caseName(of: $0) == "shutdown" ? ClientEvidence(.permanent) : nil },
            "NIOCore.NIOTooManyBytesError": { _ in ClientEvidence(.permanent) },
            "NIOPosix.NIOThreadPoolError.ThreadPoolInactive": { _ in ClientEvidence(.permanent) },
            "NIOHTTP1.HTTPParserError": { NIOErrors.evidence(ofParser: "\($0)") },
            "NIOHTTP2.NIOHTTP2Errors.StreamClosed": { _ in ClientEvidence(.transient) },
            "NIOHTTP2.NIOHTTP2Errors.IOOnClosedConnection": { _ in ClientEvidence(.transient) },
            "NIOHTTP2.NIOHTTP2Errors.CreatedStreamAfterGoaway": { _ in ClientEvidence(.transient) },
            "NIOHTTP2.NIOHTTP2Errors.StreamError": { error in
                Reflection.child("storage", of: error).map {
                    ClientEvidence(execution: nil, wrapped: Reflection.error("baseError", of: $0))
                }
            },
            "Network.NWError": NetworkFrameworkErrors.read,
        ])
}

enum NIOErrors {
    /// Reads the error number of an `IOError`, and the system call that failed.
    static func readIOError(_ error: any Error) -> ClientEvidence? {
        guard let number = errorNumber(of: error) else { return nil }
        // If the call is `connect`, there is no connection, for any number.
        guard (Reflection.child("failureDescription", of: error) as? String)?.hasPrefix("connect(") == true else {
            return .errno(number)
        }
        return .notSent(POSIXErrnoTable.isAbsence(number) ? .transient : POSIXErrnoTable.errorClass(number))
    }

    private static func errorNumber(of error: any Error) -> Int32? {
        let number = Reflection.integer(at: "error", "errno", of: error) ?? numberAtEnd(of: "\(error)")
        return number.flatMap(Int32.init(exactly:))
    }

    /// Reads the number of `Connection refused) (errno: 111)`.
    private static func numberAtEnd(of description: String) -> Int? {
        let words = description.split(separator: " ").suffix(2)
        guard words.count == 2, words.first == "(errno:", let last = words.last, last.last == ")" else { return nil }
        return Int(last.dropLast())
    }

    /// Reads a `ChannelError`: its description, or the name of its case in releases that describe it so.
    static func evidence(ofChannel description: String) -> ClientEvidence? {
        switch String(description.prefix { $0 != "(" }) {
        case "Connect timeout ", "connectTimeout":
            .notConnected
        case "I/O on closed channel", "ioOnClosedChannel", "Already closed", "alreadyClosed", "Output closed",
            "outputClosed", "Input closed", "inputClosed", "End of file", "eof", "Write host unreachable",
            "writeHostUnreachable":
            ClientEvidence(.transient)
        case "Connect pending", "connectPending", "Operation unsupported", "operationUnsupported",
            "Write message too large", "writeMessageTooLarge", "Unknown local address", "unknownLocalAddress",
            "Inappropriate operation for state", "inappropriateOperationForState", "Unremovable handler",
            "unremovableHandler":
            ClientEvidence(.permanent)
        default:
            nil
        }
    }

    /// Reads an `HTTPParserError`: its description, or the name of its case.
    static func evidence(ofParser description: String) -> ClientEvidence? {
        switch description {
        case "stream ended at an unexpected time", "invalidEOFState": ClientEvidence(.transient)
        case "paused (swift-http-parser error)", "paused", "unknown (http_parser error)", "unknown": nil
        default: ClientEvidence(.serverError)
        }
    }
}
