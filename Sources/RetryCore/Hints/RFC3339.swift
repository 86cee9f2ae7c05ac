extension ASCIIScanner {
    /// Reads an instant of RFC 3339 that takes up the whole rest, such as `2026-01-31T09:30:00.5+01:00`.
    ///
    /// The seconds may be left out, as some services do.
    ///
    /// - Returns: The nanoseconds since 1970, negative before it, or `nil` if the rest is no instant.
    mutating func rfc3339Instant() -> Int128? {
        guard let year = number(ofDigits: 4), skip("-"), let month = number(ofDigits: 2), skip("-"),
            let day = number(ofDigits: 2), skip(ignoringCase: "t") || skip(" "),
            let date = CivilDate(year: year, month: month, day: day),
            let hour = number(ofDigits: 2), hour < 24, skip(":"),
            let minute = number(ofDigits: 2), minute < 60,
            let second = skip(":") ? number(ofDigits: 2) : 0, second <= 60,
            let nanoseconds = skip(".") ? billionths() : 0,
            let offset = offset(), isAtEnd
        else { return nil }
        let time = (hour * 60 + minute - offset) * 60 + second
        return Int128(date.daysSince1970 * 86_400 + time) * 1_000_000_000 + Int128(nanoseconds)
    }

    /// Moves past a `Z` or an offset such as `+01:00`, and returns its minutes.
    private mutating func offset() -> Int? {
        if skip(ignoringCase: "z") { return 0 }
        let sign = skip("+") ? 1 : -1
        guard sign == 1 || skip("-"), let hours = number(ofDigits: 2), hours < 24, skip(":"),
            let minutes = number(ofDigits: 2), minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
