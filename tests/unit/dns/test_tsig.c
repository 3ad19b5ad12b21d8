/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/tsig.h"

#include "dns/query.h"
#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/dns/hex.h"

#define NOW 1795318006
#define SECRET "0123456789abcdef0123456789abcdef"

/* A query and its answer as dnspython 2.3.0 signs them: key "key.test.", the secret above, the time above. */
static const struct vector {
	const char *algorithm;
	const char *query;
	const char *answer;
} vectors[] = {
	{"hmac-md5.sig-alg.reg.int.",
		 "12340100000100000000000103777777076578616d706c6503636f6d00001c0001036b657904746573740000"
		 "fa00ff00000000003a08686d61632d6d6435077369672d616c670372656703696e740000006b0260f6012c00"
		 "10b43989bc3dde3f85d13e43a2f798b0b5123400000000",
		 "12348100000100010000000103777777076578616d706c6503636f6d00001c0001c00c001c00010000003c00"
		 "1020010db8000000000000000000000001036b657904746573740000fa00ff00000000003a08686d61632d6d"
		 "6435077369672d616c670372656703696e740000006b0260f6012c00104231cbbe435415cbdb013cd07cea06"
		 "90123400000000"},
	{"hmac-sha1.",
		 "12340100000100000000000103777777076578616d706c6503636f6d00001c0001036b657904746573740000"
		 "fa00ff00000000002f09686d61632d736861310000006b0260f6012c001405bf1e489b6e3cb080eb5bff5fad"
		 "39190278ed8e123400000000",
		 "12348100000100010000000103777777076578616d706c6503636f6d00001c0001c00c001c00010000003c00"
		 "1020010db8000000000000000000000001036b657904746573740000fa00ff00000000002f09686d61632d73"
		 "6861310000006b0260f6012c0014e1c806808efc452e6e151937cc5aa8bfa7be99af123400000000"},
	{"hmac-sha224.",
		 "12340100000100000000000103777777076578616d706c6503636f6d00001c0001036b657904746573740000"
		 "fa00ff0000000000390b686d61632d7368613232340000006b0260f6012c001c4bc2ac3ac4ee6e1b8373c793"
		 "3fb8d7e1941d4be52280e72b30b49f1b123400000000",
		 "12348100000100010000000103777777076578616d706c6503636f6d00001c0001c00c001c00010000003c00"
		 "1020010db8000000000000000000000001036b657904746573740000fa00ff0000000000390b686d61632d73"
		 "68613232340000006b0260f6012c001c88ba54b0efda01e3f6500562f170b54a9b0c7ca408aacf3ced724d7a"
		 "123400000000"},
	{"hmac-sha256.",
		 "12340100000100000000000103777777076578616d706c6503636f6d00001c0001036b657904746573740000"
		 "fa00ff00000000003d0b686d61632d7368613235360000006b0260f6012c00203945ad9d8062cbffa6362c25"
		 "197b877b49a62661900b949dbe31a99832b8af0b123400000000",
		 "12348100000100010000000103777777076578616d706c6503636f6d00001c0001c00c001c00010000003c00"
		 "1020010db8000000000000000000000001036b657904746573740000fa00ff00000000003d0b686d61632d73"
		 "68613235360000006b0260f6012c0020f5a92b5ee8c5f5604108db91d536d3c713f6e4622c8c8491e3c7b84e"
		 "1b507690123400000000"},
	{"hmac-sha256-128.",
		 "12340100000100000000000103777777076578616d706c6503636f6d00001c0001036b657904746573740000"
		 "fa00ff0000000000310f686d61632d7368613235362d3132380000006b0260f6012c001010f5387a80027388"
		 "0f88fcde30ee3502123400000000",
		 "12348100000100010000000103777777076578616d706c6503636f6d00001c0001c00c001c00010000003c00"
		 "1020010db8000000000000000000000001036b657904746573740000fa00ff0000000000310f686d61632d73"
		 "68613235362d3132380000006b0260f6012c001007fc53d33ce626f61950229570f0c9da123400000000"},
	{"hmac-sha384.",
		 "12340100000100000000000103777777076578616d706c6503636f6d00001c0001036b657904746573740000"
		 "fa00ff00000000004d0b686d61632d7368613338340000006b0260f6012c0030b4cc65b3a0d6f9cd71adb377"
		 "09f30b676280cbd6d9b3862e0d26708d0ff56867e403a8969c1ab3646fe5a078d87e22f9123400000000",
		 "12348100000100010000000103777777076578616d706c6503636f6d00001c0001c00c001c00010000003c00"
		 "1020010db8000000000000000000000001036b657904746573740000fa00ff00000000004d0b686d61632d73"
		 "68613338340000006b0260f6012c003005d382d0fb96258b0dd68a64e03064fc9fd9d6b157762f9ac0f67a95"
		 "72affc3ab41eafc5d930accc5f1efec20e4d1343123400000000"},
	{"hmac-sha384-192.",
		 "12340100000100000000000103777777076578616d706c6503636f6d00001c0001036b657904746573740000"
		 "fa00ff0000000000390f686d61632d7368613338342d3139320000006b0260f6012c001825ac362066dc5d56"
		 "8224b374b56541d20297f571cd02f482123400000000",
		 "12348100000100010000000103777777076578616d706c6503636f6d00001c0001c00c001c00010000003c00"
		 "1020010db8000000000000000000000001036b657904746573740000fa00ff0000000000390f686d61632d73"
		 "68613338342d3139320000006b0260f6012c0018458a0c621edb4e8c70633e4a2ac19e670a722d5c607a8f70"
		 "123400000000"},
	{"hmac-sha512.",
		 "12340100000100000000000103777777076578616d706c6503636f6d00001c0001036b657904746573740000"
		 "fa00ff00000000005d0b686d61632d7368613531320000006b0260f6012c0040d1001a035d9788168346da25"
		 "c56b43e7637ab8037db643df5feb33c6dff7c3137eaa1aa76ddc5b6269a8b5bc8b8c248e9af6618153925571"
		 "8ba231beb9c9e784123400000000",
		 "12348100000100010000000103777777076578616d706c6503636f6d00001c0001c00c001c00010000003c00"
		 "1020010db8000000000000000000000001036b657904746573740000fa00ff00000000005d0b686d61632d73"
		 "68613531320000006b0260f6012c0040c157ff03e6a852caa4ad0f513257867dbf62bc4d2b3b8d83dc71e795"
		 "1fe3e9242feec1f1783d37dc7b4a305a188184609156c05ce046fa66f8ec5c8d0d1abc05123400000000"},
	{"hmac-sha512-256.",
		 "12340100000100000000000103777777076578616d706c6503636f6d00001c0001036b657904746573740000"
		 "fa00ff0000000000410f686d61632d7368613531322d3235360000006b0260f6012c0020127c42274441fca3"
		 "e1fff368f54fdced4ddb1c46bca238e66cf20722255aba9a123400000000",
		 "12348100000100010000000103777777076578616d706c6503636f6d00001c0001c00c001c00010000003c00"
		 "1020010db8000000000000000000000001036b657904746573740000fa00ff0000000000410f686d61632d73"
		 "68613531322d3235360000006b0260f6012c00204620e46922a3ae05786f6835388c6fb1e2d3049aa611de53"
		 "90701d3860dab3d8123400000000"},
};
#define VECTOR_COUNT (sizeof(vectors) / sizeof(vectors[0]))

static struct tsig_key *key_of(const char *algorithm_text, const char *name_wire, const char *secret)
{
	enum tsig_algorithm algorithm;
	struct tsig_key *key;
	assert_int_equal(tsig_algorithm_from_text(algorithm_text, &algorithm), ERR_OK);
	assert_int_equal(tsig_key_new(name_of((const uint8_t *)name_wire), algorithm, span_text(secret), &key), ERR_OK);
	return key;
}

static struct tsig_key *key_for(const struct vector *vector)
{
	return key_of(vector->algorithm, "\3Key\4TEST", SECRET);
}

/* Cuts TSIG off, counts it off, and gives what was before it. */
static size_t unsign(uint8_t *octets, size_t size)
{
	size_t at = size - 1;
	while (memcmp(octets + at, "\3key\4test", 10) != 0)
		at--;
	store_u16(octets + 10, (uint16_t)(load_u16(octets + 10) - 1));
	return at;
}

static void requests_verify_and_answers_match(void **state)
{
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		uint8_t octets[512], wanted[512];
		struct span message = span_of(octets, octets_of_hex(vectors[i].query, octets, sizeof(octets)));
		struct query query;
		assert_int_equal(query_parse(message, &query), QUERY_OK);
		const struct tsig_key *key = key_for(&vectors[i]);
		struct tsig tsig;
		assert_int_equal(tsig_verify_request(&key, 1, message, query.tsig_offset, NOW + TSIG_FUDGE_S, &tsig), TSIG_GOOD);
		assert_ptr_equal(tsig.key, key);
		size_t size = octets_of_hex(vectors[i].answer, wanted, sizeof(wanted));
		memcpy(octets, wanted, size);
		struct writer out = writer_of(octets, sizeof(octets));
		out.size = unsign(octets, size);
		size_t appended = size - out.size;
		assert_int_equal(tsig_answer_size(&tsig), appended);
		assert_int_equal(tsig_sign_answer(&tsig, NOW, &out), ERR_OK);
		assert_int_equal(out.size, size);
		assert_memory_equal(octets, wanted, size);
		/* Without room nothing changes. */
		out.size = unsign(octets, size);
		out.capacity = size - 1;
		assert_int_equal(tsig_sign_answer(&tsig, NOW, &out), ERR_SPACE);
		assert_int_equal(out.size, size - appended);
		tsig_key_free((struct tsig_key *)(uintptr_t)key);
	}
}

static void queries_match_and_answers_verify(void **state)
{
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		uint8_t octets[512], wanted[512];
		size_t size = octets_of_hex(vectors[i].query, wanted, sizeof(wanted));
		memcpy(octets, wanted, size);
		struct writer out = writer_of(octets, sizeof(octets));
		out.size = unsign(octets, size);
		struct tsig_key *key = key_for(&vectors[i]);
		struct tsig sent;
		assert_int_equal(tsig_sign_query(key, NOW, &out, &sent), ERR_OK);
		assert_int_equal(out.size, size);
		assert_memory_equal(octets, wanted, size);

		size = octets_of_hex(vectors[i].answer, octets, sizeof(octets));
		uint8_t cut[512];
		memcpy(cut, octets, size);
		size_t offset = unsign(cut, size);
		uint16_t error = 99;
		struct span answer = span_of(octets, size);
		assert_int_equal(tsig_verify_answer(&sent, answer, offset, NOW, &error), ERR_OK);
		assert_int_equal(error, 0);
		assert_int_equal(tsig_verify_answer(&sent, answer, offset, NOW + 301, &error), ERR_RANGE);
		assert_int_equal(tsig_verify_answer(&sent, answer, offset, NOW - 301, &error), ERR_RANGE);
		octets[30] ^= 0x20;
		assert_int_equal(tsig_verify_answer(&sent, answer, offset, NOW, &error), ERR_MISMATCH);
		octets[30] ^= 0x20;
		sent.mac[3] ^= 1;
		assert_int_equal(tsig_verify_answer(&sent, answer, offset, NOW, &error), ERR_MISMATCH);
		assert_int_equal(tsig_verify_answer(&sent, span_of(octets, size - 1), offset, NOW, &error), ERR_SYNTAX);
		tsig_key_free(key);
	}
}

/* An octet of the message changed anywhere is seen, but for the id, which a forwarder may change. */
static void every_octet_is_covered(void **state)
{
	uint8_t octets[512];
	struct span message = span_of(octets, octets_of_hex(vectors[3].query, octets, sizeof(octets)));
	const struct tsig_key *key = key_for(&vectors[3]);
	struct query query;
	assert_int_equal(query_parse(message, &query), QUERY_OK);
	for (size_t i = 0; i < message.size; i++) {
		octets[i] ^= 1;
		struct tsig tsig;
		enum tsig_verdict verdict = tsig_verify_request(&key, 1, message, query.tsig_offset, NOW, &tsig);
		if ((verdict == TSIG_GOOD) != (i < 2))
			fail_msg("octet %zu: verdict %d", i, verdict);
		octets[i] ^= 1;
	}
	tsig_key_free((struct tsig_key *)(uintptr_t)key);
}

static enum tsig_verdict verify(const struct tsig_key *key, uint8_t *octets, size_t size, uint64_t now_s,
                                struct tsig *ret)
{
	struct query query;
	assert_int_equal(query_parse(span_of(octets, size), &query), QUERY_OK);
	return tsig_verify_request(&key, 1, span_of(octets, size), query.tsig_offset, now_s, ret);
}

/* The answer's own TSIG, read back: sizes of MAC and Other Data tell the format. */
static void assert_answer_format(const struct tsig *tsig, uint16_t error, size_t mac_size, size_t other_size)
{
	uint8_t octets[512] = {0x12, 0x34, 0x84, 0x09};
	struct writer out = writer_of(octets, sizeof(octets));
	out.size = HEADER_SIZE;
	assert_int_equal(tsig_sign_answer(tsig, NOW, &out), ERR_OK);
	assert_int_equal(out.size, HEADER_SIZE + tsig_answer_size(tsig));
	assert_int_equal(load_u16(octets + 10), 1);
	const uint8_t *end = octets + out.size - other_size;
	assert_int_equal(load_u16(end - 2), other_size);
	assert_int_equal(load_u16(end - 4), error);
	assert_int_equal(load_u16(end - 6), 0x1234);
	assert_int_equal(load_u16(end - 6 - mac_size - 2), mac_size);
	if (other_size > 0)
		assert_int_equal(load_u32(end + 2), NOW);
}

static void bad_requests_are_told_apart(void **state)
{
	uint8_t octets[512];
	size_t size = octets_of_hex(vectors[3].query, octets, sizeof(octets));
	struct tsig tsig;
	struct tsig_key *good = key_for(&vectors[3]);
	struct tsig_key *other_name = key_of("hmac-sha256", "\3kez\4test", SECRET);
	struct tsig_key *other_algorithm = key_of("hmac-sha512", "\3key\4test", SECRET);
	struct tsig_key *other_secret = key_of("hmac-sha256", "\3key\4test", "another");
	assert_int_equal(verify(other_name, octets, size, NOW, &tsig), TSIG_BAD);
	assert_answer_format(&tsig, RCODE_BADKEY, 0, 0);
	assert_int_equal(verify(other_algorithm, octets, size, NOW, &tsig), TSIG_BAD);
	assert_answer_format(&tsig, RCODE_BADKEY, 0, 0);
	assert_int_equal(verify(other_secret, octets, size, NOW, &tsig), TSIG_BAD);
	assert_answer_format(&tsig, TSIG_BADSIG, 0, 0);
	assert_int_equal(verify(good, octets, size, NOW - 301, &tsig), TSIG_BAD);
	assert_answer_format(&tsig, RCODE_BADTIME, 32, 6);
	assert_int_equal(verify(good, octets, size, NOW + 301, &tsig), TSIG_BAD);
	assert_answer_format(&tsig, RCODE_BADTIME, 32, 6);
	struct tsig_key *keys[] = {good, other_name, other_algorithm, other_secret};
	for (size_t i = 0; i < 4; i++)
		tsig_key_free(keys[i]);
}

/* RFC 8945 5.2.2.1: the MAC of hmac-sha256 cut to some octets. */
static void truncated_macs(void **state)
{
	static const struct {
		size_t mac_size;
		enum tsig_verdict verdict;
	} rows[] = {{0, TSIG_MALFORMED}, {9, TSIG_MALFORMED}, {15, TSIG_MALFORMED}, {16, TSIG_BAD}, {31, TSIG_BAD},
	            {32, TSIG_GOOD}};
	struct tsig_key *key = key_for(&vectors[3]);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t octets[512];
		size_t size = octets_of_hex(vectors[3].query, octets, sizeof(octets)), cut = 32 - rows[i].mac_size;
		/* MAC, original id, error and other size are the end of the message. */
		uint8_t *mac = octets + size - 6 - 32, *rdlength = mac - 2 - 8 - 13 - 2;
		store_u16(mac - 2, (uint16_t)rows[i].mac_size);
		store_u16(rdlength, (uint16_t)(load_u16(rdlength) - cut));
		memmove(mac + 32 - cut, mac + 32, 6);
		struct tsig tsig;
		assert_int_equal(verify(key, octets, size - cut, NOW, &tsig), rows[i].verdict);
		if (rows[i].verdict == TSIG_BAD)
			assert_answer_format(&tsig, RCODE_BADTRUNC, 32, 0);
	}
	tsig_key_free(key);
}

static void every_cut_is_malformed(void **state)
{
	uint8_t octets[512];
	size_t size = octets_of_hex(vectors[0].query, octets, sizeof(octets));
	struct query query;
	assert_int_equal(query_parse(span_of(octets, size), &query), QUERY_OK);
	const struct tsig_key *key = key_for(&vectors[0]);
	for (size_t cut = 0; cut < size; cut++) {
		uint8_t *copy = malloc(cut == 0 ? 1 : cut);
		assert_non_null(copy);
		memcpy(copy, octets, cut);
		struct tsig tsig;
		assert_int_equal(tsig_verify_request(&key, 1, span_of(copy, cut), query.tsig_offset, NOW, &tsig),
		                 TSIG_MALFORMED);
		free(copy);
	}
	tsig_key_free((struct tsig_key *)(uintptr_t)key);
}

static void algorithms_by_name(void **state)
{
	enum tsig_algorithm algorithm;
	for (enum tsig_algorithm i = 0; i < TSIG_ALGORITHM_COUNT; i++) {
		assert_int_equal(tsig_algorithm_from_text(tsig_algorithm_text(i), &algorithm), ERR_OK);
		assert_int_equal(algorithm, i);
	}
	assert_int_equal(tsig_algorithm_from_text("HMAC-MD5.SIG-ALG.reg.int.", &algorithm), ERR_OK);
	assert_int_equal(algorithm, TSIG_HMAC_MD5);
	assert_int_equal(tsig_algorithm_from_text("", &algorithm), ERR_NOT_FOUND);
	assert_int_equal(tsig_algorithm_from_text("hmac-sha25", &algorithm), ERR_NOT_FOUND);
	assert_int_equal(tsig_algorithm_from_text("gss-tsig", &algorithm), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_verify_and_answers_match),
		cmocka_unit_test(queries_match_and_answers_verify),
		cmocka_unit_test(every_octet_is_covered),
		cmocka_unit_test(bad_requests_are_told_apart),
		cmocka_unit_test(truncated_macs),
		cmocka_unit_test(every_cut_is_malformed),
		cmocka_unit_test(algorithms_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
