/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/session.h"

#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#define TOKEN "0123456789abcdef0123"
#define NOW 1800000000

static bool is_good(const char *authorization, const char *cookie)
{
	return session_is_good(TOKEN, authorization, cookie, NOW);
}

static void test_token(void **state)
{
	(void)state;
	assert_true(token_is(TOKEN, TOKEN));
	assert_false(token_is(TOKEN, ""));
	assert_false(token_is(TOKEN, TOKEN "x"));
	assert_true(is_good("Bearer " TOKEN, NULL));
	assert_true(is_good("bearer " TOKEN, NULL));
	assert_false(is_good("Bearer  " TOKEN, NULL));
	assert_false(is_good("Basic " TOKEN, NULL));
	assert_false(is_good(TOKEN, NULL));
	assert_false(is_good(NULL, NULL));
	assert_false(is_good(NULL, "sextant_session=" TOKEN));
}

/* name=value of a Set-Cookie */
static void cookie_make(const char *token, uint64_t at, char *ret, size_t size)
{
	char set[SESSION_COOKIE_MAX];
	assert_int_equal(session_cookie(token, at, set), ERR_OK);
	assert_non_null(strstr(set, "; HttpOnly"));
	assert_non_null(strstr(set, "; SameSite=Strict"));
	assert_non_null(strstr(set, "; Path=/;"));
	snprintf(ret, size, "%.*s", (int)strcspn(set, ";"), set);
}

static void test_session(void **state)
{
	(void)state;
	char cookie[SESSION_COOKIE_MAX], longer[2 * SESSION_COOKIE_MAX];
	cookie_make(TOKEN, NOW, cookie, sizeof(cookie));
	assert_null(strstr(cookie, TOKEN));
	assert_true(is_good(NULL, cookie));
	snprintf(longer, sizeof(longer), "a=b; %s; c=d", cookie);
	assert_true(is_good(NULL, longer));
	snprintf(longer, sizeof(longer), "sextant_session=1.2;%s", cookie);
	assert_true(is_good(NULL, longer));
	assert_false(session_is_good("another-token-0123", NULL, cookie, NOW));
	assert_true(session_is_good(TOKEN, NULL, cookie, NOW + SESSION_SECONDS - 1));
	assert_false(session_is_good(TOKEN, NULL, cookie, NOW + SESSION_SECONDS));
	assert_false(session_is_good(TOKEN, NULL, cookie, NOW - 1));
	for (size_t i = strlen("sextant_session="); cookie[i] != '\0'; i++) {
		char kept = cookie[i];
		cookie[i] = kept == '1' ? '2' : '1';
		if (is_good(NULL, cookie))
			fail_msg("a changed cookie is good: %s", cookie);
		cookie[i] = kept;
	}
	cookie[strlen(cookie) - 1] = '\0';
	assert_false(is_good(NULL, cookie));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_session),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
