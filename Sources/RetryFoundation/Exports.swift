// One import is enough: the vocabulary of a call is in RetryCore. A plain `public import` would make it visible to
// this module's interface alone.
@_exported public import RetryCore
