import RetryCore
import Testing

@Suite("Action ids", .timeLimit(.minutes(20)))
struct ActionIDTests {
    @Test("the same ids as nodus-retry's page")
    func nodus() {
        let page = ActionID.nodus(type: "memory.write", payload: ["value": "v", "key": "k"], scope: "run-001")
        #expect(text(page) == "cd1263b27de834f99b1054a6bca58bfc663add498a2663d63b15c5b64e549377")
        let empty = ActionID.nodus(type: "", payload: [:], scope: "")
        #expect(text(empty) == "6a8ea6c59da44c2c236be2c0713605a657f628145c7884ae6b7e26f55cecdc8e")
        #expect(page.description == "cd1263b2" && page.idempotencyKey == text(page) && page.tenant.isEmpty)
    }

    @Test("digests of type, payload, scope and tenant, plain and with a secret")
    func digests() throws {
        let id = try ActionID(type: "mail.send", payload: "hello".utf8, scope: "run-1", tenant: "shop")
        #expect(text(id) == "afdf5c24a689e9dab26516968f7d7309e14b0b0b9cfef1d3e11a706604f5d51e")
        #expect(id.tenant == "shop")
        let secret = [UInt8](repeating: 0x6b, count: 32)
        let keyed = try ActionID(
            type: "mail.send", payload: "hello".utf8, scope: "run-1", tenant: "shop", secret: secret)
        #expect(text(keyed) == "abbdce7665fc02765ca9ee03409094d6c5966aa3742b8d4f5dd051179531b6ae")
        let otherSecret = try ActionID(
            type: "mail.send", payload: "hello".utf8, scope: "run-1", tenant: "shop", secret: secret + [0x6b])
        #expect(keyed != otherSecret)
    }

    @Test("no two calls flow into one, wherever a part ends")
    func parts() throws {
        var ids: Set<ActionID> = []
        var count = 0
        let parts = ["", "a", "b", "ab", "aa", "a\u{0}", "a:b"]
        for type in parts {
            for payload in parts {
                for scope in parts {
                    for tenant in parts {
                        ids.insert(
                            try ActionID(type: type, payload: payload.utf8, scope: scope, tenant: tenant))
                        count += 1
                    }
                }
            }
        }
        #expect(ids.count == count)
        #expect(Set(ids.map(text)).count == count, "the tenant is part of the digest too")
    }

    @Test("key and tenant stay apart")
    func tenants() throws {
        let ids = try [
            ActionID("ab"), ActionID("a", tenant: "b"), ActionID("ab", tenant: "c"), ActionID("a", tenant: "bc"),
            ActionID("a:b"), ActionID("a", tenant: ":b"), ActionID("abc"),
        ]
        #expect(Set(ids).count == ids.count)
        #expect(Set(ids.map(\.idempotencyKey)).count == ids.count)
        #expect(ids[3].tenant == "bc" && text(ids[3]) == "a")
        #expect(ids[0].idempotencyKey == "ab" && ids[1].idempotencyKey.utf8.count == 64)
    }

    @Test("no key without a tenant is what stands for another id, and an id of nodus-retry is sent as it is")
    func derivedKeys() throws {
        var sent: Set<String> = []
        var ids: Set<ActionID> = []
        for id in try [ActionID("a", tenant: "t"), ActionID("a b"), ActionID(bytes: [0xff], tenant: "t")] {
            // What an attacker, or an accident, can use as a key of its own: again and again.
            var id = id
            for _ in 0..<5 {
                ids.insert(id)
                sent.insert(id.idempotencyKey)
                #expect(id.idempotencyKey.utf8.count == 64)
                id = try ActionID(id.idempotencyKey)
            }
        }
        #expect(ids.count == 15 && sent.count == 15)
        let digits = String(repeating: "0a", count: 32)
        for key in [
            digits, "X" + digits.dropFirst(2), digits.uppercased(), "x" + digits.dropFirst(),
            "Xg" + digits.dropFirst(2),
        ] {
            #expect(try ActionID(key).idempotencyKey == key)
        }
    }

    @Test("keys that are not of the right length")
    func lengths() throws {
        let most = String(repeating: "x", count: 255)
        #expect(throws: Never.self) { try ActionID(most, tenant: most) }
        #expect(try ActionID(most, tenant: most).tenant == most)
        #expect(try text(ActionID(most, tenant: most)) == most)
        let empty = #expect(throws: ActionIDError.self) { try ActionID("") }
        #expect(empty?.description.contains("is empty") == true)
        let long = #expect(throws: ActionIDError.self) { try ActionID(most + "x") }
        #expect(long?.description.contains("256 bytes") == true)
        let wide = #expect(throws: ActionIDError.self) { try ActionID(String(repeating: "é", count: 128)) }
        #expect(wide?.description.contains("256 bytes") == true)
        #expect(throws: ActionIDError.self) { try ActionID("x", tenant: most + "x") }
        #expect(throws: ActionIDError.self) {
            try ActionID(type: "", payload: [], scope: "", tenant: String(repeating: "x", count: 256))
        }
        #expect(try "pay-1".actionID() == ActionID("pay-1"))
        #expect(throws: ActionIDError.self) { try "".actionID() }
        #expect(ErrorClassifier.default.classification(of: try #require(long)) == .permanent)
    }

    @Test("keys are bytes: twins of NFC and NFD, and what is no text at all")
    func bytes() throws {
        let (composed, decomposed) = try (ActionID("caf\u{e9}"), ActionID("cafe\u{301}"))
        #expect("caf\u{e9}" == "cafe\u{301}")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(composed.idempotencyKey != decomposed.idempotencyKey)
        let tenants = try (ActionID("k", tenant: "caf\u{e9}"), ActionID("k", tenant: "cafe\u{301}"))
        #expect(tenants.0 != tenants.1)
        let (broken, alsoBroken) = try (ActionID(bytes: [0xff]), ActionID(bytes: [0xfe]))
        #expect(broken != alsoBroken && Array(broken.key) == [0xff])
        #expect(broken.idempotencyKey != alsoBroken.idempotencyKey)
        #expect(try ActionID(bytes: [0]) != ActionID(bytes: [0, 0]))
    }

    @Test("what is sent as a header is printable")
    func headers() throws {
        for key in ["a b", "a\r\nX: y", "a\u{0}", "é"] {
            let sent = try ActionID(key).idempotencyKey
            #expect(sent.utf8.count == 64 && sent.utf8.allSatisfy { (0x30...0x66).contains($0) })
        }
        #expect(try ActionID("pay-17_~!").idempotencyKey == "pay-17_~!")
    }

    @Test("logs show eight digits, and not the key")
    func description() throws {
        let id = try ActionID("user@example.org")
        #expect(id.description.utf8.count == 8)
        #expect(try id.description != ActionID("user@example.com").description)
    }

    private func text(_ id: ActionID) -> String { String(decoding: id.key, as: UTF8.self) }
}
