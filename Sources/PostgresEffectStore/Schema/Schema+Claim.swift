#if PostgreSQL
extension Schema {
    /// The claim of a key, which decides as `EffectStateMachine` does.
    ///
    /// It reads without a lock first: answers that change nothing write nothing. The clock is read after the row is
    /// locked, so that no decision is made by a time from before a wait. A claim that comes with the nonce of the
    /// running one is the same claim again, whose reply was lost.
    ///
    /// Only a wait for the key's own row means that another transaction runs the effect: the waits for that are in blocks
    /// of their own. Every other wait that takes too long, for a table or the count of a limit, is an error.
    static let claimFunction = """
        CREATE OR REPLACE FUNCTION @.claim(
            p_tenant bytea, p_key bytea, p_fingerprint bytea, p_lease bigint, p_take_over boolean, p_nonce bigint,
            p_now bigint DEFAULT NULL
        ) RETURNS @.reply LANGUAGE plpgsql VOLATILE
        SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $body$
        DECLARE
            e @.effects;
            a @.reply;
            v_now bigint;
            v_locked boolean := false;
            v_free boolean;
            v_new boolean;
        BEGIN
            LOOP
                IF v_locked THEN
                    BEGIN
                        SELECT * INTO e FROM @.effects t WHERE t.tenant = p_tenant AND t.key = p_key FOR UPDATE;
                    EXCEPTION WHEN lock_not_available THEN
                        RETURN @.held();
                    END;
                ELSE
                    SELECT * INTO e FROM @.effects t WHERE t.tenant = p_tenant AND t.key = p_key;
                END IF;
                v_new := NOT FOUND;
                v_now := coalesce(p_now, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000);

                IF v_new THEN
                    PERFORM @.prepare_call();
                    a := @.reserve(p_tenant, v_now);
                    IF a.answer IS NOT NULL THEN
                        RETURN a;
                    END IF;
                    BEGIN
                        INSERT INTO @.effects AS t
                            (tenant, key, phase, token, nonce, takeover, since, until, fingerprint)
                        VALUES
                            (p_tenant, p_key, 1, nextval('@.token'), p_nonce, false, v_now, @.after(v_now, p_lease),
                            p_fingerprint)
                        ON CONFLICT DO NOTHING RETURNING t.token INTO a.token;
                    EXCEPTION WHEN lock_not_available THEN
                        PERFORM @.uncount(p_tenant, 1);
                        RETURN @.held();
                    END;
                    IF a.token IS NOT NULL THEN
                        a.answer := 1;
                        a.takeover := false;
                        RETURN a;
                    END IF;
                    PERFORM @.uncount(p_tenant, 1);
                    v_locked := true;
                    CONTINUE;
                END IF;

                a.phase := e.phase;
                a.token := e.token;
                a.fingerprint := e.fingerprint;
                IF e.phase NOT BETWEEN 1 AND 6 THEN
                    a.answer := 99;
                    RETURN a;
                END IF;
                IF e.phase = 1 AND e.nonce = p_nonce THEN
                    a.answer := 1;
                    a.takeover := e.takeover;
                    RETURN a;
                END IF;

                v_free := e.phase = 6 OR (e.phase >= 4 AND v_now >= e.until);
                IF NOT v_free THEN
                    a.age := @.between(e.since, v_now);
                    a.failure_type := e.failure_type;
                    a.failure_code := e.failure_code;
                    a.failure_message := e.failure_message;
                    IF e.fingerprint <> p_fingerprint THEN
                        a.answer := 5;
                        RETURN a;
                    END IF;
                    IF e.phase >= 4 THEN
                        a.answer := 2;
                        a.result := e.result;
                        RETURN a;
                    END IF;
                    IF e.phase = 1 AND v_now < e.until THEN
                        a.answer := 3;
                        a.time_left := @.between(v_now, e.until);
                        RETURN a;
                    END IF;
                    IF NOT p_take_over AND e.phase <> 1 THEN
                        a.answer := 4;
                        RETURN a;
                    END IF;
                END IF;

                IF NOT v_locked THEN
                    PERFORM @.prepare_call();
                    v_locked := true;
                    CONTINUE;
                END IF;
                IF NOT v_free AND NOT p_take_over THEN
                    UPDATE @.effects t SET phase = 2 WHERE t.tenant = p_tenant AND t.key = p_key;
                    a.answer := 4;
                    RETURN a;
                END IF;
                a := NULL;
                a.answer := 1;
                a.takeover := NOT v_free;
                UPDATE @.effects t SET
                    phase = 1, token = nextval('@.token'), nonce = p_nonce, takeover = NOT v_free, since = v_now,
                    until = @.after(v_now, p_lease), fingerprint = p_fingerprint, result = NULL,
                    failure_type = NULL, failure_code = NULL, failure_message = NULL
                WHERE t.tenant = p_tenant AND t.key = p_key RETURNING t.token INTO a.token;
                RETURN a;
            END LOOP;
        END $body$;
        """
}
#endif
