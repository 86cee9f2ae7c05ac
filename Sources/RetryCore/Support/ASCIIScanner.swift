/// A position in bytes that are read as ASCII, front to back.
///
/// The parsers of the library are written on it because the standard library's number parsers accept too much
/// (`Int("+5")`, `Double("0x10")`). A method that finds what it looks for moves past it; otherwise it stays where it is.
struct ASCIIScanner {
    private var rest: Slice<UnsafeBufferPointer<UInt8>>

    /// Runs `body` with a scanner at the start of `bytes`, which are copied only if they don't lie in one piece.
    static func scan<Result>(_ bytes: some Collection<UInt8>, _ body: (inout ASCIIScanner) -> Result) -> Result {
        let inPlace = bytes.withContiguousStorageIfAvailable { start(at: $0, body) }
        return inPlace ?? Array(bytes).withUnsafeBufferPointer { start(at: $0, body) }
    }

    private static func start<Result>(
        at bytes: UnsafeBufferPointer<UInt8>, _ body: (inout ASCIIScanner) -> Result
    ) -> Result {
        var scanner = ASCIIScanner(rest: bytes[...])
        return body(&scanner)
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Drops the spaces and tabs at both ends, which are no part of a header's value.
    mutating func trim() {
        skipBlanks()
        while let last = rest.last, Self.isBlank(last) { rest.removeLast() }
    }

    /// Moves past the spaces and tabs that come next.
    mutating func skipBlanks() {
        while let first = rest.first, Self.isBlank(first) { rest.removeFirst() }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// Moves past the next byte, and returns it; `nil` at the end.
    mutating func next() -> UInt8? { rest.popFirst() }

    /// Moves past the bytes for which `isPart` holds, and returns them as text; `nil` if there is none.
    mutating func prefix(while isPart: (UInt8) -> Bool) -> String? {
        let bytes = rest.prefix(while: isPart)
        if bytes.isEmpty { return nil }
        rest.removeFirst(bytes.count)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Moves past `text` if it comes next, byte for byte.
    mutating func skip(_ text: StaticString) -> Bool {
        skip(text) { $0 }
    }

    /// Moves past `text`, which is in lower case, if it comes next in any mixture of cases.
    mutating func skip(ignoringCase text: StaticString) -> Bool {
        skip(text) { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            default: byte
            }
        }
    }

    /// Returns whether a header's value is `word`, which is in lower case, in any mixture of cases.
    ///
    /// A header that was sent more than once has its values in a list: then each of them has to be the word.
    static func isWord(_ value: String, _ word: StaticString) -> Bool {
        scan(value.utf8) { scanner in
            repeat {
                scanner.trim()
                guard scanner.skip(ignoringCase: word) else { return false }
                scanner.trim()
            } while scanner.skip(",")
            return scanner.isAtEnd
        }
    }

    private mutating func skip(_ text: StaticString, folding fold: (UInt8) -> UInt8) -> Bool {
        text.withUTF8Buffer { expected in
            guard rest.prefix(expected.count).elementsEqual(expected, by: { fold($0) == $1 }) else { return false }
            rest.removeFirst(expected.count)
            return true
        }
    }

    /// Moves past the next byte if it is a digit from 0 to 9, and returns its value.
    mutating func digit() -> Int64? {
        guard let byte = rest.first, case UInt8(ascii: "0")...UInt8(ascii: "9") = byte else { return nil }
        rest.removeFirst()
        return Int64(byte - UInt8(ascii: "0"))
    }

    /// Moves past as many digits as come next, at least one, and returns their number, at most `Int64.max`.
    mutating func saturatingInteger() -> Int64? {
        guard var value = digit() else { return nil }
        while let next = digit() { value = value.saturatingMultiply(10).saturatingAdd(next) }
        return value
    }

    /// Moves past exactly `count` digits, at most nine, and returns their number.
    mutating func number(ofDigits count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let next = digit() else { return nil }
            value = value * 10 + Int(next)
        }
        return value
    }
}
