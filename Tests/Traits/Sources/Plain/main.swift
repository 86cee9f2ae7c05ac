import RetryCore

print(try retryBlocking(.fast) { "plain: ok" })
