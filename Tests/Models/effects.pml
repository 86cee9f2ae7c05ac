/* One key of an effect store, as EffectStateMachine decides it: claim, lease, fence and halt.
 *
 * Three callers claim, send, and settle. They crash at any point and come back knowing nothing. A lease ends whenever
 * it likes. A request is executed early, late or never, and whether its sender still lives makes no difference. The
 * store's replies get lost, and what was told is told again. Two operators look into effects whose outcome is unknown,
 * and into those that failed for good, and clear their records.
 *
 * The property: the effect happens at most once. Four things are needed, and each can be left out:
 *
 *   -DSPLIT_CLAIM       the claim looks first, and writes later
 *   -DNO_FENCE          the store does not ask by which token it is told
 *   -DTAKE_OVER         an abandoned claim is run again, where it should halt
 *   -DRELEASE_ON_THROW  an attempt with an unknown outcome frees the key
 *
 * `run` beside this file checks that the property holds with all four, and has a counterexample without any of them.
 */

#define CALLERS   3
#define OPERATORS 2
#define TOKENS    3 /* claims that get the key, in all */

/* The record. */
mtype:phase = { absent, running, abandoned, indeterminate, succeeded, failed };
mtype:phase phase = absent;
byte token = 0;
bool leaseOver = false;

/* The last token that the store gave out: they only grow. */
byte lastToken = 0;

/* What becomes of the request that was sent under each token; `lost` is one that never arrives. */
mtype:request = { unsent, sent, done, refused, lost };
mtype:request request[TOKENS + 1] = unsent;

/* What a caller settles. */
mtype:outcome = { success, failedFinal, failedBeforeEffect, unknown };

/* How often the effect happened, and who still acts under each token. No caller can see these. */
byte effects = 0;
bool acts[TOKENS + 1] = false;

#define UNKNOWN (phase == abandoned || phase == indeterminate || (phase == running && leaseOver))

#ifdef NO_FENCE
#define BY(mine) true
#else
#define BY(mine) (token == mine)
#endif

#ifdef TAKE_OVER
#define CLAIMABLE (phase == absent || UNKNOWN)
#else
#define CLAIMABLE (phase == absent)
#endif

inline take() {
    lastToken++;
    mine = lastToken;
    token = mine;
    phase = running;
    leaseOver = false;
    acts[mine] = true
}

inline crash() {
    printf("caller %d crashes\n", _pid);
    acts[mine] = false;
    mine = 0
}

active [CALLERS] proctype Caller() {
    byte mine = 0;
    mtype:outcome outcome;

claim:
    atomic {
        if
        :: CLAIMABLE && lastToken < TOKENS ->
#ifdef SPLIT_CLAIM
            printf("caller %d sees a free key\n", _pid)
        :: else -> goto answered
        fi
    };
    atomic {
        if
        :: lastToken < TOKENS ->
#endif
            take();
            printf("caller %d claims the key by token %d\n", _pid, mine)
        :: else -> goto answered
        fi
    };

attempt:
    atomic {
        /* The lease is renewed before each attempt. */
        if
        :: BY(mine) && phase == running -> leaseOver = false
        :: else ->
            printf("caller %d has lost the key\n", _pid);
            acts[mine] = false;
            mine = 0;
            goto claim
        fi
    };
    if
    :: atomic { request[mine] = sent; printf("caller %d sends\n", _pid) }
    :: atomic { crash(); goto claim }
    fi;
    if
    :: request[mine] == done -> outcome = success
    :: request[mine] == refused -> goto attempt
    :: request[mine] == refused -> outcome = failedBeforeEffect
    :: request[mine] == refused -> outcome = failedFinal
    :: atomic {
           /* It waits no longer; what it has sent is on its way, has been done, or never will be. */
           printf("caller %d gets no answer\n", _pid);
#ifdef RELEASE_ON_THROW
           outcome = failedBeforeEffect
#else
           outcome = unknown
#endif
       }
    :: atomic { crash(); goto claim }
    fi;

settle:
    atomic {
        if
        :: BY(mine) && (phase == running || phase == abandoned) ->
            printf("caller %d settles: %e\n", _pid, outcome);
            if
            :: outcome == success -> phase = succeeded
            :: outcome == failedFinal -> phase = failed
            :: outcome == failedBeforeEffect -> phase = absent; token = 0
            :: outcome == unknown -> phase = indeterminate
            fi
        :: else -> printf("caller %d settles, in vain\n", _pid)
        fi
    };
    if
    :: goto settle /* the reply was lost */
    :: atomic { acts[mine] = false; mine = 0; goto claim }
    :: atomic { crash(); goto claim }
    fi;

answered:
    atomic {
        if
        :: phase == running && leaseOver ->
            phase = abandoned;
            printf("caller %d is answered as indeterminate\n", _pid)
        :: phase == succeeded ->
#ifdef TRUTH
            assert(effects == 1);
#endif
            goto over /* a replay; another call of this caller would get the same */
        :: phase == failed ->
#ifdef TRUTH
            assert(effects == 0)
#else
            skip
#endif
        :: else
        fi;
        goto claim
    };
over:
    skip
}

/* The other side: it is asked under a token, but it does not know what a token is. */
inline receive(n) {
    if
    :: request[n] = done;
        effects++;
        printf("the effect of token %d happens\n", n);
        assert(effects <= 1)
    :: request[n] = refused
    :: request[n] = lost
    fi
}

active proctype Receiver() {
    do
    :: atomic { request[1] == sent -> receive(1) }
    :: atomic { request[2] == sent -> receive(2) }
    :: atomic { request[3] == sent -> receive(3) }
    od
}

active proctype Time() {
    do
    :: atomic { phase == running && !leaseOver -> leaseOver = true; printf("the lease ends\n") }
    od
}

/* An operator looks at the receiver, once nothing acts under the token any more and nothing is on its way, and tells the
   store the verdict: perhaps after the other operator has. */
active [OPERATORS] proctype Operator() {
    byte seen;
    bool happened;

    do
    :: atomic {
           (UNKNOWN || phase == failed) && !acts[token] && request[token] != sent ->
           seen = token;
           happened = (effects > 0);
           printf("operator %d looks into token %d\n", _pid, seen)
       };
       atomic {
           if
           :: BY(seen) && (UNKNOWN || phase == failed) ->
               if
               :: happened -> phase = succeeded
               :: else -> phase = absent; token = 0
               fi;
               printf("operator %d reconciles: it happened %d times\n", _pid, happened)
           :: else
           fi;
           seen = 0;
           happened = false
       }
    od
}
