// A file in chunks and a place to send them, for snippets about a loop of one's own.

typealias Chunk = [UInt8]

func upload(_ chunk: Chunk, attempt: Int) throws {}
func upload(_ chunk: Chunk, attempt: Int) async throws {}

let chunk: Chunk = []
