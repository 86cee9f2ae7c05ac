#if PostgreSQL
import CRetryPostgreSQL
import RetryCore

/// The answer of a server to one statement.
struct ServerReply {
    let rows: [[[UInt8]?]]
    /// The server's name of the statement, such as `COMMIT`.
    let command: String

    /// The rows of an answer that is text.
    var text: [[String?]] { rows.map { row in row.map { $0.map { String(decoding: $0, as: UTF8.self) } } } }

    /// Copies a result; throws if it is an error.
    init(_ result: OpaquePointer) throws {
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
        default: throw Self.error(result)
        }
        command = PQcmdStatus(result).map { String(cString: $0) } ?? ""
        rows = (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in
                if PQgetisnull(result, row, column) == 1 { return nil }
                let count = Int(PQgetlength(result, row, column))
                guard let start = PQgetvalue(result, row, column) else { return nil }
                return Array(UnsafeRawBufferPointer(start: start, count: count))
            }
        }
    }

    private static func error(_ result: OpaquePointer) -> any Error {
        // The field's name in the protocol is a letter.
        func field(_ letter: Unicode.Scalar) -> String? {
            PQresultErrorField(result, Int32(letter.value)).map { String(cString: $0) }
        }
        let message = field("M") ?? oneLine(PQresultErrorMessage(result))
        guard let state = field("C") else { return ConnectionLost(reason: message) }
        switch state {
        case "57P01", "57P02", "57P03", "57P05", "25P03": return ConnectionLost(reason: message)
        case "42501", "28000", "28P01", "3D000":
            return PostgresEffectStoreError.accessDenied(sqlState: state, message: message)
        default:
            return state.hasPrefix("08")
                ? ConnectionLost(reason: message) : PostgresEffectStoreError.refused(sqlState: state, message: message)
        }
    }
}

/// The one row with which each function of the schema answers.
struct SchemaReply {
    let answer: Int64
    private let columns: [[UInt8]?]

    init(_ reply: ServerReply) throws {
        guard let row = reply.rows.first, row.count == 13 else {
            throw EffectStoreError.unreadableRecord(field: "reply", value: "\(reply.rows.first?.count ?? 0) columns")
        }
        columns = row
        answer = Self.number(row[0]) ?? 0
        if answer == 99 { throw unreadable("phase", phase.map { "\($0)" }) }
    }

    var phase: Int64? { Self.number(columns[1]) }
    var token: FencingToken? { Self.number(columns[2]).map { FencingToken($0) } }
    var isTakeover: Bool { columns[3] == [1] }
    var age: Duration { .nanoseconds(Self.number(columns[4]) ?? 0) }
    var timeLeft: Duration { .nanoseconds(Self.number(columns[5]) ?? 0) }
    /// The result of a success; `nil` if it is not kept.
    var result: [UInt8]? { columns[7] }
    var used: Int { Int(Self.number(columns[11]) ?? 0) }
    var most: Int { Int(Self.number(columns[12]) ?? 0) }

    var failure: EffectFailure? {
        guard let type = Self.text(columns[8]) else { return nil }
        return EffectFailure(type: type, code: Self.text(columns[9]), message: Self.text(columns[10]))
    }

    func fingerprint() throws -> EffectFingerprint {
        guard let digest = EffectDigest(bytes: columns[6] ?? []) else {
            throw unreadable("fingerprint", "\(columns[6]?.count ?? 0) bytes")
        }
        return EffectFingerprint(digest: digest)
    }

    func needToken() throws -> FencingToken {
        guard let token else { throw unreadable("token", nil) }
        return token
    }

    func unreadable(_ field: String, _ value: String?) -> EffectStoreError {
        .unreadableRecord(field: field, value: value ?? "none")
    }

    private static func text(_ bytes: [UInt8]?) -> String? {
        bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    private static func number(_ bytes: [UInt8]?) -> Int64? {
        guard let bytes else { return nil }
        let start: Int64 = bytes.first.map { $0 >= 128 ? -1 : 0 } ?? 0
        return bytes.reduce(start) { $0 << 8 | Int64($1) }
    }
}
#endif
