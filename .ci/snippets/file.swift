// A file to read, for snippets about blocking calls. The snippet imports Foundation itself.

import Foundation

let file = URL(filePath: "notes.txt")
