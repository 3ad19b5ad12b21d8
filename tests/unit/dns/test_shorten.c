/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/serve/shorten.h"

#include "dns/message/message.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/dns/hex.h"

/* www.example. AAAA: one record, its signature left out; OPT with EDE 29, once before and once behind another record. */
#define QUESTION "03777777 076578616d706c65 00 001c 0001"
#define ANSWER "c00c 001c 0001 0000003c 0010 20010db8000000000000000000000001"
#define GLUE "c010 0001 0001 0000003c 0004 c0000201"
#define OPT "00 0029 04d0 00008000 0006 000f 0002 001d"

static void row_check(const char *before, const char *after)
{
	uint8_t octets[512], wanted[512];
	size_t size = octets_of_hex(before, octets, sizeof(octets)), wanted_size = octets_of_hex(after, wanted, sizeof(wanted));
	assert_int_equal(answer_shorten(octets, size), wanted_size);
	assert_memory_equal(octets, wanted, wanted_size);
}

static void test_question_and_opt_stay(void **state)
{
	(void)state;
	row_check("1234 8180 0001 0001 0000 0001" QUESTION ANSWER OPT, "1234 8380 0001 0000 0000 0001" QUESTION OPT);
	row_check("1234 8180 0001 0001 0000 0002" QUESTION ANSWER GLUE OPT, "1234 8380 0001 0000 0000 0001" QUESTION OPT);
	row_check("1234 8180 0001 0001 0000 0002" QUESTION ANSWER OPT GLUE, "1234 8380 0001 0000 0000 0001" QUESTION OPT);
	row_check("1234 8180 0001 0001 0001 0000" QUESTION ANSWER GLUE, "1234 8380 0001 0000 0000 0000" QUESTION);
	row_check("1234 8180 0000 0000 0000 0001" OPT, "1234 8380 0000 0000 0000 0001" OPT);
}

/* Whatever the octets are: no read or write beyond them (the sanitizers look), and what is left is well formed. */
static void test_malformed_is_given_up(void **state)
{
	(void)state;
	uint8_t whole[512];
	size_t size = octets_of_hex("1234 8180 0001 0001 0000 0001" QUESTION ANSWER OPT, whole, sizeof(whole));
	for (size_t cut = 0; cut < size; cut++) {
		uint8_t octets[512];
		memcpy(octets, whole, cut);
		assert_int_equal(answer_shorten(octets, cut), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_question_and_opt_stay),
	                                   cmocka_unit_test(test_malformed_is_given_up)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
