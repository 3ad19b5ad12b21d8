/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/assets.h"

#include "tests/unit/cmocka_all.h"

static const struct web_asset page = {"/index.html",
				      "text/html; charset=utf-8",
				      "W/\"abc\"",
				      {(const uint8_t *)"page", 4},
				      {(const uint8_t *)"zip", 3}};

static struct web_reply ask(const char *encoding, const char *known)
{
	static struct web_request request;
	struct web_reply reply = {0};
	request.headers[WEB_HEADER_ACCEPT_ENCODING] = encoding;
	request.headers[WEB_HEADER_IF_NONE_MATCH] = known;
	asset_answer(&page, &request, &reply);
	return reply;
}

static void test_gzip_for_those_who_take_it(void **state)
{
	(void)state;
	static const struct {
		const char *accepted;
		bool is_gzip;
	} rows[] = {
		{NULL, false},          {"", false},         {"gzip", true},          {"GZIP", true},
		{"br, gzip", true},     {"gzip;q=0", false}, {"gzip;q=0.0", false},   {"gzip;q=0.1", true},
		{"deflate,gzip", true}, {"xgzip", false},    {"gzipped, br", false},  {"gzip; q=0, br", false},
		{"identity", false},    {", ,gzip", true},   {"br;q=0, gzip ", true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct web_reply reply = ask(rows[i].accepted, NULL);
		assert_int_equal(reply.status, 200);
		if (reply.is_gzip != rows[i].is_gzip || reply.constant.size != (rows[i].is_gzip ? 3 : 4))
			fail_msg("%s", rows[i].accepted);
	}
}

static void test_what_is_known_is_not_sent(void **state)
{
	(void)state;
	static const struct {
		const char *known;
		unsigned status;
	} rows[] = {
		{"W/\"abc\"", 304},
		{"\"abc\"", 304},
		{"\"x\", W/\"abc\"", 304},
		{"*", 304},
		{"\"x\" , \"abc\" ", 304},
		{"\"ab\"", 200},
		{"abc", 200},
		{"", 200},
		{"W/", 200},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct web_reply reply = ask(NULL, rows[i].known);
		if (reply.status != rows[i].status)
			fail_msg("%s: %u", rows[i].known, reply.status);
		assert_int_equal(reply.constant.size, rows[i].status == 304 ? 0 : 4);
		assert_string_equal(reply.etag, "W/\"abc\"");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gzip_for_those_who_take_it),
		cmocka_unit_test(test_what_is_known_is_not_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
