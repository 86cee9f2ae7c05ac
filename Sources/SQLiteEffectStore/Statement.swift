#if SQLite
import CRetrySQLite

/// A prepared statement, kept for as long as its connection is.
final class Statement {
    /// A value to bind.
    enum Value {
        case integer(Int64)
        case bytes([UInt8])
        case text(String)
        case null
    }

    private let handle: OpaquePointer
    private let connection: Connection

    init(_ handle: OpaquePointer, of connection: Connection) {
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    /// Runs a statement to its end.
    func run(_ values: Value...) throws {
        try bind(values)
        defer { sqlite3_reset(handle) }
        while try step() {}
    }

    /// Reads the first row.
    func first<Row>(_ values: Value..., read: (Statement) throws -> Row) throws -> Row? {
        try bind(values)
        defer { sqlite3_reset(handle) }
        return try step() ? read(self) : nil
    }

    /// Reads all rows.
    func all<Row>(_ values: Value..., read: (Statement) throws -> Row) throws -> [Row] {
        try bind(values)
        defer { sqlite3_reset(handle) }
        var rows: [Row] = []
        while try step() { rows.append(try read(self)) }
        return rows
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func bytes(_ column: Int32) -> [UInt8] {
        // In this order, as SQLite requires: the pointer first, then the count.
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    private func bind(_ values: [Value]) throws {
        for (index, value) in values.enumerated() {
            let code = bind(value, at: Int32(index + 1))
            if code != SQLITE_OK { throw connection.failure(code) }
        }
    }

    private func bind(_ value: Value, at index: Int32) -> Int32 {
        switch value {
        case .integer(let number): return sqlite3_bind_int64(handle, index, number)
        case .bytes(let bytes):
            return bytes.withUnsafeBytes { effect_bind_blob(handle, index, $0.baseAddress, UInt64($0.count)) }
        case .text(var text):
            return text.withUTF8 { text in
                text.withMemoryRebound(to: CChar.self) {
                    effect_bind_text(handle, index, $0.baseAddress, UInt64($0.count))
                }
            }
        case .null: return sqlite3_bind_null(handle, index)
        }
    }

    /// Moves to the next row; returns whether there is one.
    private func step() throws -> Bool {
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw connection.failure(code)
        }
    }
}
#endif
