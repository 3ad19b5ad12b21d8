/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/routes.h"

#include "base/clock.h"
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

/* --- The dashboard --- */

#define TOKEN "0123456789abcdef"

static int give_json(void *owner, json_t **ret)
{
	(void)owner;
	*ret = json_pack("{s:b}", "ok", 1);
	return source_rc;
}

struct asked {
	const char *token; /* of the server */
	const char *target;
	enum web_method method;
	const char *authorization, *cookie, *origin, *type, *body;
};

static struct web_reply ask_dashboard(struct asked asked)
{
	static const struct web_source source = {.status = give_json, .signals = give_json};
	struct web_options options = {.source = &source, .role = WEB_ROLE_DASHBOARD, .token = asked.token};
	static struct web_request request;
	struct web_reply reply = {0};
	memset(&request, 0, sizeof(request));
	assert_int_equal(ip_endpoint_from_text("::1", 8053, &options.endpoint), ERR_OK);
	assert_int_equal(target_parse(span_text(asked.target), &request.target), ERR_OK);
	request.method = asked.method;
	request.now_s = 1800000000;
	request.headers[WEB_HEADER_HOST] = "[::1]:8053";
	request.headers[WEB_HEADER_AUTHORIZATION] = asked.authorization;
	request.headers[WEB_HEADER_COOKIE] = asked.cookie;
	request.headers[WEB_HEADER_ORIGIN] = asked.origin;
	request.headers[WEB_HEADER_CONTENT_TYPE] = asked.type;
	request.body = span_text(asked.body != NULL ? asked.body : "");
	routes_answer(&options, &request, &reply);
	text_free(&reply.body);
	return reply;
}

static void test_who_may_ask(void **state)
{
	(void)state;
	static const char ours[] = "http://[::1]:8053", json[] = "application/json", bearer[] = "Bearer " TOKEN;
	source_rc = ERR_OK;
	static const struct {
		struct asked asked;
		unsigned status;
	} rows[] = {
		{{NULL, "/api/v1/status", WEB_GET}, 200},
		{{NULL, "/api/v1/signals", WEB_HEAD}, 200},
		{{TOKEN, "/api/v1/status", WEB_GET}, 401},
		{{TOKEN, "/api/v1/status", WEB_GET, "Bearer x"}, 401},
		{{TOKEN, "/api/v1/status", WEB_GET, bearer}, 200},
		{{TOKEN, "/api/v1/status", WEB_GET, NULL, "sextant_session=1.2"}, 401},
		{{TOKEN, "/api/v1/status", WEB_POST, bearer}, 405},
		{{TOKEN, "/metrics", WEB_GET, bearer}, 404},
		{{TOKEN, "/api/v1/login", WEB_GET}, 405},
		{{TOKEN, "/api/v1/login", WEB_POST, NULL, NULL, ours, json, "{\"token\":\"" TOKEN "\"}"}, 204},
		{{TOKEN, "/api/v1/login", WEB_POST, NULL, NULL, ours, json, "{\"token\":\"x\"}"}, 401},
		{{TOKEN, "/api/v1/login", WEB_POST, NULL, NULL, ours, json, "{\"token\":1}"}, 400},
		{{TOKEN, "/api/v1/login", WEB_POST, NULL, NULL, ours, json, "["}, 400},
		{{TOKEN, "/api/v1/login", WEB_POST, NULL, NULL, "http://evil", json, "{}"}, 403},
		{{TOKEN, "/api/v1/login", WEB_POST, NULL, NULL, "null", json, "{}"}, 403},
		{{TOKEN, "/api/v1/login", WEB_POST, NULL, NULL, NULL, json, "{}"}, 403},
		{{TOKEN, "/api/v1/login", WEB_POST, NULL, NULL, ours, "text/plain", "{}"}, 403},
		{{TOKEN, "/api/v1/logout", WEB_POST, NULL, NULL, ours, json}, 401},
		{{TOKEN, "/api/v1/logout", WEB_POST, bearer, NULL, NULL, json}, 204},
		{{NULL, "/api/v1/logout", WEB_POST, NULL, NULL, "http://[::1]:8054", json}, 403},
		{{NULL, "/api/v1/logout", WEB_POST, NULL, NULL, "https://[::1]:8053", json}, 204},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct web_reply reply = ask_dashboard(rows[i].asked);
		if (reply.status != rows[i].status)
			fail_msg("row %zu, %s: %u", i, rows[i].asked.target, reply.status);
	}
	source_rc = -ECANCELED;
	assert_int_equal(ask_dashboard((struct asked){NULL, "/api/v1/status", WEB_GET}).status, 503);
	source_rc = ERR_NOT_FOUND;
	assert_int_equal(ask_dashboard((struct asked){NULL, "/api/v1/signals", WEB_GET}).status, 404);
}

/* Each way in takes as long for a wrong guess as the login does. */
static void test_guesses_are_slow(void **state)
{
	(void)state;
	static const struct asked guesses[] = {{TOKEN, "/api/v1/status", WEB_GET, "Bearer x"},
					       {TOKEN, "/api/v1/status", WEB_GET, NULL, "sextant_session=1.2"}};
	for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
		uint64_t begun_us = clock_monotonic_us();
		assert_int_equal(ask_dashboard(guesses[i]).status, 401);
		assert_true(clock_monotonic_us() - begun_us >= 400000);
	}
	/* Who shows nothing guesses nothing: the page that is opened. */
	uint64_t begun_us = clock_monotonic_us();
	assert_int_equal(ask_dashboard((struct asked){TOKEN, "/api/v1/status", WEB_GET}).status, 401);
	assert_true(clock_monotonic_us() - begun_us < 400000);
}

static void test_login_gives_a_cookie(void **state)
{
	(void)state;
	struct asked login = {TOKEN, "/api/v1/login",     WEB_POST,           NULL,
			      NULL,  "http://[::1]:8053", "application/json", "{\"token\":\"" TOKEN "\"}"};
	struct web_reply reply = ask_dashboard(login);
	reply.cookie[strcspn(reply.cookie, ";")] = '\0';
	source_rc = ERR_OK;
	assert_int_equal(ask_dashboard((struct asked){TOKEN, "/api/v1/status", WEB_GET, NULL, reply.cookie}).status,
			 200);
	login.body = "{\"token\":\"\"}";
	assert_string_equal(ask_dashboard(login).cookie, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_rebinding),
		cmocka_unit_test(test_who_may_ask),
		cmocka_unit_test(test_guesses_are_slow),
		cmocka_unit_test(test_login_gives_a_cookie),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
