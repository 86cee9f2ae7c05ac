public import RetryCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension RetryTracker.ToolResult {
    /// Reads a tool result from JSON; returns for any bytes.
    ///
    /// ```json
    /// {"isError": true, "structuredContent": {"status_code": 503}, "content": [{"type": "text", "text": "…"}]}
    /// ```
    ///
    /// A part that is not of that shape is not guessed at, and is noted in
    /// ``/RetryCore/RetryTracker/ToolResult/malformedParts``: bytes that are no JSON object, an object with a key that
    /// is given twice, with half of a character or nested deeper than 64 levels, a status that is a text or a fraction,
    /// an `isError` that is a number. A tracker takes such a result for a failure if the rest of it says so, and for
    /// neither a success nor a failure otherwise.
    ///
    /// - Parameters:
    ///   - json: The result, without the envelope of the protocol.
    ///   - maximumSize: The maximum size that is read, in bytes.
    public init(json: Data, atMost maximumSize: Int = 1 << 20) {
        guard json.count <= maximumSize else {
            self.init(malformedParts: .tooLarge)
            return
        }
        guard case .object(let members)? = try? JSONParser.parse([UInt8](json)) else {
            self.init(malformedParts: .notAnObject)
            return
        }
        self.init()
        isError = flag(members["isError"])
        readStructured(members["structuredContent"])
        readContent(members["content"])
    }

    private mutating func flag(_ value: JSONValue?) -> Bool {
        switch value {
        case .bool(let flag): return flag
        case nil, .null: return false
        default:
            malformedParts.insert(.isErrorNotABool)
            return false
        }
    }

    private mutating func readStructured(_ value: JSONValue?) {
        switch value {
        case nil, .null: break
        case .object(let members): structured = readSignals(members)
        default: malformedParts.insert(.structuredNotAnObject)
        }
    }

    private mutating func readSignals(_ members: [String: JSONValue]) -> Structured {
        let isError = flag(members["isError"])
        let status = members["status_code"]
        if let status, status != .null, status.wholeNumber == nil { malformedParts.insert(.statusNotAnInteger) }
        return Structured(isError: isError, statusCode: status?.wholeNumber)
    }

    private mutating func readContent(_ value: JSONValue?) {
        guard let value, value != .null else { return }
        guard case .array(let items) = value else {
            malformedParts.insert(.contentNotAList)
            return
        }
        for item in items {
            guard case .object(let members) = item else {
                malformedParts.insert(.contentNotAList)
                continue
            }
            if members["type"]?.text == "text", let text = members["text"]?.text { texts.append(text) }
        }
    }

    /// Returns the content of an object in a text.
    fileprivate static func signals(_ members: [String: JSONValue]) -> RetryTracker.ToolResult {
        var result = RetryTracker.ToolResult()
        result.structured = result.readSignals(members)
        return result
    }
}

extension ToolTextReader {
    /// Reads texts that hold a JSON object with `isError` or `status_code`, up to 1 MiB and 64 levels.
    public static let json = reportingMalformedParts { text in
        switch Payload.reading(of: text.utf8, atMost: 1 << 20) {
        case .object(let members): RetryTracker.ToolResult.signals(members)
        case .unreadable: RetryTracker.ToolResult(malformedParts: .unreadableText)
        case .other: nil
        }
    }
}
