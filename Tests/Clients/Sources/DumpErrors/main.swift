import ClientErrors

// Prints the error of each provocation: its type, its texts, and its children in a mirror.
//
//     swift run DumpErrors              all clients
//     swift run DumpErrors gRPC GRDB    some of them
let clients = Set(CommandLine.arguments.dropFirst())

for provocation in Provocation.all where clients.isEmpty || clients.contains(provocation.client) {
    print("## \(provocation.client): \(provocation.name)")
    guard let error = await provocation.error() else {
        print("   nothing was thrown\n")
        continue
    }
    print(ErrorDump(error).text, "\n")
}
