#if PostgreSQL
extension Schema {
    /// Arithmetic that saturates at the ends of its range.
    static let arithmetic = """
        CREATE OR REPLACE FUNCTION @.after(p_now bigint, p_time bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
            'SELECT CASE WHEN p_time > 0 AND p_now > 9223372036854775807 - p_time THEN 9223372036854775807
                ELSE p_now + p_time END';

        CREATE OR REPLACE FUNCTION @.between(p_from bigint, p_to bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
            'SELECT CASE WHEN p_to <= p_from THEN 0
                WHEN p_from < 0 AND p_to > 9223372036854775807 + p_from THEN 9223372036854775807
                ELSE p_to - p_from END';
        """

    /// The beginning of every call that may write, and the answer for a key that another transaction holds.
    ///
    /// A call depends on no setting of the session: a pooler may hand each statement to another server process, and a
    /// setting there would affect other clients. A wait for a lock is shorter than the wait for a statement. A commit
    /// that does not wait for the disk would lose a claim when the server crashes, and let its effect happen twice.
    static let callFunctions = """
        CREATE OR REPLACE FUNCTION @.prepare_call() RETURNS void LANGUAGE plpgsql AS $body$
        DECLARE
            v_limit text := current_setting('statement_timeout');
        BEGIN
            IF v_limit <> '0' AND v_limit::interval < interval '2s' THEN
                PERFORM set_config(
                    'lock_timeout', greatest(1, extract(epoch FROM v_limit::interval) * 500)::bigint::text, true);
            END IF;
            IF current_setting('synchronous_commit') = 'off' THEN
                PERFORM set_config('synchronous_commit', 'on', true);
            END IF;
        END $body$;

        CREATE OR REPLACE FUNCTION @.held() RETURNS @.reply LANGUAGE plpgsql AS $body$
        DECLARE
            a @.reply;
        BEGIN
            -- Where it is the table that is locked, this is the error to report.
            LOCK TABLE @.effects IN ROW EXCLUSIVE MODE NOWAIT;
            a.answer := 3;
            a.age := 0;
            a.time_left := 1000000000;
            RETURN a;
        END $body$;
        """

    /// The counts of limits, and the eviction of records.
    ///
    /// Only limited records are counted, because a count is a row that claims wait for each other at. The store's count
    /// is taken before a tenant's, and tenants' in their order, so that no two of them wait for each other.
    static let limitFunctions = """
        CREATE OR REPLACE FUNCTION @.uncount(p_tenant bytea, p_number bigint) RETURNS void LANGUAGE plpgsql AS $body$
        DECLARE
            s @.store;
        BEGIN
            SELECT * INTO s FROM @.store;
            IF s.capacity IS NOT NULL THEN
                UPDATE @.counts c SET n = c.n - p_number WHERE c.scope = '';
            END IF;
            IF s.tenant_quota IS NOT NULL AND p_tenant <> '' THEN
                UPDATE @.counts c SET n = c.n - p_number WHERE c.scope = p_tenant;
            END IF;
        END $body$;

        CREATE OR REPLACE FUNCTION @.let_go(
            p_tenant bytea, p_released boolean, p_limit bigint, p_now bigint
        ) RETURNS bigint LANGUAGE plpgsql AS $body$
        DECLARE
            v_all bigint := 0;
            v_tenant bytea;
            v_number bigint;
        BEGIN
            FOR v_tenant, v_number IN
                WITH gone AS (
                    DELETE FROM @.effects t WHERE (t.tenant, t.key) IN (
                        SELECT o.tenant, o.key FROM @.effects o
                        WHERE (p_tenant IS NULL OR o.tenant = p_tenant)
                            AND ((o.phase IN (4, 5, 6) AND o.until <= p_now) OR (p_released AND o.phase = 6))
                        LIMIT p_limit FOR UPDATE SKIP LOCKED
                    ) RETURNING t.tenant
                )
                SELECT g.tenant, count(*) FROM gone g GROUP BY g.tenant ORDER BY g.tenant
            LOOP
                PERFORM @.uncount(v_tenant, v_number);
                v_all := v_all + v_number;
            END LOOP;
            RETURN v_all;
        END $body$;

        CREATE OR REPLACE FUNCTION @.sweep(p_limit bigint, p_now bigint DEFAULT NULL)
        RETURNS bigint LANGUAGE plpgsql
        SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $body$
        BEGIN
            PERFORM @.prepare_call();
            -- The counts first, in the order in which claims take them.
            PERFORM 1 FROM @.counts c WHERE c.scope = '' FOR UPDATE;
            RETURN @.let_go(NULL, false, p_limit,
                coalesce(p_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000));
        END $body$;

        CREATE OR REPLACE FUNCTION @.take(
            p_scope bytea, p_most bigint, p_now bigint
        ) RETURNS bigint LANGUAGE plpgsql AS $body$
        DECLARE
            v_used bigint;
        BEGIN
            FOR i IN 1..2 LOOP
                INSERT INTO @.counts AS c (scope, n) VALUES (p_scope, 1)
                ON CONFLICT (scope) DO UPDATE SET n = c.n + 1 WHERE c.n < p_most;
                IF FOUND THEN
                    RETURN NULL;
                END IF;
                EXIT WHEN i = 2 OR @.let_go(nullif(p_scope, ''), true, 64, p_now) = 0;
            END LOOP;
            SELECT c.n INTO v_used FROM @.counts c WHERE c.scope = p_scope;
            RETURN v_used;
        END $body$;

        CREATE OR REPLACE FUNCTION @.reserve(p_tenant bytea, p_now bigint)
        RETURNS @.reply LANGUAGE plpgsql AS $body$
        DECLARE
            s @.store;
            a @.reply;
        BEGIN
            SELECT * INTO s FROM @.store;
            IF s.capacity IS NOT NULL THEN
                a.used := @.take('', s.capacity, p_now);
                a.most := s.capacity;
            END IF;
            IF a.used IS NULL AND s.tenant_quota IS NOT NULL AND p_tenant <> '' THEN
                a.used := @.take(p_tenant, s.tenant_quota, p_now);
                a.most := s.tenant_quota;
                IF a.used IS NOT NULL AND s.capacity IS NOT NULL THEN
                    UPDATE @.counts c SET n = c.n - 1 WHERE c.scope = '';
                END IF;
            END IF;
            IF a.used IS NOT NULL THEN
                a.answer := 6;
            END IF;
            RETURN a;
        END $body$;

        CREATE OR REPLACE FUNCTION @.set_limits(p_capacity bigint, p_tenant_quota bigint)
        RETURNS void LANGUAGE plpgsql SET lock_timeout = '1s' AS $body$
        BEGIN
            PERFORM @.prepare_call();
            -- Every claim in flight has looked at this table: when it is ours, all of them are through.
            LOCK TABLE @.effects IN ACCESS EXCLUSIVE MODE;
            UPDATE @.store SET capacity = p_capacity, tenant_quota = p_tenant_quota;
            DELETE FROM @.counts;
            IF p_capacity IS NOT NULL THEN
                INSERT INTO @.counts (scope, n) SELECT '', count(*) FROM @.effects;
            END IF;
            IF p_tenant_quota IS NOT NULL THEN
                INSERT INTO @.counts (scope, n)
                SELECT t.tenant, count(*) FROM @.effects t WHERE t.tenant <> '' GROUP BY t.tenant;
                CREATE INDEX IF NOT EXISTS effects_tenant ON @.effects (tenant, phase, until) WHERE phase >= 4;
            ELSE
                DROP INDEX IF EXISTS @.effects_tenant;
            END IF;
        END $body$;
        """

    /// The outcome of a transaction whose commit was not answered: waits until it has ended, then reads.
    static let resolveFunction = """
        CREATE OR REPLACE FUNCTION @.resolve(
            p_space integer, p_tenant bytea, p_key bytea, p_token bigint
        ) RETURNS @.reply LANGUAGE plpgsql VOLATILE
        SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $body$
        BEGIN
            PERFORM @.prepare_call();
            PERFORM pg_advisory_xact_lock(p_space, (p_token % 2147483647)::integer);
            RETURN @.record(p_tenant, p_key);
        END $body$;
        """

    static let functions = [arithmetic, callFunctions, limitFunctions, claimFunction, eventFunctions, resolveFunction]
}
#endif
