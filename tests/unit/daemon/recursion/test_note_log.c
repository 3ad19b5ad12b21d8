/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/note_log.h"

#include "signals/event_query.h"
#include "signals/line.h"
#include "tests/unit/cmocka_all.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

static FILE *file;
static struct log *log_to_file;

static int log_open(void **state)
{
	(void)state;
	file = tmpfile();
	log_to_file = log_new(fileno(file), LOG_FORMAT_JSON, LOG_LEVEL_INFO, NULL);
	return log_to_file == NULL;
}

static int log_close(void **state)
{
	(void)state;
	log_free(log_to_file);
	fclose(file);
	return 0;
}

static json_t *line_next(void)
{
	char line[4096];
	if (fgets(line, sizeof(line), file) == NULL)
		return NULL;
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(object);
	return object;
}

#define assert_field(line, key, want) assert_string_equal(json_string_value(json_object_get(line, key)), want)

static void test_fields(void **state)
{
	(void)state;
	struct note_log notes = {.log = log_to_file, .service = "lan"};
	struct note note = {.kind = NOTE_VALIDATION, .has_name = true, .type = 28, .ede = 6,
	                    .text = span_text("the signature does not verify")};
	note.name = name_of((const uint8_t *)"\3www\5bogus\3lab");
	assert_int_equal(ip_endpoint_from_text("2001:db8::53@53", 0, &note.server), ERR_OK);
	note_log_line(&notes, &note, 1000000);
	note = (struct note){.kind = NOTE_FAMILY_DOWN, .has_family = true, .family = FAMILY_IPV6, .ede = -1,
	                     .text = span_text("IPv6 does not reach the world")};
	note_log_line(&notes, &note, 1000000);
	note = (struct note){.kind = NOTE_DELEGATION, .has_name = true, .has_family = true,
	                     .family = FAMILY_IPV4, .ede = -1, .text = span_text("the glue stays in use")};
	note.name = name_of((const uint8_t *)"\3lab");
	note.host = name_of((const uint8_t *)"\2ns\3lab");
	note_log_line(&notes, &note, 1000000);
	note = (struct note){.kind = NOTE_REFRESH_FAILED, .has_name = true, .type = 1, .has_family = true,
	                     .family = FAMILY_IPV6, .ede = 22, .has_ttl_left = true, .ttl_left_s = 57,
	                     .text = span_text("the refresh failed")};
	note.name = name_of((const uint8_t *)"wwwlab");
	assert_int_equal(ip_endpoint_from_text("2001:db8::53@53", 0, &note.server), ERR_OK);
	note_log_line(&notes, &note, 1000000);
	rewind(file);
	json_t *line = line_next();
	assert_field(line, "ev", "validation");
	assert_field(line, "service", "lan");
	assert_field(line, "role", "resolver");
	assert_field(line, "qname", "www.bogus.lab.");
	assert_field(line, "qtype", "AAAA");
	assert_field(line, "up_server", "2001:db8::53@53");
	assert_field(line, "ede_text", "DNSSEC Bogus");
	assert_field(line, "msg", "the signature does not verify");
	assert_int_equal(json_integer_value(json_object_get(line, "ede")), 6);
	json_decref(line);
	line = line_next();
	assert_field(line, "ev", "family");
	assert_field(line, "family", "ipv6");
	assert_field(line, "state", "down");
	assert_null(json_object_get(line, "ede"));
	assert_null(json_object_get(line, "name"));
	json_decref(line);
	line = line_next();
	assert_field(line, "ev", "delegation");
	assert_field(line, "name", "lab.");
	assert_field(line, "host", "ns.lab.");
	assert_field(line, "family", "ipv4");
	assert_null(json_object_get(line, "type"));
	json_decref(line);
	line = line_next();
	assert_field(line, "ev", "refresh"); /* */
	assert_field(line, "qname", "www.lab.");
	assert_field(line, "up_family", "ipv6");
	assert_int_equal(json_integer_value(json_object_get(line, "ttl_left_s")), 57);
	json_decref(line);
}

/* what observers get is what a reader of the log gets. */
static void test_events(void **state)
{
	(void)state;
	static const struct querylog_source source = {.service = "lan", .role = "resolver", .is_resolver = true};
	struct note_log notes = {.log = log_to_file, .service = "lan"};
	static const enum note_kind kinds[] = {NOTE_VALIDATION, NOTE_REFRESH_FAILED};
	for (size_t i = 0; i < 2; i++) {
		struct note note = {.kind = kinds[i], .has_name = true, .type = 28, .has_family = true,
		                    .family = FAMILY_IPV6, .tried = 1 << FAMILY_IPV4 | 1 << FAMILY_IPV6, .ede = 22,
		                    .has_ttl_left = i == 1, .ttl_left_s = 57, .text = span_text("as it is")};
		struct query_event query;
		struct event live, read;
		struct line_reader reader = {.format = LINE_ANY};
		char line[4096];
		note.name = name_of((const uint8_t *)"\3www\3lab");
		assert_int_equal(ip_endpoint_from_text("2001:db8::53@53", 0, &note.server), ERR_OK);
		assert_true(note_to_event(&note, 1795318005870123, &query));
		event_from_query(&source, &query, &live);
		off_t begin = lseek(fileno(file), 0, SEEK_CUR);
		note_log_line(&notes, &note, 1000000);
		ssize_t size = pread(fileno(file), line, sizeof(line), begin);
		assert_true(size > 0);
		assert_int_equal(line_read(&reader, span_of(line, (size_t)size - 1), &read), LINE_EVENT);
		assert_int_equal(live.kind, read.kind);
		assert_int_equal(live.known & ~(EVENT_HAS_UP_FAMILIES | EVENT_HAS_QCLASS), read.known);
		assert_int_equal(live.up_families, 3);
		assert_int_equal(live.ttl_left_s, read.ttl_left_s);
		assert_true(name_equal(event_qname(&live), event_qname(&read)));
		assert_true(ip_addr_equal(&live.upstream.addr, &read.upstream.addr));
		assert_int_equal(live.stream, STREAM_RECURSIVE);
		assert_int_equal(live.ede, read.ede);
		assert_string_equal(live.reason, read.reason);
	}
	/* A refresh that went well is an event, and no line. */
	struct query_event query;
	struct event live;
	struct note refreshed = {.kind = NOTE_REFRESHED, .has_name = true, .type = 28, .rcode = 3, .ede = -1};
	refreshed.name = name_of((const uint8_t *)"\3www\3lab");
	off_t before = lseek(fileno(file), 0, SEEK_CUR);
	note_log_line(&notes, &refreshed, 1000000);
	assert_int_equal(lseek(fileno(file), 0, SEEK_CUR), before);
	assert_true(note_to_event(&refreshed, 1795318005870123, &query));
	event_from_query(&source, &query, &live);
	assert_true(live.kind == EVENT_REFRESH && event_has(&live, EVENT_HAS_RCODE) && live.rcode == 3);
	assert_false(event_has(&live, EVENT_HAS_TTL_LEFT));
	const struct note failure = {.kind = NOTE_FAILURE}, up = {.kind = NOTE_FAMILY_UP, .has_family = true};
	const struct note down = {.kind = NOTE_FAMILY_DOWN, .has_family = true, .family = FAMILY_IPV4, .ede = -1};
	assert_false(note_to_event(&failure, 0, &query) || note_to_event(&up, 0, &query));
	assert_true(note_to_event(&down, 0, &query));
	assert_int_equal(query.upstream_tried, 1 << FAMILY_IPV4);
}

/* A storm of failures is told in a few lines a second and a count; other kinds are not silenced by it. */
static void test_storm(void **state)
{
	(void)state;
	struct note_log notes = {.log = log_to_file, .service = "lan"};
	struct note failure = {.kind = NOTE_FAILURE, .ede = -1, .text = span_text("no server answers")};
	struct note loop = {.kind = NOTE_LOOP, .ede = -1, .text = span_text("a loop")};
	for (unsigned i = 0; i < 1000; i++)
		note_log_line(&notes, &failure, 5000000 + i);
	note_log_line(&notes, &loop, 5999999);
	note_log_line(&notes, &failure, 6000000);
	note_log_line(&notes, &failure, 6000001);
	rewind(file);
	unsigned failures = 0, loops = 0;
	json_int_t left_out = 0;
	json_t *line;
	while ((line = line_next()) != NULL) {
		bool is_failure = strcmp(json_string_value(json_object_get(line, "ev")), "failure") == 0;
		failures += is_failure;
		loops += !is_failure;
		left_out += json_integer_value(json_object_get(line, "left_out"));
		json_decref(line);
	}
	assert_int_equal(failures, NOTE_LOG_BURST + 2);
	assert_int_equal(loops, 1);
	assert_int_equal(left_out, 1000 - NOTE_LOG_BURST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_fields, log_open, log_close),
	                                   cmocka_unit_test_setup_teardown(test_events, log_open, log_close),
	                                   cmocka_unit_test_setup_teardown(test_storm, log_open, log_close)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
