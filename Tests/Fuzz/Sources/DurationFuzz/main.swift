import Foundation
import FuzzSupport
import RetryCore
import RetryFoundation

/// Any text as a duration, the way that users write one: as the deadline of a policy.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let text = Input(start, count).exactText, let policy = policy(deadline: text) else { return 0 }
    guard let deadline = policy.deadline else {
        require(false, "\(text) is no deadline, and no error")
        return 0
    }
    require(deadline > .zero, "a deadline of \(deadline)")
    guard let written = try? JSONEncoder().encode(policy), let read = try? RetryPolicy(json: written) else {
        require(false, "what is written cannot be read")
        return 0
    }
    require(read.deadline == deadline, "\(text) is read as \(deadline), written, and read as something else")
    return 0
}

private func policy(deadline text: String) -> RetryPolicy? {
    guard let quoted = try? JSONEncoder().encode(text) else { return nil }
    let json = Data(#"{"deadline":"#.utf8) + quoted + Data("}".utf8)
    do {
        return try RetryPolicy(json: json)
    } catch {
        require(error is RetryConfigurationError, "an error of another type: \(error)")
        require(!"\(error)".isEmpty, "an error that says nothing")
        return nil
    }
}
