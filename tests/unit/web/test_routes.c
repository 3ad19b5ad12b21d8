/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/routes.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>

static int source_rc;
static const char *source_text;

static int give(void *owner, struct text *out)
{
	(void)owner;
	text_add(out, source_text);
	return source_rc;
}

static struct web_reply ask(const char *endpoint, const char *host, const char *target, enum web_method method)
{
	static const struct web_source source = {.metrics = give, .readiness = give};
	struct web_options options = {.source = &source, .role = WEB_ROLE_METRICS};
	static struct web_request request;
	struct web_reply reply = {0};
	assert_int_equal(ip_endpoint_from_text(endpoint, 9553, &options.endpoint), ERR_OK);
	assert_int_equal(target_parse(span_text(target), &request.target), ERR_OK);
	request.method = method;
	request.headers[WEB_HEADER_HOST] = host;
	routes_answer(&options, &request, &reply);
	return reply;
}

static unsigned status_of(const char *endpoint, const char *host, const char *target, enum web_method method)
{
	struct web_reply reply = ask(endpoint, host, target, method);
	text_free(&reply.body);
	return reply.status;
}

static void test_statuses(void **state)
{
	(void)state;
	source_rc = ERR_OK;
	source_text = "";
	assert_int_equal(status_of("::1", "[::1]:9553", "/metrics", WEB_GET), 200);
	assert_int_equal(status_of("::1", "[::1]:9553", "/readyz", WEB_HEAD), 200);
	assert_int_equal(status_of("::1", "[::1]:9553", "/healthz?x=1", WEB_GET), 200);
	assert_int_equal(status_of("::1", "[::1]:9553", "/", WEB_GET), 404);
	assert_int_equal(status_of("::1", "[::1]:9553", "/metrics/", WEB_GET), 404);
	assert_int_equal(status_of("::1", NULL, "/metrics", WEB_GET), 400);
	struct web_reply reply = ask("::1", "localhost", "/metrics", WEB_POST);
	assert_int_equal(reply.status, 405);
	assert_string_equal(reply.allow, "GET, HEAD");
	text_free(&reply.body);
	source_text = "listener ::1@53 is waiting\n";
	reply = ask("::1", "localhost", "/readyz", WEB_GET);
	assert_int_equal(reply.status, 503);
	assert_string_equal(text_string(&reply.body), source_text);
	text_free(&reply.body);
	source_rc = -ETIMEDOUT;
	assert_int_equal(status_of("::1", "[::1]:9553", "/metrics", WEB_GET), 503);
	assert_int_equal(status_of("::1", "[::1]:9553", "/readyz", WEB_GET), 503);
	assert_int_equal(status_of("::1", "[::1]:9553", "/healthz", WEB_GET), 200);
}

/* A page of evil.example that makes the name point here must not read what loopback gives. */
static void test_rebinding(void **state)
{
	(void)state;
	static const struct {
		const char *endpoint, *host;
		bool is_ours;
	} rows[] = {
		{"::1", "[::1]:9553", true},
		{"::1", "[::1]", true},
		{"::1", "localhost:80", true},
		{"::1", "LOCALHOST", true},
		{"::1", "127.0.0.1:1", true},
		{"127.0.0.1", "127.0.0.1", true},
		{"::1", "evil.example", false},
		{"::1", "localhost.evil.example", false},
		{"::1", "[::1].evil.example", false},
		{"::1", "192.0.2.1", false},
		{"::1", "", false},
		{"::1", "[::1", false},
		{"::1", "localhost:x", false},
		{"::1", "localhost:80:80", false},
		{"::1", "localhost@evil", false},
		{"::1", ":80", false},
		{"127.0.0.1", "evil:9553", false},
		{"2001:db8::1", "ns1.example.net:9553", true},
		{"::", "ns1.example.net", true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_endpoint endpoint;
		assert_int_equal(ip_endpoint_from_text(rows[i].endpoint, 9553, &endpoint), ERR_OK);
		if (host_is_ours(&endpoint, rows[i].host) != rows[i].is_ours)
			fail_msg("%s asked as %s", rows[i].endpoint, rows[i].host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_rebinding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
