import Testing

@testable import RetryCore

@Suite("The errors of GRDB and MySQLNIO", .timeLimit(.minutes(20)))
struct DatabaseErrorTests {
    @Test("an error of SQLite has the class of its extended code")
    func grdb() {
        struct ResultCode { let rawValue: Int32 }
        struct DatabaseError: Error { let extendedResultCode: ResultCode }
        func read(_ code: Int32) -> ClientExpectation? {
            RetryCoreTests.read(DatabaseError(extendedResultCode: ResultCode(rawValue: code)), as: "GRDB.DatabaseError")
        }
        #expect(read(5) == ClientExpectation(.concurrency))
        #expect(read(517) == ClientExpectation(.concurrency))
        #expect(read(2_067) == ClientExpectation(.permanent))
        #expect(read(9) == ClientExpectation(nil))
        #expect(RetryCoreTests.read(Described("SQLite error 5: odd"), as: "GRDB.DatabaseError") == nil)
        #expect(RetryCoreTests.read(Described(""), as: "GRDB.RecordError") == ClientExpectation(.permanent))
    }

    @Test(
        "SQLite's codes, extended or not",
        arguments: [
            (5, .concurrency), (261, .concurrency), (517, .concurrency), (773, .concurrency), (6, .concurrency),
            (262, .concurrency), (15, .concurrency), (17, .concurrency), (513, .concurrency), (769, .concurrency),
            (7, .transient), (3, .permission), (23, .permission), (1, .permanent), (257, .permanent), (8, .permanent),
            (1_032, .permanent), (11, .permanent), (14, .permanent), (526, .permanent), (18, .permanent),
            (19, .permanent), (787, .permanent), (1_299, .permanent), (1_555, .permanent), (2_067, .permanent),
            (20, .permanent), (21, .permanent), (25, .permanent), (26, .permanent), (4, nil), (516, nil), (9, nil),
            (10, nil), (266, nil), (13, nil), (0, nil), (100, nil), (-1, nil), (.min, nil), (.max, nil),
        ] as [(Int, ErrorClass?)])
    func sqlite(code: Int, errorClass: ErrorClass?) {
        #expect(SQLiteResultTable.errorClass(code) == errorClass)
    }

    private struct ErrorCode { let rawValue: UInt16 }
    private struct Packet {
        let errorCode: ErrorCode
        let sqlState: String?
    }
    private enum MySQLError: Error, CustomStringConvertible {
        case server(Packet)
        case duplicateEntry(String)
        case unsupportedAuthPlugin(name: String)
        case closed
        case protocolError
        case secureConnectionRequired

        var description: String {
            switch self {
            case .closed: "MySQL error: Connection closed."
            case .secureConnectionRequired:
                "MySQL error: A secure connection to the server is required for authentication."
            default: "MySQL error: Unknown protocol error"
            }
        }
    }

    @Test("an error of MySQL has the class of its number, else of its SQLSTATE")
    func mysql() {
        func read(_ error: MySQLError) -> ClientExpectation? { RetryCoreTests.read(error, as: "MySQLNIO.MySQLError") }
        func server(_ number: UInt16, _ state: String?) -> ClientExpectation? {
            read(.server(Packet(errorCode: ErrorCode(rawValue: number), sqlState: state)))
        }
        #expect(server(1_213, "23000") == ClientExpectation(.concurrency))
        #expect(server(9_999, "23000") == ClientExpectation(.permanent))
        #expect(server(9_999, nil) == ClientExpectation(nil))
        #expect(read(.duplicateEntry("server")) == ClientExpectation(.permanent))
        #expect(read(.unsupportedAuthPlugin(name: "server")) == ClientExpectation(.auth))
        #expect(read(.closed) == ClientExpectation(.transient))
        #expect(read(.secureConnectionRequired) == ClientExpectation(.auth))
        #expect(read(.protocolError) == nil)
    }
}
