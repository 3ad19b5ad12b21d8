/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/advertisement.h"

#include "tests/unit/cmocka_all.h"

#define HEAD(flags) 134, 0, 0, 0, 64, flags, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0
#define ADDRESS(last) 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last
#define LINK_LOCAL 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53
#define RDNSS_TWO 25, 5, 0, 0, 0, 0, 7, 8, ADDRESS(0x53), LINK_LOCAL
#define DNSSL_TWO 31, 4, 0, 0, 0, 0, 2, 0x58, 3, 'l', 'a', 'b', 0, 1, 'a', 3, 'l', 'a', 'b', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define PREF64 38, 2, 7, 8, 0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0
#define DNR_ONE 144, 2, 0, 1, 0, 0, 7, 8, 0, 5, 3, 'd', 'o', 't', 0, 0
#define INTERVAL 7, 1, 0, 0, 0, 9, 0x27, 0xc0
#define PREFIX(flags) 3, 4, 64, flags, 0, 1, 0x51, 0x80, 0, 0, 0x38, 0x40, 0, 0, 0, 0, ADDRESS(0)

static const struct ip_addr router = {.family = FAMILY_IPV6, .scope = 7, .bytes = {0xfe, 0x80, [15] = 1}};

static struct advertisement read(const uint8_t *octets, size_t size)
{
	struct advertisement got = {.router = router, .interface = 7};
	assert_int_equal(advertisement_read(span_of(octets, size), &got), ERR_OK);
	return got;
}

static void header(void **state)
{
	static const struct {
		uint8_t flags;
		bool is_managed, is_other;
		enum advertisement_preference preference;
	} rows[] = {
		{0x00, false, false, PREFERENCE_MEDIUM}, {0x80, true, false, PREFERENCE_MEDIUM},
		{0x40, false, true, PREFERENCE_MEDIUM},  {0xc8, true, true, PREFERENCE_HIGH},
		{0x18, false, false, PREFERENCE_LOW},    {0x10, false, false, PREFERENCE_MEDIUM}, /* reserved */
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint8_t octets[] = {HEAD(rows[i].flags)};
		struct advertisement got = read(octets, sizeof(octets));
		assert_true(got.has_header);
		assert_int_equal(got.is_managed, rows[i].is_managed);
		assert_int_equal(got.is_other, rows[i].is_other);
		assert_int_equal(got.preference, rows[i].preference);
		assert_int_equal(got.lifetime_s, 1800);
		assert_int_equal(got.malformed + got.server_count + got.interval_ms, 0);
	}
	assert_string_equal(advertisement_preference_text(PREFERENCE_HIGH), "high");
	struct advertisement got = {.router = router, .interface = 7};
	static const uint8_t octets[] = {HEAD(0)};
	assert_int_equal(advertisement_read(span_of(octets, 15), &got), ERR_TRUNCATED);
	assert_false(got.has_header);
}

static void options(void **state)
{
	static const uint8_t octets[] = {HEAD(0x40), RDNSS_TWO, DNSSL_TWO, PREF64, INTERVAL, PREFIX(0xc0)};
	struct advertisement got = read(octets, sizeof(octets));
	assert_int_equal(got.malformed, 0);
	assert_int_equal(got.server_count, 2);
	assert_int_equal(got.servers[0].lifetime_s, 1800);
	assert_int_equal(got.servers[0].addr.scope, 0);
	assert_int_equal(got.servers[1].addr.scope, 7); /* S-06: where a link-local resolver is, is known */
	char text[NAME_TEXT_MAX];
	assert_int_equal(got.domain_count, 2);
	name_to_display(name_of(got.domains[1].name.wire), text);
	assert_string_equal(text, "a.lab");
	assert_int_equal(got.domains[1].lifetime_s, 600);
	assert_int_equal(got.pref64_count, 1);
	assert_int_equal(got.interval_ms, 600000);
	assert_true(got.has_autonomous);
	/* The same again replaces; a second message of the router may add. */
	advertisement_add_options(span_of(octets + 16, sizeof(octets) - 16), &got);
	assert_int_equal(got.server_count, 2);
	assert_int_equal(got.domain_count, 2);
	assert_int_equal(got.pref64_count, 1);
}

static void malformed(void **state)
{
	static const struct {
		uint8_t octets[40];
		size_t size;
	} rows[] = {
		{{25, 2, 0, 0, 0, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0}, 16},           /* no whole address */
		{{25, 4, 0, 0, 0, 0, 7, 8, ADDRESS(1), 0, 0, 0, 0, 0, 0, 0, 0}, 32}, /* half an address over */
		{{31, 1, 0, 0, 0, 0, 7, 8}, 8},                                    /* no domain */
		{{31, 2, 0, 0, 0, 0, 7, 8, 9, 'l', 'a', 'b', 0, 0, 0, 0}, 16},     /* a label that is too long */
		{{31, 2, 0, 0, 0, 0, 7, 8, 0xc0, 0, 0, 0, 0, 0, 0, 0}, 16},        /* a pointer */
		{{38, 2, 7, 15, 0, 0x64, 0xff, 0x9b}, 16},                         /* a reserved prefix length */
		{{7, 2, 0, 0, 0, 9, 0x27, 0xc0}, 16},
		{{3, 1, 64, 0xc0, 0, 0, 0, 0}, 8},
		{{144, 1, 0, 1, 0, 0, 0, 0}, 8},
		{{25, 0, 0, 0, 0, 0, 0, 0}, 8}, /* a length of 0 ends the walk */
		{{25, 9, 0, 0, 0, 0, 0, 0}, 8}, /* longer than what is there */
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t octets[16 + 40] = {HEAD(0)};
		memcpy(octets + 16, rows[i].octets, rows[i].size);
		struct advertisement got = read(octets, 16 + rows[i].size);
		assert_int_equal(got.malformed, 1);
		assert_int_equal(got.server_count + got.domain_count + got.pref64_count + got.dnr_count, 0);
		assert_false(got.has_autonomous);
	}
}

/* RFC 4861 6.1.2: a length that is 0, or beyond the end, makes clients drop the whole message. */
static void broken(void **state)
{
	static const uint8_t good[] = {HEAD(0x40), RDNSS_TWO}, zero[] = {HEAD(0x80), PREFIX(0xc0), RDNSS_TWO, 1, 0, 0, 0, 0, 0, 0, 0},
	                     beyond[] = {HEAD(0x80), PREFIX(0xc0), RDNSS_TWO, 1, 2, 0, 0, 0, 0, 0, 0};
	struct advertisement got = read(zero, sizeof(zero));
	assert_true(got.is_broken);
	assert_false(got.has_header || got.is_managed || got.has_autonomous);
	assert_int_equal(got.server_count, 0);
	assert_true(read(beyond, sizeof(beyond)).is_broken);
	/* What the router said before, and says after, is not touched. */
	got = read(good, sizeof(good));
	assert_false(got.is_broken);
	assert_int_equal(advertisement_read(span_of(zero, sizeof(zero)), &got), ERR_OK);
	assert_true(got.is_broken && got.is_other && !got.is_managed);
	assert_int_equal(got.server_count, 2);
}

/* RFC 4861 6.2.3: what does not fit into one message is told by several; the flags of the last one count. */
static void several(void **state)
{
	static const uint8_t first[] = {HEAD(0x40), PREFIX(0xc0), RDNSS_TWO, 25, 2, 0, 0, 0, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0},
	                     second[] = {HEAD(0x80), DNSSL_TWO, INTERVAL, DNR_ONE};
	struct advertisement got = read(first, sizeof(first));
	for (int i = 0; i < 3; i++)
		assert_int_equal(advertisement_read(span_of(second, sizeof(second)), &got), ERR_OK);
	assert_true(got.has_autonomous && got.is_managed && !got.is_other);
	assert_int_equal(got.server_count, 2);
	assert_int_equal(got.domain_count, 2);
	assert_int_equal(got.dnr_count, 1);
	assert_int_equal(got.malformed, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(advertisement_read(span_of(first, sizeof(first)), &got), ERR_OK);
	assert_int_equal(got.malformed, 1); /* the same one, heard again */
	assert_int_equal(got.domain_count, 2);
}

static void prefixes(void **state)
{
	static const uint8_t on_link[] = {HEAD(0), PREFIX(0x80)};
	assert_false(read(on_link, sizeof(on_link)).has_autonomous);
	uint8_t withdrawn[] = {HEAD(0), PREFIX(0xc0)};
	memset(withdrawn + 16 + 4, 0, 4);
	assert_false(read(withdrawn, sizeof(withdrawn)).has_autonomous);
	uint8_t link_local[] = {HEAD(0), PREFIX(0xc0)};
	link_local[16 + 16] = 0xfe;
	link_local[16 + 17] = 0x80;
	assert_false(read(link_local, sizeof(link_local)).has_autonomous);
}

static void too_many(void **state)
{
	uint8_t octets[16 + 24 * (ADVERTISEMENT_MAX + 1)] = {HEAD(0)};
	for (uint8_t i = 0; i <= ADVERTISEMENT_MAX; i++) {
		const uint8_t option[] = {25, 3, 0, 0, 0, 0, 7, 8, ADDRESS(i)};
		memcpy(octets + 16 + 24 * i, option, sizeof(option));
	}
	struct advertisement got = read(octets, sizeof(octets));
	assert_int_equal(got.server_count, ADVERTISEMENT_MAX);
	assert_true(got.is_cut);
	assert_int_equal(got.malformed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header),   cmocka_unit_test(options),  cmocka_unit_test(malformed),
		cmocka_unit_test(prefixes), cmocka_unit_test(too_many),
		cmocka_unit_test(broken),   cmocka_unit_test(several),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
