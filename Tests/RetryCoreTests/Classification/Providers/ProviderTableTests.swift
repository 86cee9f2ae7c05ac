import RetryCore
import Testing

@Suite("The tables of providers", .timeLimit(.minutes(20)))
struct ProviderTableTests {
    @Test(
        arguments: [
            (0, nil), (1, .permanent), (2, nil), (3, .permanent), (4, .transient), (5, .permanent), (6, .permanent),
            (7, .permission), (8, .rateLimit), (9, .permanent), (10, .concurrency), (11, .permanent), (12, .permanent),
            (13, .serverError), (14, .transient), (15, .permanent), (16, .auth), (17, nil), (-1, nil), (.max, nil),
        ] as [(Int, ErrorClass?)])
    func grpc(code: Int, errorClass: ErrorClass?) {
        #expect(GRPCStatusTable.errorClass(code) == errorClass)
    }

    @Test func grpcPushbackIsTheHint() {
        #expect(
            GRPCStatusTable.classification(14, pushback: "250")
                == ErrorClassification(.transient, hint: .after(.milliseconds(250))))
        #expect(GRPCStatusTable.classification(14, pushback: "-1") == ErrorClassification(.transient, hint: .never))
        #expect(GRPCStatusTable.classification(14, pushback: "soon") == ErrorClassification(.transient, hint: .never))
        #expect(
            GRPCStatusTable.classification(2, pushback: "5")
                == ErrorClassification(.unknown, hint: .after(.milliseconds(5))))
        #expect(GRPCStatusTable.classification(2) == nil)
        #expect(GRPCStatusTable.classification(0, pushback: "5") == nil)
    }

    @Test(
        arguments: [
            ("40001", .concurrency), ("40P01", .concurrency), ("40003", nil), ("40002", .permanent),
            ("HYT00", .transient),
            ("HYT01", .transient), ("28P01", .auth), ("42000", .permanent), ("42P01", .permanent),
            ("42501", .permission),
            ("23505", .permanent), ("23P01", .permanent), ("23502", .permanent), ("08007", nil), ("57014", nil),
            ("57P01", .transient),
            ("57P04", .permanent), ("08006", .transient), ("08P01", .permanent), ("53300", .transient),
            ("55P03", .concurrency), ("58030", .serverError), ("XX000", .serverError), ("XX001", .permanent),
            ("25P03", .transient), ("25006", .transient), ("0A000", .permanent), ("00000", nil), ("", nil),
            ("4000", nil), ("400011", nil), ("\u{1F600}4000", nil), ("40\0\0\0", .concurrency),
        ] as [(String, ErrorClass?)])
    func sqlState(state: String, errorClass: ErrorClass?) {
        #expect(SQLStateTable.errorClass(state) == errorClass)
    }

    @Test(
        arguments: [
            (1205, .concurrency), (1213, .concurrency), (1040, .transient), (2006, .transient), (2013, .transient),
            (1160, .transient), (1226, .rateLimit), (1045, .auth), (1142, .permission), (1064, .permanent),
            (1062, .permanent),
            (1290, .transient), (1836, .transient), (1317, .transient), (4031, .transient), (1412, .concurrency),
            (1613, .concurrency), (1614, .concurrency),
            (0, nil), (.min, nil),
        ] as [(Int, ErrorClass?)])
    func mySQL(number: Int, errorClass: ErrorClass?) {
        #expect(MySQLErrorTable.errorClass(number) == errorClass)
    }

    @Test func theNumberOfMySQLIsFinerThanItsState() {
        let classifier = ErrorClassifier.sqlState
        #expect(classifier.classification(of: DatabaseFault(sqlState: "HY000", mySQLErrorNumber: 1205)) == .concurrency)
        #expect(
            classifier.classification(of: DatabaseFault(sqlState: "40001", mySQLErrorNumber: 9_999)) == .concurrency)
        #expect(classifier.classification(of: DatabaseFault(sqlState: "HY000", mySQLErrorNumber: nil)) == nil)
        #expect(classifier.classification(of: DatabaseFault(sqlState: nil, mySQLErrorNumber: nil)) == nil)
        #expect(classifier.classification(of: TransientError()) == nil)
    }

    @Test func errorNumbersOfTheSystem() {
        let classifier = ErrorClassifier.posixErrno
        #expect(classifier.classification(of: SystemFault(number: 104)) == .transient)
        #expect(classifier.classification(of: SystemFault(number: 13)) == .permission)
        #expect(classifier.classification(of: SystemFault(number: 2)) == .permanent)
        #expect(classifier.classification(of: SystemFault(number: 5)) == nil)
        #expect(classifier.classification(of: SystemFault(number: .max)) == nil)
        #expect(classifier.classification(of: SystemFault(number: nil)) == nil)
        #expect(ErrorClassifier.everyPOSIXErrno.classification(of: SystemFault(number: 2)) == .transient)
        #expect(ErrorClassifier.everyPOSIXErrno.classification(of: SystemFault(number: nil)) == nil)
        #expect(ErrorClassifier.everyPOSIXErrno.classification(of: TransientError()) == nil)
    }

    @Test func tablesCompose() {
        let all = ErrorClassifier.first(.grpcStatus, .sqlState, .posixErrno, .awsErrorCodes, .modelProviders)
        #expect(all.classification(of: RPCFault(grpcStatusCode: 8)) == .rateLimit)
        #expect(all.classification(of: DatabaseFault(sqlState: "40P01", mySQLErrorNumber: nil)) == .concurrency)
        #expect(all.classification(of: SystemFault(number: 110)) == .transient)
        #expect(all.classification(of: ServiceFault(serviceCode: "Throttling", statusCode: 400)) == .rateLimit)
        #expect(all.classification(of: PermanentError()) == nil)
    }
}

private struct DatabaseFault: SQLStateError {
    let sqlState: String?
    let mySQLErrorNumber: Int?
}

private struct SystemFault: POSIXErrnoError {
    let number: Int32?
    var posixErrorNumber: Int32? { number }
}

private struct RPCFault: GRPCStatusError {
    let grpcStatusCode: Int?
}

struct ServiceFault: ServiceCodeError, StatusCodeError {
    let serviceCode: String?
    let statusCode: Int?
}
