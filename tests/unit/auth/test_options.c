/* SPDX-License-Identifier: BSD-2-Clause */
/* What a service's options add: identity, cookies, keepalive, TSIG. */
#include "dns/cookie.h"
#include "dns/edns.h"
#include "dns/header.h"
#include "dns/tsig.h"
#include "tests/unit/auth/served.h"
#include "tests/unit/cmocka_all.h"

/* A question for www.example. AAAA with one EDNS option. */
static size_t query_with_option(uint16_t code, struct span value, uint8_t ret_query[512])
{
	struct served_question question = {.name = "www.example.", .type = "AAAA", .edns_size = 1232};
	struct writer out = {.data = ret_query, .size = served_query(&question, ret_query), .capacity = 512};
	store_u16(ret_query + out.size - 2, (uint16_t)(4 + value.size));
	writer_u16(&out, code);
	writer_u16(&out, (uint16_t)value.size);
	writer_bytes(&out, value.data, value.size);
	return out.size;
}

/* OPT is the last record of the reply: its options. */
static struct span reply_options(const struct served *served)
{
	for (size_t at = served->reply_size - EDNS_HEADER_SIZE; at > HEADER_SIZE; at--)
		if (memcmp(served->reply + at, "\0\0\x29", 3) == 0 &&
		    load_u16(served->reply + at + 9) == served->reply_size - at - EDNS_HEADER_SIZE)
			return span_of(served->reply + at + EDNS_HEADER_SIZE, served->reply_size - at - EDNS_HEADER_SIZE);
	return span_of(NULL, 0);
}

static void test_identity(void **state)
{
	struct served *served = *state;
	struct text text = {0};
	uint8_t query[512];
	served->options.identity = "ns1.site-a";
	served->options.version = "Sextant";
	size_t size = query_with_option(EDNS_NSID, span_of(NULL, 0), query);
	served_ask(served, span_of(query, size), TRANSPORT_UDP);
	struct span options = reply_options(served);
	assert_int_equal(options.size, 4 + 10);
	assert_memory_equal(options.data, "\0\3\0\012ns1.site-a", 14);

	static const struct {
		const char *name, *type, *answer;
	} rows[] = {
		{"id.server.", "TXT", "NOERROR aa\nanswer id.server. 0 TXT \"ns1.site-a\"\n"},
		{"HOSTNAME.bind.", "TXT", "NOERROR aa\nanswer HOSTNAME.bind. 0 TXT \"ns1.site-a\"\n"},
		{"version.bind.", "ANY", "NOERROR aa\nanswer version.bind. 0 TXT \"Sextant\"\n"},
		{"version.server.", "TXT", "NOERROR aa\nanswer version.server. 0 TXT \"Sextant\"\n"},
		{"version.server.", "A", "NOERROR aa\n"},
		{"authors.bind.", "TXT", "REFUSED\n"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct served_question question = {.name = rows[i].name, .type = rows[i].type, .class = "CH"};
		size = served_query(&question, query);
		served_ask(served, span_of(query, size), TRANSPORT_UDP);
		served_reply_text(served, &text);
		assert_string_equal(text_string(&text), rows[i].answer);
	}
	text_free(&text);
}

static void test_keepalive(void **state)
{
	struct served *served = *state;
	uint8_t query[512];
	size_t size = query_with_option(EDNS_KEEPALIVE, span_of(NULL, 0), query);
	served_ask(served, span_of(query, size), TRANSPORT_TCP);
	struct span options = reply_options(served);
	assert_int_equal(options.size, 6);
	assert_memory_equal(options.data, "\0\013\0\2\0\144", 6);
	served_ask(served, span_of(query, size), TRANSPORT_UDP);
	assert_int_equal(reply_options(served).size, 0);
}

static void test_cookie(void **state)
{
	struct served *served = *state;
	uint8_t query[512], cookie[COOKIE_SIZE];
	served->options.is_cookie_on = true;
	memcpy(served->options.cookie_secret, "0123456789abcdef", 16);
	memcpy(served->options.cookie_secret_old, "0123456789abcdef", 16);
	size_t size = query_with_option(EDNS_COOKIE, span_of("clientco", 8), query);
	served_ask(served, span_of(query, size), TRANSPORT_UDP);
	struct span options = reply_options(served);
	assert_int_equal(options.size, 4 + COOKIE_SIZE);
	assert_memory_equal(options.data, "\0\012\0\030clientco", 12);
	assert_true(served->event.has_cookie && !served->event.is_cookie_valid);

	memcpy(cookie, options.data + 4, COOKIE_SIZE);
	size = query_with_option(EDNS_COOKIE, span_of(cookie, COOKIE_SIZE), query);
	served_ask(served, span_of(query, size), TRANSPORT_UDP);
	assert_true(served->event.is_cookie_valid);
	assert_memory_equal(reply_options(served).data + 4, cookie, COOKIE_SIZE);

	/* A forged one: answered all the same, with a good one beside it. */
	cookie[COOKIE_SIZE - 1] ^= 1;
	size = query_with_option(EDNS_COOKIE, span_of(cookie, COOKIE_SIZE), query);
	served_ask(served, span_of(query, size), TRANSPORT_UDP);
	assert_false(served->event.is_cookie_valid);
	assert_int_equal(served->event.rcode, RCODE_NOERROR);
	assert_memory_not_equal(reply_options(served).data + 4, cookie, COOKIE_SIZE);

	/* RFC 7873 5.4: only a cookie is wanted. */
	uint8_t bare[] = "\x12\x34\0\0\0\0\0\0\0\0\0\1\0\0\x29\x04\xd0\0\0\0\0\0\x0c\0\x0a\0\x08" "clientco";
	served_ask(served, span_of(bare, sizeof(bare) - 1), TRANSPORT_UDP);
	assert_int_equal(served->reply[3] & 15, RCODE_NOERROR);
	assert_int_equal(served->reply_size, HEADER_SIZE + EDNS_HEADER_SIZE + 4 + COOKIE_SIZE);

	served->options.is_cookie_on = false;
	served_ask(served, span_of(query, size), TRANSPORT_UDP);
	assert_int_equal(reply_options(served).size, 0);
}

static struct tsig_key *key_of(const char *name, const char *secret)
{
	struct name_buffer buffer;
	struct name key_name;
	struct tsig_key *key;
	assert_int_equal(name_from_text(span_text(name), name_root, &buffer, &key_name, NULL), ERR_OK);
	assert_int_equal(tsig_key_new(key_name, TSIG_HMAC_SHA256, span_text(secret), &key), ERR_OK);
	return key;
}

/* The offset of the TSIG that ends the reply: its owner is the key's name, written out. */
static size_t reply_tsig(const struct served *served, struct name key_name)
{
	for (size_t at = served->reply_size; at-- > HEADER_SIZE;)
		if (served->reply_size - at > key_name.size + 2u &&
		    memcmp(served->reply + at, key_name.wire, key_name.size) == 0 &&
		    load_u16(served->reply + at + key_name.size) == RR_TSIG)
			return at;
	return 0;
}

static void test_tsig(void **state)
{
	struct served *served = *state;
	struct tsig_key *key = key_of("key.", "a secret of the two");
	struct tsig_key *forged = key_of("key.", "another secret");
	struct tsig_key *unknown = key_of("unknown.", "a secret of the two");
	served->options.keys = (const struct tsig_key *const[]){key};
	served->options.key_count = 1;
	const struct {
		const struct tsig_key *key;
		uint64_t now_s;
		uint16_t rcode, error;
		int verified;
	} rows[] = {
		{key, SERVED_NOW_S, RCODE_NOERROR, 0, ERR_OK},
		{forged, SERVED_NOW_S, RCODE_NOTAUTH, TSIG_BADSIG, ERR_OK},
		{unknown, SERVED_NOW_S, RCODE_NOTAUTH, RCODE_BADKEY, ERR_OK},
		{key, SERVED_NOW_S - 4000, RCODE_NOTAUTH, RCODE_BADTIME, ERR_OK},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t query[512];
		struct served_question question = {.name = "www.example.", .type = "AAAA"};
		struct writer out = {.data = query, .size = served_query(&question, query), .capacity = sizeof(query)};
		struct tsig sent;
		uint16_t error = 0xffff;
		assert_int_equal(tsig_sign_query(rows[i].key, rows[i].now_s, &out, &sent), ERR_OK);
		served_ask(served, writer_span(&out), TRANSPORT_UDP);
		assert_int_equal(served->reply[3] & 15, rows[i].rcode);
		assert_true(served->event.has_tsig);
		size_t offset = reply_tsig(served, tsig_key_name(rows[i].key));
		assert_true(offset > 0);
		int verified = tsig_verify_answer(&sent, span_of(served->reply, served->reply_size), offset,
		                                  rows[i].now_s, &error);
		assert_int_equal(error, rows[i].error);
		assert_int_equal(verified, rows[i].verified);
	}
	tsig_key_free(key);
	tsig_key_free(forged);
	tsig_key_free(unknown);
}

static int setup(void **state)
{
	*state = served_new("example.zone");
	return 0;
}

static int teardown(void **state)
{
	served_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_identity, setup, teardown),
		cmocka_unit_test_setup_teardown(test_keepalive, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cookie, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tsig, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
