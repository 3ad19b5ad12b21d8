/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/metrics.h"

#include "telemetry/prometheus.h"
#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

/* --- A reader of the format of our own, stricter than the format: each line has to be one we know --- */

struct sample {
	char series[200]; /* name{labels} */
	double value;
};

struct reading {
	struct sample *samples;
	size_t count;
};

static void check_name(const char *name, size_t size)
{
	for (size_t i = 0; i < size; i++)
		assert_true((name[i] >= 'a' && name[i] <= 'z') || name[i] == '_' ||
			    (i > 0 && name[i] >= '0' && name[i] <= '9'));
}

static void read_sample(struct reading *reading, const char *line, size_t size)
{
	const char *blank = memrchr(line, ' ', size);
	struct sample *sample = &reading->samples[reading->count++];
	assert_non_null(blank);
	size_t series = (size_t)(blank - line);
	assert_true(series < sizeof(sample->series));
	memcpy(sample->series, line, series);
	sample->series[series] = '\0';
	check_name(sample->series, strcspn(sample->series, "{"));
	char *end;
	sample->value = strtod(blank + 1, &end);
	assert_true(end == line + size);
	for (size_t i = 0; i + 1 < reading->count; i++)
		assert_string_not_equal(reading->samples[i].series, sample->series);
}

static struct reading read_all(const char *text)
{
	struct reading reading = {.samples = calloc(8000, sizeof(struct sample))};
	char name[100] = "";
	for (const char *line = text; *line != '\0';) {
		size_t size = strcspn(line, "\n");
		assert_int_equal(line[size], '\n');
		if (strncmp(line, "# HELP ", 7) == 0)
			snprintf(name, sizeof(name), "%.*s", (int)strcspn(line + 7, " "), line + 7);
		else if (*line == '#')
			assert_memory_equal(line + 7, name, strlen(name)); /* TYPE follows its HELP */
		else {
			assert_memory_equal(line, name, strlen(name)); /* samples stand under their metric */
			read_sample(&reading, line, size);
		}
		line += size + 1;
	}
	return reading;
}

static double value_of(const struct reading *reading, const char *series)
{
	for (size_t i = 0; i < reading->count; i++) {
		if (strcmp(reading->samples[i].series, series) == 0)
			return reading->samples[i].value;
	}
	fail_msg("no such series: %s", series);
	return -1;
}

/* --- What is written --- */

static struct metrics_facts *facts_new(void)
{
	static const struct metrics_listener listeners[] = {{"lan", "::1@53", true}, {"lan", "127.0.0.1@53", false}};
	static const struct metrics_zone zones[] = {{"example.com", true, true, 7, 1800000000, true, 3, 2, 1790000000, 1791000000},
						    {"odd\"\\\nkey", true, false, 4294967295u, 0},
						    {"absent", false, false, 0, 0}};
	static const struct metrics_sink sinks[] = {{"query-log", 3}};
	static const struct metrics_probes probes[] = {
		{"services", 4, {true, false}, {12, 0}, {3, 0}}};
	static const struct metrics_delegation delegations[] = {
		{"example.org.", 1700000002, 3, {true, false}, {false, false}, {1, 0}}};
	struct metrics_facts *facts = metrics_facts_new();
	facts->probes = (struct metrics_probes *)probes;
	facts->probes_count = 1;
	facts->delegations = (struct metrics_delegation *)delegations;
	facts->delegation_count = 1;
	facts->version = "0.1.0";
	facts->commit = "abc";
	facts->started_us = 1700000000999999;
	facts->loaded_us = 1700000001000000;
	facts->services =
		arena_alloc_zeroed(facts->arena, 2 * sizeof(*facts->services), _Alignof(struct metrics_service));
	facts->service_count = 2;
	facts->services[0].name = "public";
	facts->services[1].name = "lan";
	facts->services[1].is_resolver = true;
	facts->services[1].cache.kinds[0].kind = "answer";
	facts->services[1].cache.kinds[0].entries = 5;
	facts->services[1].cache.kind_count = 1;
	facts->services[1].servers[FAMILY_IPV6][SERVER_TIMEOUT] = 2;
	facts->listeners = (struct metrics_listener *)listeners;
	facts->listener_count = 2;
	facts->zones = (struct metrics_zone *)zones;
	facts->zone_count = 3;
	facts->sinks = (struct metrics_sink *)sinks;
	facts->sink_count = 1;
	static const struct metrics_signal signals[] = {{"AAAA-SERVFAIL", "critical", 2}, {"A-TILT", "notice", 0}};
	static const char *const pair_texts[METRICS_PAIRS] = {"both_ok", "aaaa_only_failed", "a_only_failed", "both_failed",
	                                                      "aaaa_negative"};
	static const uint64_t pairs[METRICS_PAIRS] = {5, 4, 3, 2, 1};
	facts->signals = (struct metrics_signal *)signals;
	facts->signal_count = 2;
	facts->pair_texts = pair_texts;
	facts->services[1].pairs = pairs;
	return facts;
}

static struct reading write_and_read(const struct metrics_facts *facts)
{
	struct text out = {0};
	metrics_write(facts, &out);
	struct reading reading = read_all(text_string(&out));
	text_free(&out);
	return reading;
}

static void test_values(void **state)
{
	(void)state;
	struct metrics_facts *facts = facts_new();
	struct counters *lan = &facts->services[1].counters;
	struct query_event event = {.qtype = 28,
				    .rcode = 2,
				    .size = 1233,
				    .ede = 6,
				    .duration_us = 250,
				    .transport = TRANSPORT_UDP,
				    .cache = CACHE_USE_MISS,
				    .security = SECURITY_BOGUS,
				    .is_tc = true};
	event.client.addr.family = FAMILY_IPV6;
	counters_record(lan, &event);
	lan->families[FAMILY_IPV6].upstream_retries[TRANSPORT_UDP][upstream_way(TRANSPORT_UDP, FAMILY_IPV4)] = 9;
	struct reading reading = write_and_read(facts);
	static const struct {
		const char *series;
		double value;
	} rows[] = {
		{"sextant_build_info{version=\"0.1.0\",commit=\"abc\"}", 1},
		{"sextant_start_time_seconds", 1700000000},
		{"sextant_config_last_reload_success_timestamp_seconds", 1700000001},
		{"sextant_listener_up{service=\"lan\",address=\"::1@53\",transport=\"tcp\"}", 1},
		{"sextant_listener_up{service=\"lan\",address=\"127.0.0.1@53\",transport=\"udp\"}", 0},
		{"sextant_queries_total{service=\"lan\",family=\"ipv6\",transport=\"udp\",qtype=\"AAAA\"}", 1},
		{"sextant_queries_total{service=\"public\",family=\"ipv4\",transport=\"tcp\",qtype=\"other\"}", 0},
		{"sextant_responses_total{service=\"lan\",family=\"ipv6\",transport=\"udp\",qtype_group=\"AAAA\",rcode="
		 "\"SERVFAIL\"}",
		 1},
		{"sextant_truncated_responses_total{service=\"lan\",family=\"ipv6\"}", 1},
		{"sextant_ede_sent_total{service=\"lan\",qtype_group=\"AAAA\",code=\"6\"}", 1},
		{"sextant_ede_sent_total{service=\"lan\",qtype_group=\"A\",code=\"other\"}", 0},
		{"sextant_validation_total{service=\"lan\",qtype_group=\"AAAA\",result=\"bogus\"}", 1},
		{"sextant_aaaa_answers_total{service=\"lan\",origin=\"dns64\"}", 0},
		{"sextant_cache_lookups_total{service=\"lan\",result=\"miss\"}", 1},
		{"sextant_cache_entries{service=\"lan\",kind=\"answer\"}", 5},
		{"sextant_upstream_retries_total{service=\"lan\",from=\"udp6\",to=\"udp4\"}", 9},
		{"sextant_upstream_servers{service=\"lan\",family=\"ipv6\",state=\"timeout\"}", 2},
		{"sextant_dropped_total{service=\"public\",family=\"ipv4\",reason=\"malformed\"}", 0},
		{"sextant_dropped_total{service=\"public\",family=\"ipv6\",reason=\"acl\"}", 0},
		{"sextant_dropped_total{service=\"public\",family=\"ipv6\",reason=\"overload\"}", 0},
		{"sextant_zone_serial{zone=\"example.com\"}", 7},
		{"sextant_zone_transfer_total{zone=\"example.com\",direction=\"in\",result=\"received\"}", 3},
		{"sextant_zone_transfer_total{zone=\"example.com\",direction=\"in\",result=\"failed\"}", 2},
		{"sextant_zone_confirmed_timestamp_seconds{zone=\"example.com\"}", 1790000000},
		{"sextant_zone_expire_timestamp_seconds{zone=\"example.com\"}", 1791000000},
		{"sextant_zone_serial{zone=\"odd\\\"\\\\\\nkey\"}", 4294967295.0},
		{"sextant_zone_loaded{zone=\"absent\"}", 0},
		{"sextant_zone_signature_expiry_timestamp_seconds{zone=\"example.com\"}", 1800000000},
		{"sextant_probes{set=\"services\",family=\"ipv6\"}", 12},
		{"sextant_probes_failing{set=\"services\",family=\"ipv6\"}", 3},
		{"sextant_probe_rounds_total{set=\"services\"}", 4},
		{"sextant_delegation_servers_ok{zone=\"example.org.\",family=\"ipv6\"}", 1},
		{"sextant_delegation_good{zone=\"example.org.\",family=\"ipv6\"}", 0},
		{"sextant_delegation_servers{zone=\"example.org.\"}", 3},
		{"sextant_delegation_audit_timestamp_seconds{zone=\"example.org.\"}", 1700000002},
		{"sextant_signals{signal=\"AAAA-SERVFAIL\",level=\"critical\"}", 2},
		{"sextant_signals{signal=\"A-TILT\",level=\"notice\"}", 0},
		{"sextant_address_pairs_total{service=\"lan\",outcome=\"aaaa_only_failed\"}", 4},
		{"sextant_log_dropped_total{sink=\"query-log\"}", 3},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (value_of(&reading, rows[i].series) != rows[i].value)
			fail_msg("%s is %g, not %g", rows[i].series, value_of(&reading, rows[i].series), rows[i].value);
	}
	free(reading.samples);
	metrics_facts_free(facts);
}

static double histogram_value(const struct reading *reading, const char *format, const char *bound)
{
	char series[200];
	snprintf(series, sizeof(series), format, bound);
	return value_of(reading, series);
}

static void test_buckets_are_cumulative(void **state)
{
	(void)state;
	struct metrics_facts *facts = facts_new();
	static const uint32_t times[] = {10, 11, 250, 250, 999999, 1000000, 10000000, 10000001};
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct query_event event = {.qtype = 1, .size = 512 + (uint32_t)i, .ede = -1, .duration_us = times[i]};
		event.client.addr.family = FAMILY_IPV4;
		counters_record(&facts->services[0].counters, &event);
	}
	struct reading reading = write_and_read(facts);
	static const char seconds[] =
		"sextant_response_seconds_bucket{service=\"public\",family=\"ipv4\",qtype_group=\"A\",le=\"%s\"}";
	static const char octets[] =
		"sextant_response_bytes_bucket{service=\"public\",family=\"ipv4\",transport=\"udp\",le=\"%s\"}";
	static const struct {
		const char *format, *bound;
		double value;
	} rows[] = {
		{seconds, "0.00001", 1}, {seconds, "0.000025", 2}, {seconds, "0.0001", 2}, {seconds, "0.00025", 4},
		{seconds, "0.25", 4},    {seconds, "1", 6},        {seconds, "10", 7},     {seconds, "+Inf", 8},
		{octets, "128", 0},      {octets, "512", 1},       {octets, "1232", 8},    {octets, "+Inf", 8},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(histogram_value(&reading, rows[i].format, rows[i].bound) == rows[i].value);
	assert_true(value_of(&reading,
			     "sextant_response_seconds_count{service=\"public\",family=\"ipv4\",qtype_group=\"A\"}") ==
		    8);
	double sum = value_of(&reading,
			      "sextant_response_seconds_sum{service=\"public\",family=\"ipv4\",qtype_group=\"A\"}");
	assert_true(sum > 22.0005205 && sum < 22.0005215);
	assert_true(value_of(&reading,
			     "sextant_response_bytes_sum{service=\"public\",family=\"ipv4\",transport=\"udp\"}") ==
		    8 * 512 + 28);
	free(reading.samples);
	metrics_facts_free(facts);
}

/* Every combination of bounded labels is there from the start, and none has a resolver's metric without being one. */
static void test_zeros_are_there(void **state)
{
	(void)state;
	struct metrics_facts *facts = facts_new();
	struct reading reading = write_and_read(facts);
	size_t queries = 0, retries = 0;
	for (size_t i = 0; i < reading.count; i++) {
		queries += strncmp(reading.samples[i].series, "sextant_queries_total{", 22) == 0;
		retries += strncmp(reading.samples[i].series, "sextant_upstream_retries_total{", 31) == 0;
		assert_null(strstr(reading.samples[i].series, "sextant_cache_lookups_total{service=\"public\""));
	}
	assert_int_equal(queries, 2 * FAMILY_COUNT * TRANSPORT_COUNT * QTYPE_SLOT_COUNT);
	assert_int_equal(retries, UPSTREAM_WAYS * UPSTREAM_WAYS);
	free(reading.samples);
	metrics_facts_free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_buckets_are_cumulative),
		cmocka_unit_test(test_zeros_are_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
