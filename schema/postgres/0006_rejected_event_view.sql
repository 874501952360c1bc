-- What could be parsed of the event lines in quarantine, in the columns of a fact; null where nothing could. It reads the
-- newer form of a key, or the older one where the newer is absent or null. A line that is no JSON object in UTF-8 has
-- nothing but nulls, so that reading the view never fails.

CREATE FUNCTION rejected_event_fields(
    raw bytea,
    OUT event_time text, OUT event_id text, OUT event_type text, OUT user_id bigint, OUT session_id text,
    OUT movie_id bigint, OUT seconds double precision, OUT score double precision, OUT query text
) LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- Unicode's white space; U+0000 is no part of any text here.
    blank CONSTANT text := E' \t\n\u000B\f\r\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000';
    number CONSTANT text := '^-?(0|[1-9][0-9]{0,250})([.][0-9]{1,250})?([eE][-+]?[0-9]{1,3})?$';
    document jsonb;
    metadata jsonb;
    value jsonb;
    token text;
BEGIN
    BEGIN
        -- jsonb has no place for U+0000, which a clean text has as U+FFFD.
        token := convert_from(raw, 'UTF8');
        document := regexp_replace(token, E'(?<!\\\\)((\\\\\\\\)*)\\\\u0000', E'\\1\\\\uFFFD', 'g')::jsonb;
    EXCEPTION WHEN OTHERS THEN
        RETURN;
    END;
    IF jsonb_typeof(document) <> 'object' THEN RETURN; END IF;
    document := jsonb_strip_nulls(document);
    metadata := CASE WHEN jsonb_typeof(document -> 'metadata') = 'object' THEN document -> 'metadata' ELSE '{}' END;

    value := coalesce(document -> 'event_type', document -> 'action_type');
    IF jsonb_typeof(value) = 'string' THEN
        event_type := nullif(btrim(value #>> '{}', blank), '');
        event_type := CASE event_type WHEN 'dwelltime' THEN 'dwell' WHEN 'rating' THEN 'rate' ELSE event_type END;
    END IF;
    value := document -> 'event_id';
    IF jsonb_typeof(value) = 'string' THEN
        token := lower(btrim(value #>> '{}', blank));
        IF token ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN event_id := token; END IF;
    END IF;
    value := document -> 'session_id';
    IF jsonb_typeof(value) = 'string' OR jsonb_typeof(value) = 'number' AND value #>> '{}' ~ '^-?[0-9]+$' THEN
        session_id := nullif(btrim(value #>> '{}', blank), '');
    END IF;
    value := coalesce(metadata -> 'query', document -> 'query');
    IF jsonb_typeof(value) = 'string' THEN query := nullif(btrim(value #>> '{}', blank), ''); END IF;

    BEGIN
        value := coalesce(document -> 'event_time', document -> 'timestamp');
        token := upper(btrim(value #>> '{}', blank));
        IF token ~ '^-?[0-9]{1,15}$' AND jsonb_typeof(value) IN ('string', 'number') THEN
            event_time := to_char(timestamp 'epoch' + token::bigint * interval '1 millisecond',
                'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
        ELSIF jsonb_typeof(value) = 'string'
            AND token ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})$'
        THEN
            -- Cut off after the millisecond, where PostgreSQL would round.
            token := regexp_replace(token, '([.][0-9]{3})[0-9]+', E'\\1');
            event_time := to_char(token::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
        END IF;
    EXCEPTION WHEN OTHERS THEN
        event_time := NULL;
    END;

    -- Numbers in JSON's grammar, also those that are text; of a size that no cast fails for.
    value := document -> 'user_id';
    token := btrim(value #>> '{}', blank);
    IF jsonb_typeof(value) IN ('string', 'number') AND token ~ number AND token::numeric = trunc(token::numeric)
        AND abs(token::numeric) < 9223372036854775808
    THEN
        user_id := token::numeric::bigint;
    END IF;
    value := document -> 'movie_id';
    token := btrim(value #>> '{}', blank);
    IF jsonb_typeof(value) IN ('string', 'number') AND token ~ number AND token::numeric = trunc(token::numeric)
        AND abs(token::numeric) < 9223372036854775808
    THEN
        movie_id := token::numeric::bigint;
    END IF;
    value := coalesce(
        metadata -> 'watched_seconds', metadata -> 'seconds', document -> 'trailer_time', document -> 'dwell_time');
    token := btrim(value #>> '{}', blank);
    IF jsonb_typeof(value) IN ('string', 'number') AND token ~ number
        AND (token::numeric = 0 OR abs(token::numeric) BETWEEN 1e-300 AND 1e300)
    THEN
        seconds := token::numeric::double precision;
    END IF;
    value := coalesce(metadata -> 'score', document -> 'rating');
    token := btrim(value #>> '{}', blank);
    IF jsonb_typeof(value) IN ('string', 'number') AND token ~ number
        AND (token::numeric = 0 OR abs(token::numeric) BETWEEN 1e-300 AND 1e300)
    THEN
        score := token::numeric::double precision;
    END IF;
END
$$;

CREATE VIEW rejected_event_readable AS
SELECT
    r.rejected_id,
    r.source,
    r.line,
    r.rule,
    r.message,
    f.event_time,
    f.event_id,
    f.event_type,
    f.user_id,
    f.session_id,
    f.movie_id,
    f.seconds,
    f.score,
    f.query,
    r.cured_run_id
FROM rejected_record AS r
CROSS JOIN LATERAL rejected_event_fields(r.raw) AS f
WHERE r.port = 'events';
