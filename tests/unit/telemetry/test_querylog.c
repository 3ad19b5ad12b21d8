/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/querylog.h"

#include "tests/unit/cmocka_all.h"

#include <jansson.h>

static const struct querylog_source source = {
	.node = "ns1", .service = "public", .role = "authoritative", .stream = "authoritative"};

static struct query_event event_of(const uint8_t *qname, size_t size)
{
	struct query_event event = {.wall_us = 1795318005870123,
	                            .duration_us = 2103,
	                            .transport = TRANSPORT_UDP,
	                            .qname = qname,
	                            .qname_size = (uint16_t)size,
	                            .qtype = 28,
	                            .qclass = 1,
	                            .id = 37269,
	                            .edns_size = 1232,
	                            .size = 136,
	                            .answer_count = 1,
	                            .ttl_s = 3600,
	                            .ede = -1,
	                            .is_aa = true,
	                            .is_rd = true};
	assert_int_equal(ip_endpoint_from_text("2001:db8:c::10@39627", 0, &event.client), ERR_OK);
	assert_int_equal(ip_addr_from_text("2001:db8:f::1", &event.server), ERR_OK);
	return event;
}

/* jansson is the judge of the JSON; the fields are those of the log line's design. */
static json_t *line_read(const struct query_event *event)
{
	struct text out = {0};
	querylog_json(&source, event, &out);
	assert_int_equal(out.data[out.size - 1], '\n');
	assert_ptr_equal(strchr(out.data, '\n'), out.data + out.size - 1);
	json_error_t error;
	json_t *line = json_loads(out.data, JSON_REJECT_DUPLICATES, &error);
	if (line == NULL)
		fail_msg("%s: %s", error.text, out.data);
	text_free(&out);
	return line;
}

#define assert_field(line, key, want) assert_string_equal(json_string_value(json_object_get(line, key)), want)

static void test_json(void **state)
{
	(void)state;
	static const uint8_t qname[] = "\3www\5bogus\3lab";
	struct query_event event = event_of(qname, sizeof(qname));
	json_t *line = line_read(&event);
	assert_int_equal(json_integer_value(json_object_get(line, "v")), 1);
	assert_field(line, "ts", "2026-11-22T03:26:45.870123Z");
	assert_field(line, "ev", "reply");
	assert_field(line, "node", "ns1");
	assert_field(line, "service", "public");
	assert_field(line, "role", "authoritative");
	assert_field(line, "client", "2001:db8:c::10");
	assert_int_equal(json_integer_value(json_object_get(line, "cport")), 39627);
	assert_field(line, "server", "2001:db8:f::1");
	assert_field(line, "family", "ipv6");
	assert_field(line, "transport", "udp");
	assert_field(line, "qname", "www.bogus.lab.");
	assert_field(line, "qtype", "AAAA");
	assert_field(line, "qclass", "IN");
	assert_field(line, "rcode", "NOERROR");
	assert_field(line, "aaaa", "native");
	assert_true(json_is_true(json_object_get(line, "rd")));
	assert_true(json_is_false(json_object_get(line, "tc")));
	assert_int_equal(json_integer_value(json_object_get(line, "us")), 2103);
	assert_int_equal(json_integer_value(json_object_get(line, "ttl")), 3600);
	assert_null(json_object_get(line, "ede"));
	json_decref(line);
}

static void test_ede_and_origin(void **state)
{
	(void)state;
	static const struct {
		uint16_t qtype, rcode, answers;
		bool is_aa;
		const char *aaaa;
	} rows[] = {{28, 0, 2, true, "native"}, {28, 0, 0, true, "negative"}, {28, 3, 0, true, "negative"},
	            {28, 0, 0, false, "-"},     {28, 2, 0, true, "-"},        {1, 0, 1, true, "-"}};
	static const uint8_t root[] = "";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct query_event event = event_of(root, sizeof(root));
		event.qtype = rows[i].qtype;
		event.rcode = rows[i].rcode;
		event.answer_count = rows[i].answers;
		event.is_aa = rows[i].is_aa;
		event.ede = 14;
		json_t *line = line_read(&event);
		assert_field(line, "qname", ".");
		assert_field(line, "aaaa", rows[i].aaaa);
		assert_int_equal(json_integer_value(json_object_get(line, "ede")), 14);
		assert_field(line, "ede_text", "Not Ready");
		json_decref(line);
	}
}

static void assert_texts(const json_t *array, const char *first, const char *second)
{
	assert_int_equal(json_array_size(array), second != NULL ? 2 : 1);
	assert_string_equal(json_string_value(json_array_get(array, 0)), first);
	if (second != NULL)
		assert_string_equal(json_string_value(json_array_get(array, 1)), second);
}

static void test_resolver_line(void **state)
{
	(void)state;
	static const struct querylog_source resolver = {.service = "lan", .role = "resolver", .is_resolver = true};
	static const uint8_t root[] = "";
	struct query_event event = event_of(root, sizeof(root));
	event.is_aa = false;
	event.is_ad = true;
	event.cache = CACHE_USE_MISS;
	event.security = 1;
	event.origin = AAAA_DNS64;
	event.upstream_count = 4;
	event.upstream_tried = 1 << FAMILY_IPV6 | 1 << FAMILY_IPV4;
	event.upstream_turns = TURN_IPV4_IPV6 | TURN_UDP_TCP;
	event.upstream_timeouts = 2;
	event.upstream_us = 1800000;
	event.reason = span_text("half a \"sentence");
	assert_int_equal(ip_prefix_from_text("64:ff9b::/96", &event.dns64_prefix), ERR_OK);
	assert_int_equal(ip_endpoint_from_text("2001:db8::53@53", 0, &event.upstream), ERR_OK);
	struct text out = {0};
	querylog_json(&resolver, &event, &out);
	json_t *line = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(line);
	assert_field(line, "role", "resolver");
	assert_field(line, "cache", "miss");
	assert_field(line, "val", "secure");
	assert_field(line, "aaaa", "dns64");
	assert_field(line, "dns64_prefix", "64:ff9b::/96");
	assert_field(line, "up_server", "2001:db8::53@53");
	assert_field(line, "up_family", "ipv6");
	assert_field(line, "reason", "half a \"sentence");
	assert_true(json_is_true(json_object_get(line, "ad")));
	assert_int_equal(json_integer_value(json_object_get(line, "up_tries")), 4);
	assert_int_equal(json_integer_value(json_object_get(line, "up_us")), 1800000);
	assert_int_equal(json_integer_value(json_object_get(line, "up_timeouts")), 2);
	assert_texts(json_object_get(line, "up_tried"), "ipv6", "ipv4");
	assert_texts(json_object_get(line, "up_turns"), "ipv4-ipv6", "udp-tcp");
	json_decref(line);
	text_clear(&out);
	event.is_upstream_failed = true;
	event.upstream_turns = 0;
	event.upstream_tried = 1 << FAMILY_IPV4;
	querylog_json(&resolver, &event, &out);
	line = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
	assert_field(line, "up_server", "2001:db8::53@53");
	assert_null(json_object_get(line, "up_family")); /* it gave no answer */
	assert_null(json_object_get(line, "up_turns"));
	assert_texts(json_object_get(line, "up_tried"), "ipv4", NULL);
	json_decref(line);
	text_clear(&out);
	event.upstream_count = 0;
	event.cache = CACHE_USE_NONE; /* refused */
	event.origin = AAAA_NONE;
	event.reason = (struct span){0};
	querylog_json(&resolver, &event, &out);
	line = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
	assert_null(json_object_get(line, "cache"));
	assert_null(json_object_get(line, "up_tried"));
	assert_null(json_object_get(line, "val"));
	assert_null(json_object_get(line, "reason"));
	assert_field(line, "aaaa", "-");
	json_decref(line);
	text_free(&out);
}

/* A name is whatever its sender likes: quotes, control characters, octets that are no UTF-8. */
static void test_hostile_name(void **state)
{
	(void)state;
	static const uint8_t qname[] = "\6\"\n\x1b\xff\\.\3lab";
	struct query_event event = event_of(qname, sizeof(qname));
	json_t *line = line_read(&event);
	assert_field(line, "qname", "\\\"\\010\\027\\255\\\\\\..lab.");
	json_decref(line);
	struct text out = {0};
	querylog_text(&source, &event, &out);
	for (size_t i = 0; i + 1 < out.size; i++)
		assert_true(out.data[i] >= ' ' && out.data[i] <= '~');
	text_free(&out);
}

static void test_no_question(void **state)
{
	(void)state;
	struct query_event event = event_of(NULL, 0);
	event.rcode = 1;
	json_t *line = line_read(&event);
	assert_true(json_is_null(json_object_get(line, "qname")));
	assert_field(line, "rcode", "FORMERR");
	json_decref(line);
}

static void test_text(void **state)
{
	(void)state;
	static const uint8_t qname[] = "\3www\5bogus\3lab";
	struct query_event event = event_of(qname, sizeof(qname));
	event.rcode = 2;
	event.ede = 14;
	struct text out = {0};
	querylog_text(&source, &event, &out);
	assert_string_equal(out.data, "03:26:45.870 auth 2001:db8:c::10        www.bogus.lab.                 AAAA   "
	                              "SERVFAIL  -  udp6 2103 us  EDE 14\n");
	text_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_json), cmocka_unit_test(test_ede_and_origin),
		cmocka_unit_test(test_resolver_line),
	                                   cmocka_unit_test(test_hostile_name), cmocka_unit_test(test_no_question),
	                                   cmocka_unit_test(test_text)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
