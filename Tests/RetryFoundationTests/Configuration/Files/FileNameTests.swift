import Foundation
import RetryFoundation
import Testing

@Suite("The name retry_policy in a file", .timeLimit(.minutes(20)))
struct FileNameTests {
    private func refusal(of file: String, isStrict: Bool = false) -> RetryConfigurationError? {
        do {
            _ = try RetryOperations(RetryConfiguration(json: Data(file.utf8)), isStrict: isStrict)
            return nil
        } catch {
            return error as? RetryConfigurationError
        }
    }

    @Test(
        "is an error where it is misspelt",
        arguments: [
            "retry_polcy", "retry_policiy", "retry_ploicy", "rety_policy", "retrypolicy", "retryPolicy", "RetryPolicy",
            "retry-policy", "RETRY_POLICY", "retry policy", "retry_policy ", "retry_policys", "retry__policy",
            "etry_policy", "retry.policy",
        ])
    func misspelt(name: String) throws {
        for isStrict in [false, true] {
            let file = "{\"name\": \"agent\", \"\(name)\": {\"max_attempts\": 9}}"
            let error = try #require(refusal(of: file, isStrict: isStrict))
            #expect(error.reason == .invalidSetting)
            #expect(error.setting == name)
            #expect(error.description.contains("must be retry_policy, which is probably meant"))
        }
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(RetryConfiguration.self, from: Data("{\"\(name)\": {}}".utf8))
        }
    }

    @Test(
        "may be missing beside names that are not like it",
        arguments: ["retry", "policy", "policies", "retries", "retry_limits", "name", "", "x", "security_policy"])
    func others(name: String) {
        #expect(refusal(of: "{\"\(name)\": {\"max_attempts\": 0}}") == nil)
    }

    @Test func otherSpellingsOfItAreErrorsBesideIt() throws {
        let error = try #require(refusal(of: #"{"retry_policy": {}, "retryPolicy": {"max_attempts": 9}}"#))
        #expect(error.setting == "retryPolicy")
        #expect(error.description.contains("must be left out beside retry_policy"))
    }

    /// A member of the user's own that happens to be like it has a way to stay.
    @Test(arguments: ["{}", "null"])
    func aNameThatIsLikeItMayStandBesideIt(section: String) {
        #expect(refusal(of: #"{"entry_policy": 3}"#) != nil)
        #expect(refusal(of: #"{"entry_policy": 3, "retry_policy": \#(section)}"#) == nil)
    }
}
