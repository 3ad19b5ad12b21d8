/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns64/pref64.h"

#include "tests/unit/dns64/addresses.h"

#include <pthread.h>
#include <stdatomic.h>

#define S 1000000ull /* microseconds */
#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

static struct pref64 said(const char *prefix, enum pref64_source source, const char *router)
{
	return (struct pref64){
		.prefix = prefix_of(prefix), .source = source, .router = addr_of(router), .interface = 2};
}

static enum pref64_change learn(struct pref64_table *table, struct pref64 prefix, uint32_t lifetime_s, uint64_t now_us)
{
	enum pref64_change change = 99;
	assert_int_equal(pref64_table_learn(table, &prefix, lifetime_s, now_us, &change), ERR_OK);
	return change;
}

/* want: prefixes in use, ended by NULL */
static void in_use(const struct pref64_table *table, uint64_t now_us, const char *const *want)
{
	struct ip_prefix got[PREF64_MAX];
	size_t count = pref64_table_in_use(table, now_us, got, PREF64_MAX);
	for (size_t i = 0; i < count; i++) {
		char text[IP_PREFIX_TEXT_MAX];
		ip_prefix_to_text(&got[i], text);
		assert_non_null(want[i]);
		assert_string_equal(text, want[i]);
	}
	assert_null(want[count]);
}
#define IN_USE(table, now_us, ...) in_use(table, now_us, (const char *const[]){__VA_ARGS__, NULL})

static void sources_in_order(void **state)
{
	struct pref64_table *table = pref64_table_new();
	struct pref64 by_dns = said("2001:db8:3::/96", PREF64_RFC7050, "::");
	struct pref64 by_ra = said("2001:db8:2::/96", PREF64_RA, "fe80::1");
	struct pref64 fixed = said("2001:db8:1::/96", PREF64_STATIC, "::");
	IN_USE(table, 0, NULL);
	assert_int_equal(learn(table, by_dns, 300, 0), PREF64_ADDED);
	IN_USE(table, 1, "2001:db8:3::/96");
	assert_int_equal(learn(table, by_ra, 1800, 0), PREF64_CONFLICT);
	IN_USE(table, 1, "2001:db8:2::/96");
	assert_int_equal(learn(table, fixed, 1, 0), PREF64_CONFLICT);
	IN_USE(table, 1, "2001:db8:1::/96");
	/* Said again: no news, no second alarm. */
	assert_int_equal(learn(table, by_ra, 1800, 5 * S), PREF64_SAME);
	/* Static ones do not end with any lifetime. */
	IN_USE(table, 90000 * S, "2001:db8:1::/96");
	assert_int_equal(learn(table, fixed, 0, 10 * S), PREF64_REMOVED);
	IN_USE(table, 11 * S, "2001:db8:2::/96");
	assert_int_equal(learn(table, by_ra, 0, 12 * S), PREF64_REMOVED);
	IN_USE(table, 13 * S, "2001:db8:3::/96");
	assert_int_equal(learn(table, by_ra, 0, 14 * S), PREF64_SAME);
	pref64_table_free(table);
}

static void lifetimes(void **state)
{
	struct pref64_table *table = pref64_table_new();
	struct pref64 one = said("2001:db8:1::/96", PREF64_RA, "fe80::1"),
		      two = said("2001:db8:2::/96", PREF64_RA, "fe80::1");
	assert_int_equal(learn(table, one, 60, 0), PREF64_ADDED);
	assert_int_equal(learn(table, two, 120, 0), PREF64_ADDED); /* one router, several prefixes: no conflict */
	IN_USE(table, 60 * S - 1, "2001:db8:1::/96", "2001:db8:2::/96");
	IN_USE(table, 60 * S, "2001:db8:2::/96");                     /* readers see the end without any writer */
	assert_int_equal(learn(table, one, 60, 30 * S), PREF64_SAME); /* renewed */
	assert_false(pref64_table_expire(table, 60 * S));
	IN_USE(table, 89 * S, "2001:db8:1::/96", "2001:db8:2::/96");
	assert_true(pref64_table_expire(table, 90 * S));
	struct pref64 all[PREF64_MAX];
	assert_int_equal(pref64_table_all(table, all, PREF64_MAX), 1);
	assert_true(ip_prefix_equal(&all[0].prefix, &two.prefix));
	assert_int_equal(all[0].ends_us, 120 * S);
	assert_true(pref64_table_expire(table, 120 * S));
	assert_false(pref64_table_expire(table, 121 * S));
	IN_USE(table, 121 * S, NULL);
	/* What has ended contradicts nobody. */
	assert_int_equal(learn(table, one, 60, 200 * S), PREF64_ADDED);
	assert_int_equal(learn(table, said("2001:db8:9::/96", PREF64_RA, "fe80::9"), 60, 300 * S), PREF64_ADDED);
	pref64_table_free(table);
}

static void routers_that_agree_and_disagree(void **state)
{
	struct pref64_table *table = pref64_table_new();
	struct pref64 first = said("2001:db8:1::/96", PREF64_RA, "fe80::1"),
		      second = said("2001:db8:1::/96", PREF64_RA, "fe80::2");
	assert_int_equal(learn(table, first, 60, 0), PREF64_ADDED);
	assert_int_equal(learn(table, second, 60, 0), PREF64_ADDED);
	IN_USE(table, 1, "2001:db8:1::/96");
	assert_int_equal(learn(table, said("2001:db8:bad::/96", PREF64_RA, "fe80::bad"), 60, 0), PREF64_CONFLICT);
	/* The same router address on another interface is another router. */
	struct pref64 elsewhere = said("2001:db8:5::/96", PREF64_RA, "fe80::1");
	elsewhere.interface = 3;
	assert_int_equal(learn(table, elsewhere, 60, 0), PREF64_CONFLICT);
	/* One withdraws: the other one's word still stands. */
	assert_int_equal(learn(table, first, 0, 1), PREF64_REMOVED);
	IN_USE(table, 2, "2001:db8:1::/96", "2001:db8:bad::/96", "2001:db8:5::/96");
	struct pref64 all[PREF64_MAX];
	assert_int_equal(pref64_table_all(table, all, PREF64_MAX), 3);
	struct ip_addr router = addr_of("fe80::2");
	assert_true(ip_addr_equal(&all[0].router, &router));
	assert_int_equal(all[2].interface, 3);
	assert_int_equal(all[0].source, PREF64_RA);
	assert_int_equal(pref64_table_all(table, all, 2), 2);
	pref64_table_free(table);
}

static void what_is_no_prefix(void **state)
{
	static const char *const texts[] = {"2001:db8::/95", "2001:db8:0:0:100::/96",
	                                    "192.0.2.0/24",  "::/96",
	                                    "::ffff:0:0/96", "fe80::/64",
	                                    "ff0e::/96",     "::/32"};
	struct pref64_table *table = pref64_table_new();
	enum pref64_change change;
	for (size_t i = 0; i < SIZE(texts); i++) {
		struct pref64 prefix = said(texts[i], PREF64_RA, "fe80::1");
		assert_int_equal(pref64_table_learn(table, &prefix, 60, 0, &change), ERR_RANGE);
	}
	IN_USE(table, 1, NULL);
	pref64_table_free(table);
}

static void full(void **state)
{
	struct pref64_table *table = pref64_table_new();
	enum pref64_change change;
	for (unsigned i = 0; i < PREF64_MAX; i++) {
		struct pref64 prefix = said("2001:db8::/96", i < 4 ? PREF64_RFC7050 : PREF64_RA, "fe80::1");
		prefix.prefix.addr.bytes[7] = (uint8_t)i;
		assert_int_equal(pref64_table_learn(table, &prefix, 60, 0, &change), ERR_OK);
	}
	/* No more of the worst source; a better one takes the place of a worse one. */
	struct pref64 more = said("2001:db8:1::/96", PREF64_RFC7050, "::");
	assert_int_equal(pref64_table_learn(table, &more, 60, 0, &change), ERR_LIMIT);
	more = said("2001:db8:2::/96", PREF64_STATIC, "::");
	assert_int_equal(learn(table, more, 60, 0), PREF64_CONFLICT);
	struct pref64 all[PREF64_MAX];
	unsigned by_source[PREF64_SOURCE_COUNT] = {0};
	assert_int_equal(pref64_table_all(table, all, PREF64_MAX), PREF64_MAX);
	for (size_t i = 0; i < PREF64_MAX; i++)
		by_source[all[i].source]++;
	assert_int_equal(by_source[PREF64_STATIC], 1);
	assert_int_equal(by_source[PREF64_RA], 12);
	assert_int_equal(by_source[PREF64_RFC7050], 3);
	/* When the lifetimes are over there is room again. */
	struct pref64 late = said("2001:db8:3::/96", PREF64_RFC7050, "::");
	assert_int_equal(pref64_table_learn(table, &late, 60, 60 * S, &change), ERR_OK);
	assert_int_equal(pref64_table_all(table, all, PREF64_MAX), 2);
	pref64_table_free(table);
}

static void mapping(void **state)
{
	struct pref64_table *table = pref64_table_new();
	struct ip_addr global = addr_of("9.9.9.9"), private = addr_of("10.0.0.1"), ipv6 = addr_of("::1"), made, want;
	assert_int_equal(pref64_table_map(table, &global, 1, &made), ERR_NOT_FOUND);
	learn(table, said("64:ff9b::/96", PREF64_RA, "fe80::1"), 60, 0);
	assert_int_equal(pref64_table_map(table, &global, 1, &made), ERR_OK);
	want = addr_of("64:ff9b::9.9.9.9");
	assert_true(ip_addr_equal(&made, &want));
	assert_int_equal(pref64_table_map(table, &private, 1, &made), ERR_NOT_FOUND);
	assert_int_equal(pref64_table_map(table, &ipv6, 1, &made), ERR_NOT_FOUND);
	learn(table, said("2001:db8:46::/48", PREF64_RA, "fe80::1"), 60, 0);
	assert_int_equal(pref64_table_map(table, &private, 1, &made), ERR_OK);
	want = addr_of("2001:db8:46:a00:0:100::");
	assert_true(ip_addr_equal(&made, &want));
	assert_int_equal(pref64_table_map(table, &global, 60 * S, &made), ERR_NOT_FOUND);
	pref64_table_free(table);
}

/* --- Readers while there is a writer; for the thread sanitizer as well --- */

struct race {
	struct pref64_table *table;
	_Atomic bool is_over;
	_Atomic unsigned torn, reads;
};

/* Every entry's octets belong together, and a table always holds pairs. */
static void *read_on(void *argument)
{
	struct race *race = argument;
	while (!atomic_load(&race->is_over)) {
		struct pref64 all[PREF64_MAX];
		size_t count = pref64_table_all(race->table, all, PREF64_MAX);
		for (size_t i = 0; i < count; i++) {
			uint8_t mark = all[i].prefix.addr.bytes[7];
			if (all[i].router.bytes[15] != mark || all[i].interface != mark ||
			    all[i].ends_us != (mark + 1ull) * S)
				atomic_fetch_add(&race->torn, 1);
		}
		atomic_fetch_add(&race->reads, 1);
	}
	return NULL;
}

static void readers_and_a_writer(void **state)
{
	struct race race = {.table = pref64_table_new()};
	pthread_t readers[2];
	for (size_t i = 0; i < SIZE(readers); i++)
		assert_int_equal(pthread_create(&readers[i], NULL, read_on, &race), 0);
	for (unsigned turn = 0; turn < 3000 || atomic_load(&race.reads) < 1000; turn++) {
		uint8_t mark = (uint8_t)(turn % 11);
		struct pref64 prefix = said("2001:db8::/96", PREF64_RA, "fe80::");
		enum pref64_change change;
		prefix.prefix.addr.bytes[7] = prefix.router.bytes[15] = mark;
		prefix.interface = mark;
		assert_int_equal(pref64_table_learn(race.table, &prefix, turn % 3 == 2 ? 0 : mark + 1u, 0, &change),
		                 ERR_OK);
	}
	atomic_store(&race.is_over, true);
	for (size_t i = 0; i < SIZE(readers); i++)
		pthread_join(readers[i], NULL);
	assert_int_equal(atomic_load(&race.torn), 0);
	pref64_table_free(race.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_in_order),
		cmocka_unit_test(lifetimes),
		cmocka_unit_test(routers_that_agree_and_disagree),
		cmocka_unit_test(what_is_no_prefix),
		cmocka_unit_test(full),
		cmocka_unit_test(mapping),
		cmocka_unit_test(readers_and_a_writer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
