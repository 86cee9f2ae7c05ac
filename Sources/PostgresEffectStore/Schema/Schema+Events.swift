#if PostgreSQL
extension Schema {
    /// Renewal, settlement, reconciliation and the read of a record, which decide as `EffectStateMachine` does.
    static let eventFunctions = """
        CREATE OR REPLACE FUNCTION @.renew(
            p_tenant bytea, p_key bytea, p_token bigint, p_lease bigint, p_now bigint DEFAULT NULL
        ) RETURNS @.reply LANGUAGE plpgsql VOLATILE
        SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $body$
        DECLARE
            e @.effects;
            a @.reply;
            v_now bigint;
        BEGIN
            PERFORM @.prepare_call();
            SELECT * INTO e FROM @.effects t WHERE t.tenant = p_tenant AND t.key = p_key FOR UPDATE;
            a.answer := 8;
            IF NOT FOUND THEN
                RETURN a;
            END IF;
            v_now := coalesce(p_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000);
            a.phase := e.phase;
            IF e.phase NOT BETWEEN 1 AND 6 THEN
                a.answer := 99;
                RETURN a;
            END IF;
            IF e.phase = 1 AND e.token = p_token THEN
                e.until := greatest(e.until, @.after(v_now, p_lease));
                UPDATE @.effects t SET until = e.until WHERE t.tenant = p_tenant AND t.key = p_key;
                a.answer := 7;
                a.time_left := @.between(v_now, e.until);
            ELSIF e.phase < 4 OR v_now < e.until THEN
                a.token := e.token;
            END IF;
            RETURN a;
        END $body$;

        CREATE OR REPLACE FUNCTION @.settle(
            p_tenant bytea, p_key bytea, p_token bigint, p_phase smallint, p_result bytea, p_failure_type bytea,
            p_failure_code bytea, p_failure_message bytea, p_retention bigint, p_now bigint DEFAULT NULL
        ) RETURNS @.reply LANGUAGE plpgsql VOLATILE
        SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $body$
        DECLARE
            e @.effects;
            a @.reply;
            v_now bigint;
        BEGIN
            PERFORM @.prepare_call();
            SELECT * INTO e FROM @.effects t WHERE t.tenant = p_tenant AND t.key = p_key FOR UPDATE;
            a.answer := 11;
            IF NOT FOUND THEN
                RETURN a;
            END IF;
            v_now := coalesce(p_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000);
            a.phase := e.phase;
            IF e.phase NOT BETWEEN 1 AND 6 THEN
                a.answer := 99;
                RETURN a;
            END IF;
            IF e.phase >= 4 AND v_now >= e.until THEN
                RETURN a;
            END IF;
            a.token := e.token;
            IF e.token <> p_token THEN
                RETURN a;
            END IF;
            IF e.phase >= 3 THEN
                IF e.phase = p_phase
                    AND e.result IS NOT DISTINCT FROM p_result
                    AND e.failure_type IS NOT DISTINCT FROM p_failure_type
                    AND e.failure_code IS NOT DISTINCT FROM p_failure_code
                    AND e.failure_message IS NOT DISTINCT FROM p_failure_message
                THEN
                    a.answer := 10;
                END IF;
                RETURN a;
            END IF;
            UPDATE @.effects t SET
                phase = p_phase,
                since = CASE WHEN p_phase = 3 THEN e.since ELSE v_now END,
                until = CASE p_phase
                    WHEN 3 THEN 9223372036854775807
                    WHEN 6 THEN @.after(v_now, least(p_retention, 60000000000))
                    ELSE @.after(v_now, p_retention) END,
                result = p_result, failure_type = p_failure_type, failure_code = p_failure_code,
                failure_message = p_failure_message
            WHERE t.tenant = p_tenant AND t.key = p_key;
            a.answer := 9;
            RETURN a;
        END $body$;

        CREATE OR REPLACE FUNCTION @.reconcile(
            p_tenant bytea, p_key bytea, p_token bigint, p_happened boolean, p_result bytea, p_retention bigint,
            p_now bigint DEFAULT NULL
        ) RETURNS @.reply LANGUAGE plpgsql VOLATILE
        SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $body$
        DECLARE
            e @.effects;
            a @.reply;
            v_now bigint;
        BEGIN
            PERFORM @.prepare_call();
            SELECT * INTO e FROM @.effects t WHERE t.tenant = p_tenant AND t.key = p_key FOR UPDATE;
            a.answer := 14;
            IF NOT FOUND THEN
                RETURN a;
            END IF;
            v_now := coalesce(p_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000);
            a.phase := e.phase;
            IF e.phase NOT BETWEEN 1 AND 6 THEN
                a.answer := 99;
                RETURN a;
            END IF;
            IF (e.phase = 1 AND v_now < e.until) OR e.phase = 6 OR (e.phase >= 4 AND v_now >= e.until)
                OR (e.phase = 4 AND (e.result IS NOT NULL OR NOT p_happened))
            THEN
                RETURN a;
            END IF;
            IF e.token <> p_token THEN
                a.answer := 13;
                a.token := e.token;
                RETURN a;
            END IF;
            IF p_happened THEN
                UPDATE @.effects t SET
                    phase = 4, since = v_now, until = @.after(v_now, p_retention), result = p_result,
                    failure_type = NULL, failure_code = NULL, failure_message = NULL
                WHERE t.tenant = p_tenant AND t.key = p_key;
            ELSE
                DELETE FROM @.effects t WHERE t.tenant = p_tenant AND t.key = p_key;
                PERFORM @.uncount(p_tenant, 1);
            END IF;
            a.answer := 12;
            RETURN a;
        END $body$;

        CREATE OR REPLACE FUNCTION @.record(
            p_tenant bytea, p_key bytea, p_now bigint DEFAULT NULL
        ) RETURNS @.reply LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $body$
        DECLARE
            e @.effects;
            a @.reply;
            v_now bigint;
        BEGIN
            SELECT * INTO e FROM @.effects t WHERE t.tenant = p_tenant AND t.key = p_key;
            a.answer := 16;
            IF NOT FOUND THEN
                RETURN a;
            END IF;
            v_now := coalesce(p_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000);
            a.phase := e.phase;
            IF e.phase NOT BETWEEN 1 AND 6 THEN
                a.answer := 99;
                RETURN a;
            END IF;
            IF e.phase = 6 OR (e.phase >= 4 AND v_now >= e.until) THEN
                RETURN a;
            END IF;
            a := (15, CASE WHEN e.phase = 1 AND v_now >= e.until THEN 2 ELSE e.phase END, e.token, e.takeover,
                @.between(e.since, v_now), @.between(v_now, e.until), e.fingerprint, e.result, e.failure_type,
                e.failure_code, e.failure_message, NULL, NULL)::@.reply;
            RETURN a;
        END $body$;
        """
}
#endif
