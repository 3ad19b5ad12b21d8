-- What the servers of a fleet export (observability.clickhouse), in one place. Run once:
--   clickhouse-client --multiquery < schema.sql
-- Works from ClickHouse 18.16 (Debian) on: no LowCardinality, CODEC, TTL, DateTime64 or IPv6 type. In newer versions you may
-- change String to LowCardinality(String), FixedString(16) to IPv6, and add TTL: what the servers send stays the same.

CREATE DATABASE IF NOT EXISTS sextant;

-- One row an answer (or one of `weight` answers, when a share is sent: sum(weight) instead of count()).
CREATE TABLE IF NOT EXISTS sextant.answers
(
    time DateTime,
    us UInt32,
    node String,
    service String,
    stream String,
    family UInt8,
    transport String,
    client FixedString(16),
    server FixedString(16),
    qname String,
    zone String,
    qtype String,
    rcode String,
    aaaa String,
    tc UInt8,
    do UInt8,
    cd UInt8,
    duration_us UInt32,
    size UInt32,
    cache String,
    val String,
    ede Int32,
    up_family UInt8,
    fallback String,
    up_tries UInt16,
    up_us UInt32,
    reason String,
    weight UInt32
)
ENGINE = MergeTree()
PARTITION BY toYYYYMMDD(time)
ORDER BY (stream, zone, node, time);
-- Days are partitions: ALTER TABLE sextant.answers DROP PARTITION 20261122 removes one.

-- Counts by minute, kept when the answers are dropped: some hundred rows a minute and node.
CREATE TABLE IF NOT EXISTS sextant.minutes
(
    minute DateTime,
    node String,
    service String,
    stream String,
    family UInt8,
    transport String,
    qtype String,
    rcode String,
    aaaa String,
    fallback String,
    answers UInt64,
    truncated UInt64,
    duration_us UInt64
)
ENGINE = SummingMergeTree()
PARTITION BY toYYYYMM(minute)
ORDER BY (stream, minute, node, service, family, transport, qtype, rcode, aaaa, fallback);

CREATE MATERIALIZED VIEW IF NOT EXISTS sextant.minutes_of_answers TO sextant.minutes AS
SELECT
    toStartOfMinute(time) AS minute,
    node,
    service,
    stream,
    family,
    transport,
    multiIf(qtype IN ('AAAA', 'A', 'PTR', 'HTTPS', 'SVCB', 'NS', 'SOA', 'MX', 'TXT', 'DS', 'DNSKEY', 'SRV', 'CNAME'), qtype, 'other') AS qtype,
    rcode,
    aaaa,
    fallback,
    sum(toUInt64(weight)) AS answers,
    sum(toUInt64(tc) * weight) AS truncated,
    sum(toUInt64(duration_us) * weight) AS duration_us
FROM sextant.answers
GROUP BY minute, node, service, stream, family, transport, qtype, rcode, aaaa, fallback;
