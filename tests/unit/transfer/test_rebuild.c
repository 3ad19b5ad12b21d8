/* SPDX-License-Identifier: BSD-2-Clause */
/* The next version made from the one before and differences: the same as one made from its own text, or none at all. */
#include "tests/unit/transfer/versions.h"
#include "transfer/rebuild.h"

#define SIGNED "www RRSIG AAAA 13 2 300 20300101000000 20200101000000 1 example. aGVsbG8=\n"

static const char *const versions[] = {
	HEAD("1") "a A 192.0.2.1\nb TXT x\n*.w A 192.0.2.7\nd NS ns.d\nns.d AAAA 2001:db8::d\n",
	HEAD("2") "a A 192.0.2.1\na A 192.0.2.2\n*.w A 192.0.2.7\nd NS ns.d\nns.d AAAA 2001:db8::d\n",
	HEAD("3") "a 60 A 192.0.2.1\na 60 A 192.0.2.2\nc.deep MX 10 a\nwww AAAA 2001:db8::2\n" SIGNED,
	HEAD("4") "b TXT x\n",
};
#define COUNT (sizeof(versions) / sizeof(versions[0]))

static void fits(const struct zone *before, const struct zone *after, const struct difference *const *differences, size_t count)
{
	struct finding_list *findings = finding_list_new();
	struct zone *made;
	struct difference *left;
	assert_int_equal(zone_rebuild(before, differences, count, "here", findings, &made), ERR_OK);
	assert_int_equal(difference_between(after, made, &left), ERR_OK);
	assert_int_equal(difference_count(left, DIFFERENCE_REMOVED), 1); /* the SOAs alone */
	assert_int_equal(difference_count(left, DIFFERENCE_ADDED), 1);
	assert_int_equal(zone_serial(made), zone_serial(after));
	assert_int_equal(zone_record_count(made), zone_record_count(after));
	difference_free(left);
	zone_free(made);
	finding_list_free(findings);
}

/* From each version to each later one, step by step and at once. */
static void rebuilt(void **state)
{
	struct zone *zones[COUNT];
	struct difference *steps[COUNT], *whole;
	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		zones[i] = version_make(versions[i]);
	for (size_t i = 1; i < COUNT; i++)
		assert_int_equal(difference_between(zones[i - 1], zones[i], &steps[i]), ERR_OK);
	for (size_t from = 0; from < COUNT; from++) {
		for (size_t to = from + 1; to < COUNT; to++) {
			assert_int_equal(difference_between(zones[from], zones[to], &whole), ERR_OK);
			const struct difference *const one[] = {whole};
			fits(zones[from], zones[to], one, 1);
			fits(zones[from], zones[to], (const struct difference *const *)&steps[from + 1], to - from);
			difference_free(whole);
		}
	}
	for (size_t i = 0; i < COUNT; i++)
		zone_free(zones[i]);
	for (size_t i = 1; i < COUNT; i++)
		difference_free(steps[i]);
}

/* What the difference was made between, and the zone it is tried on. */
static void misfits(void **state)
{
	static const struct {
		const char *from, *to, *tried;
		int err;
	} rows[] = {
		{HEAD("1") "a A 192.0.2.1\n", HEAD("2"), HEAD("1"), ERR_MISMATCH},                       /* removes what is not there */
		{HEAD("1") "a 60 A 192.0.2.1\n", HEAD("2"), HEAD("1") "a A 192.0.2.1\n", ERR_MISMATCH}, /* another TTL */
		{HEAD("1"), HEAD("2") "a A 192.0.2.1\n", HEAD("1") "a A 192.0.2.1\n", ERR_MISMATCH},    /* adds what is there */
		{HEAD("1"), HEAD("3"), HEAD("2"), ERR_MISMATCH},                                        /* another serial */
		{HEAD("1"), HEAD("2") "a A 192.0.2.1\n", HEAD("1") "a CNAME ns1\n", ERR_FINDINGS},      /* makes no zone */
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct zone *from = version_make(rows[i].from), *to = version_make(rows[i].to), *tried = version_make(rows[i].tried);
		struct finding_list *findings = finding_list_new();
		struct difference *difference;
		struct zone *made = NULL;
		assert_int_equal(difference_between(from, to, &difference), ERR_OK);
		const struct difference *const one[] = {difference};
		assert_int_equal(zone_rebuild(tried, one, 1, "here", findings, &made), rows[i].err);
		assert_null(made);
		assert_int_equal(finding_count(findings) > 0, rows[i].err == ERR_FINDINGS);
		difference_free(difference);
		finding_list_free(findings);
		zone_free(from);
		zone_free(to);
		zone_free(tried);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(rebuilt), cmocka_unit_test(misfits)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
