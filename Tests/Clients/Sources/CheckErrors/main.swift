import Foundation
import Verdicts

// The table of errors in a program that does without RetryFoundation, and so without its conformances: the errors of
// Foundation have to be recognised all the same.
let table = try await ErrorTable()
print(table.text)
for difference in table.differences { print(difference) }
exit(table.differences.isEmpty ? 0 : 1)
