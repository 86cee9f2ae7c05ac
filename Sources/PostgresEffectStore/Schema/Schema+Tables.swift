#if PostgreSQL
extension Schema {
    /// The migrations from each version of the schema to the next; `@` represents the schema's name.
    ///
    /// A published one is never changed. Its number is its place, from 1.
    package static let migrations = [
        """
        CREATE SEQUENCE @.token AS bigint MINVALUE 1 NO CYCLE CACHE 1;

        CREATE TABLE @.store (
            single boolean PRIMARY KEY DEFAULT true CHECK (single),
            version integer NOT NULL,
            capacity bigint,
            tenant_quota bigint
        );

        CREATE TABLE @.effects (
            tenant bytea NOT NULL CHECK (octet_length(tenant) <= 255),
            key bytea NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 255),
            phase smallint NOT NULL,
            token bigint NOT NULL,
            nonce bigint NOT NULL,
            takeover boolean NOT NULL,
            since bigint NOT NULL,
            until bigint NOT NULL,
            fingerprint bytea NOT NULL,
            result bytea,
            failure_type bytea,
            failure_code bytea,
            failure_message bytea,
            PRIMARY KEY (tenant, key)
        );

        CREATE INDEX effects_over ON @.effects (phase, until) WHERE phase >= 4;
        CREATE INDEX effects_open ON @.effects (until) WHERE phase < 4;

        CREATE TABLE @.counts (scope bytea PRIMARY KEY, n bigint NOT NULL);

        CREATE TYPE @.reply AS (
            answer smallint, phase smallint, token bigint, takeover boolean, age bigint, time_left bigint,
            fingerprint bytea, result bytea, failure_type bytea, failure_code bytea, failure_message bytea,
            used bigint, most bigint
        );
        """,
        """
        DROP INDEX @.effects_open;
        CREATE INDEX effects_open ON @.effects (token) WHERE phase < 4;
        """,
    ]
}
#endif
