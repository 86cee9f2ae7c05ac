#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("This file needs POSIX.")
#endif

/// The command line of a process.
///
/// ```
/// make FOLDER KEYS      claims each key, makes its effect, settles
/// resume FOLDER KEYS    the same again, reconciles unknown outcomes, and once more
/// race FOLDER KEYS      claims keys that others claim too, until it is killed
/// die FOLDER KEYS       claims a key, makes its effect, and is killed before it settles
/// fill FOLDER KEYS      makes a store with records whose time is over
/// ```
///
/// With `careless` at the end, abandoned keys are taken over: effects happen twice then, and `run` has to detect it.
package struct CrashArguments {
    package enum Verb: String {
        case make
        case resume
        case race
        case die
        case fill
    }

    package let verb: Verb
    package let folder: String
    package let keys: Int
    package let isCareless: Bool

    /// A Boolean value that indicates whether the records are older ones, whose time is over at once.
    package var fills: Bool { verb == .fill }

    private init?(_ arguments: [String]) {
        guard arguments.count >= 4, let verb = Verb(rawValue: arguments[1]), let keys = Int(arguments[3]) else {
            return nil
        }
        self.verb = verb
        folder = arguments[2]
        self.keys = keys
        isCareless = arguments.count > 4
    }

    /// Performs the command line, and ends the process with 3 for an error and 2 for a wrong command line.
    package static func perform(_ body: (CrashArguments) throws -> Void) {
        guard let arguments = CrashArguments(CommandLine.arguments) else { exit(2) }
        do {
            try body(arguments)
        } catch {
            // To the caller a typed error is a clean end.
            print(error)
            exit(3)
        }
    }
}
