// Stand-ins for the parts of swift-configuration that snippets name; the real ones are used in Examples/Sources/Recipes.

struct ConfigReader: Sendable {
    func scoped(to key: String) -> ConfigReader { self }
    func integer(_ key: String) throws -> Int? { nil }
}

struct MalformedSetting: Error {
    let key: String
    let requirement: String
}

let config = ConfigReader()
