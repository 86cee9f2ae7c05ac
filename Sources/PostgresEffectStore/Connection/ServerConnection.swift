#if PostgreSQL
import CRetryPostgreSQL
import RetryCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("PostgresEffectStore needs POSIX, which Windows and WASI lack: leave out the trait PostgreSQL.")
#endif

/// An error for a connection that is gone, or is not to be used any more; the outcome of the statement is unknown.
struct ConnectionLost: Error {
    let reason: String

    var asStoreError: EffectStoreError { .unavailable(reason: reason) }
}

/// One connection to a server, used by one thread.
///
/// Every statement is sent at once and answered at once: one round trip. Waiting has an end, after which the connection
/// is given up. Nothing depends on the server process that answers: statements have names only if it is known to stay
/// the same. to stay the same.
final class ServerConnection {
    private let handle: OpaquePointer
    private let timeout: Duration
    private var prepared: Set<String> = []
    /// A Boolean value that indicates whether statements are prepared under names: each is parsed once.
    var usesNames = false
    /// A Boolean value that indicates whether a request needs a transaction of its own, because the session has other
    /// defaults.
    var asksForTransactions = false
    /// The number of round trips to the server.
    private(set) var roundTrips = 0

    /// Connects.
    init(to database: String, connectTimeout: Duration, timeout: Duration) throws {
        let seconds = max(2, min(3_600, connectTimeout.components.seconds))
        let parameters = [
            ("dbname", database), ("connect_timeout", "\(seconds)"), ("fallback_application_name", "RetryKit"),
            ("client_encoding", "UTF8"),
        ]
        let keys = parameters.map { strdup($0.0) } + [nil]
        let values = parameters.map { strdup($0.1) } + [nil]
        defer { for text in keys + values { free(text) } }
        let connection = PQconnectdbParams(
            keys.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 1)
        guard let connection else { throw EffectStoreError.unavailable(reason: "no memory for a connection") }
        handle = connection
        self.timeout = timeout
        guard PQstatus(connection) == CONNECTION_OK else { throw Self.refusal(connection, ConnectionString(database)) }
        PQsetnonblocking(connection, 1)
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
    }

    deinit {
        PQfinish(handle)
    }

    /// Returns the error of a failed connection: a temporary one, or one to be fixed.
    private static func refusal(_ connection: OpaquePointer, _ database: ConnectionString) -> any Error {
        let raw = oneLine(PQerrorMessage(connection))
        let message = database.withoutSecrets(raw)
        let toPutRight = [
            "password", "authentication", "no pg_hba.conf entry", "role \"", "database \"", "invalid connection option",
            "invalid URI", "missing \"=\"", "invalid port", "certificate", "does not support SSL",
        ]
        // Also if the message names a role or a database.
        let temporary = [
            "starting up", "shutting down", "too many", "connection slots", "not accepting connections",
            "not currently accepting", "recovery",
        ]
        let isTemporary = temporary.contains { raw.contains($0) }
        if !isTemporary, toPutRight.contains(where: { raw.contains($0) }) || !database.canBeRead {
            return PostgresEffectStoreError.accessDenied(sqlState: nil, message: message)
        }
        return EffectStoreError.unavailable(
            reason: "the server cannot be reached: \(message). Check that it runs, and its address.")
    }

    /// A Boolean value that indicates whether the server has kept the unused connection open.
    var isAlive: Bool {
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, 0) > 0 else { return true }
        return PQconsumeInput(handle) == 1 && PQstatus(handle) == CONNECTION_OK
    }

    var isInTransaction: Bool { PQtransactionStatus(handle) == PQTRANS_INTRANS }
    var isIdle: Bool { PQtransactionStatus(handle) == PQTRANS_IDLE }

    /// The version of the server; a pooler passes it on.
    var serverVersion: ServerVersion { ServerVersion(number: PQserverVersion(handle)) }

    /// The number of the server process that answered when the connection was made, as it is known to libpq.
    var process: Int32 { PQbackendPID(handle) }

    /// Runs a request of the store, which has a name; its answer is binary.
    func run(_ name: String, _ sql: @autoclosure () -> String, _ values: [PostgresValue]) throws -> ServerReply {
        try asNeeded { try runOnce(name, sql(), values) }
    }

    /// Performs work in a transaction of its own, if the defaults of the session require it.
    func asNeeded<Result>(_ body: () throws -> Result) throws -> Result {
        guard asksForTransactions, isIdle else { return try body() }
        try command("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
        do {
            let result = try body()
            try command("COMMIT")
            return result
        } catch {
            if !isIdle { _ = try? command("ROLLBACK") }
            throw error
        }
    }

    private func runOnce(_ name: String, _ sql: @autoclosure () -> String, _ values: [PostgresValue]) throws
        -> ServerReply
    {
        if usesNames {
            do { return try runNamed(name, sql(), values) } catch PostgresEffectStoreError.refused(
                let state, _)
                where state == "26000" || state == "42P05"
            {
                // The answering server process does not know the name: there is a pooler after all.
                usesNames = false
                if !isIdle {
                    throw ConnectionLost(reason: "a pooler has handed the connection to another server process")
                }
            }
        }
        let types = values.map(\.type)
        try send(
            Self.withParameters(values) {
                PQsendQueryParams(handle, sql(), Int32(values.count), types, $0, $1, $2, 1)
            })
        return try receive()
    }

    /// Runs a statement under a name: it is parsed once for each connection.
    private func runNamed(_ name: String, _ sql: @autoclosure () -> String, _ values: [PostgresValue]) throws
        -> ServerReply
    {
        if !prepared.contains(name) {
            let types = values.map(\.type)
            try send(PQsendPrepare(handle, name, sql(), Int32(types.count), types))
            _ = try receive()
            prepared.insert(name)
        }
        try send(
            Self.withParameters(values) {
                PQsendQueryPrepared(handle, name, Int32(values.count), $0, $1, $2, 1)
            })
        return try receive()
    }

    /// Runs a statement once, with its answer as text.
    func query(_ sql: String, _ values: [PostgresValue]) throws -> [[String?]] {
        try reply(sql, values).text
    }

    /// Runs a statement once, with its answer as text.
    func reply(_ sql: String, _ values: [PostgresValue]) throws -> ServerReply {
        let types = values.map(\.type)
        try send(
            Self.withParameters(values) {
                PQsendQueryParams(handle, sql, Int32(values.count), types, $0, $1, $2, 0)
            })
        return try receive()
    }

    /// Runs statements without values; returns the server's name of the last one.
    @discardableResult
    func command(_ sql: String) throws -> String {
        try send(PQsendQuery(handle, sql))
        return try receive().command
    }

    private static func withParameters(
        _ values: [PostgresValue],
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Int32
    ) -> Int32 {
        let encoded = values.map(\.encoded)
        var bytes: [CChar] = []
        var starts: [Int?] = []
        for value in encoded {
            starts.append(value.map { _ in bytes.count })
            if let value { bytes.append(contentsOf: value.map { CChar(bitPattern: $0) }) }
        }
        // An address even without a single byte.
        bytes.append(0)
        let lengths = encoded.map { Int32($0?.count ?? 0) }
        let formats: [Int32] = values.map { $0.isBinary ? 1 : 0 }
        return bytes.withUnsafeBufferPointer { buffer in
            let pointers = starts.map { start in start.flatMap { start in buffer.baseAddress.map { $0 + start } } }
            return body(pointers, lengths, formats)
        }
    }

    private func send(_ status: Int32) throws {
        guard status == 1 else { throw lost() }
    }

    /// Sends the pending bytes, and waits for the whole answer.
    private func receive() throws -> ServerReply {
        roundTrips += 1
        let end = ContinuousClock.now + timeout
        while true {
            let flushed = PQflush(handle)
            if flushed == 0 { break }
            guard flushed == 1 else { throw lost() }
            if try wait(Int16(POLLIN | POLLOUT), until: end) & Int16(POLLIN) != 0 { try consume() }
        }
        var answer: Result<ServerReply, any Error>?
        while true {
            while PQisBusy(handle) == 1 {
                _ = try wait(Int16(POLLIN), until: end)
                try consume()
            }
            guard let result = PQgetResult(handle) else { break }
            defer { PQclear(result) }
            if case .failure = answer { continue }
            answer = Result { try ServerReply(result) }
        }
        if PQstatus(handle) != CONNECTION_OK { throw lost() }
        guard let answer else { throw lost() }
        return try answer.get()
    }

    private func consume() throws {
        guard PQconsumeInput(handle) == 1 else { throw lost() }
    }

    private func wait(_ events: Int16, until end: ContinuousClock.Instant) throws -> Int16 {
        while true {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else {
                throw ConnectionLost(reason: "the server has not answered for \(timeout)")
            }
            var descriptor = pollfd(fd: PQsocket(handle), events: events, revents: 0)
            let count = poll(&descriptor, 1, Int32(clamping: left.milliseconds + 1))
            if count > 0 { return descriptor.revents }
            if count < 0, errno != EINTR { throw lost() }
        }
    }

    private func lost() -> ConnectionLost {
        ConnectionLost(reason: "the connection to the server was lost: \(oneLine(PQerrorMessage(handle)))")
    }
}

/// A message of libpq as one line.
func oneLine(_ text: UnsafePointer<CChar>?) -> String {
    guard let text else { return "" }
    let lines = String(cString: text).split(whereSeparator: \.isNewline)
    return lines.map { $0.drop { $0 == " " || $0 == "\t" } }.joined(separator: "; ")
}
#endif
