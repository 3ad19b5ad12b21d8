-- Questions to a fleet of servers. Each stands alone; run all with
--   clickhouse-client --multiquery < queries.sql
-- Of the last day; change the hours to look further back. In rows of `minutes` sum(answers), never count():
-- rows of one key are added up when ClickHouse gets to it.

-- name: A to AAAA by node. One node that tilts to A has lost IPv6 clients, or sits where they have.
SELECT
    node,
    sumIf(answers, qtype = 'AAAA') AS aaaa,
    sumIf(answers, qtype = 'A') AS a,
    round(a / aaaa, 2) AS a_for_one_aaaa
FROM sextant.minutes
WHERE minute > now() - 86400 AND stream != 'probe'
GROUP BY node
ORDER BY node;

-- name: SERVFAIL of AAAA against A by zone. Zones of which AAAA alone fails: broken for IPv6-only clients, unseen by others.
SELECT
    zone,
    sumIf(weight, qtype = 'AAAA') AS aaaa,
    sumIf(weight, qtype = 'AAAA' AND rcode = 'SERVFAIL') AS aaaa_failed,
    sumIf(weight, qtype = 'A') AS a,
    sumIf(weight, qtype = 'A' AND rcode = 'SERVFAIL') AS a_failed,
    uniqExactIf(node, rcode = 'SERVFAIL') AS nodes
FROM sextant.answers
WHERE time > now() - 86400 AND stream = 'rec'
GROUP BY zone
HAVING aaaa_failed > 0
ORDER BY aaaa_failed - a_failed DESC, zone
LIMIT 50;

-- name: Failures by network of clients, /56 and /24. One network that fails on all nodes: its path. On one node: the node.
SELECT
    IPv6NumToString(toFixedString(network, 16)) AS network_56_or_24,
    failed,
    answers,
    round(failed / answers, 4) AS share,
    zones,
    nodes
FROM
(
    SELECT
        if(family = 4, concat(substring(client, 1, 15), '\0'), concat(substring(client, 1, 7), '\0\0\0\0\0\0\0\0\0')) AS network,
        sumIf(weight, rcode = 'SERVFAIL') AS failed,
        sum(weight) AS answers,
        uniqExactIf(zone, rcode = 'SERVFAIL') AS zones,
        uniqExactIf(node, rcode = 'SERVFAIL') AS nodes
    FROM sextant.answers
    WHERE time > now() - 86400 AND stream != 'probe'
    GROUP BY network
)
WHERE failed > 0
ORDER BY failed DESC, network_56_or_24
LIMIT 50;

-- name: Fallback by node. Answers for which IPv6 was tried and IPv4 had to do: that node's IPv6 is broken, and nobody notices.
SELECT
    node,
    sumIf(answers, fallback = '6to4') AS from_6_to_4,
    sumIf(answers, fallback = '4to6') AS from_4_to_6,
    sum(answers) AS all_answers
FROM sextant.minutes
WHERE minute > now() - 86400 AND stream = 'rec'
GROUP BY node
ORDER BY node;

-- name: DNS64 by node. The share of AAAA answers that are synthesized.
SELECT
    node,
    sumIf(answers, aaaa = 'dns64') AS dns64,
    sumIf(answers, aaaa = 'native') AS native,
    sumIf(answers, aaaa = 'negative') AS negative
FROM sextant.minutes
WHERE minute > now() - 86400 AND stream = 'rec' AND qtype = 'AAAA'
GROUP BY node
ORDER BY node;

-- name: Answers by node, family and transport, and how many were truncated. TC without TCP after it: TCP is blocked.
SELECT
    node,
    family,
    transport,
    sum(answers) AS all_answers,
    sum(truncated) AS all_truncated,
    round(sum(duration_us) / sum(answers)) AS mean_us
FROM sextant.minutes
WHERE minute > now() - 86400 AND stream != 'probe'
GROUP BY node, family, transport
ORDER BY node, family DESC, transport;

-- name: How long answers take by family, of the servers asked on the way and of all.
SELECT
    node,
    family,
    quantile(0.5)(duration_us) AS p50_us,
    quantile(0.99)(duration_us) AS p99_us,
    quantileIf(0.5)(up_us, up_family = 6) AS up_p50_us6,
    quantileIf(0.5)(up_us, up_family = 4) AS up_p50_us4
FROM sextant.answers
WHERE time > now() - 86400 AND stream = 'rec'
GROUP BY node, family
ORDER BY node, family DESC;

-- name: AAAA against A by minute, for one picture of the fleet.
SELECT
    minute,
    sumIf(answers, qtype = 'AAAA') AS aaaa,
    sumIf(answers, qtype = 'A') AS a,
    sumIf(answers, qtype = 'AAAA' AND rcode = 'SERVFAIL') AS aaaa_failed,
    sumIf(answers, qtype = 'A' AND rcode = 'SERVFAIL') AS a_failed
FROM sextant.minutes
WHERE minute > now() - 3600 AND stream != 'probe'
GROUP BY minute
ORDER BY minute;

-- name: The last failures, one by one.
SELECT
    time,
    node,
    service,
    IPv6NumToString(client) AS client_address,
    qname,
    qtype,
    rcode,
    ede,
    val,
    reason
FROM sextant.answers
WHERE time > now() - 3600 AND rcode NOT IN ('NOERROR', 'NXDOMAIN')
ORDER BY time DESC, us DESC
LIMIT 20;
