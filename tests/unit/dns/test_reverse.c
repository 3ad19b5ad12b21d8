/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/reverse.h"

#include "tests/unit/cmocka_all.h"

static struct name name_of_text(const char *text, struct name_buffer *buffer)
{
	struct name name;
	assert_int_equal(name_from_text(span_text(text), name_root, buffer, &name, NULL), ERR_OK);
	return name;
}

/* Expected names as Python's ipaddress gives them (reverse_pointer). */
static void addresses(void **state)
{
	static const char *const rows[][2] = {
		{"2001:db8:10::20", "0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa"},
		{"::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa"},
		{"192.0.2.33", "33.2.0.192.in-addr.arpa"},
		{"255.10.0.1", "1.0.10.255.in-addr.arpa"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_addr addr;
		struct name_buffer buffer;
		char text[NAME_TEXT_MAX];
		assert_int_equal(ip_addr_from_text(rows[i][0], &addr), ERR_OK);
		struct name name = reverse_from_addr(&addr, &buffer);
		name_to_display(name, text);
		assert_string_equal(text, rows[i][1]);
		struct ip_prefix back;
		assert_int_equal(reverse_to_prefix(name, &back), ERR_OK);
		assert_true(ip_addr_equal(&back.addr, &addr));
		assert_int_equal(back.length, 8 * ip_addr_size(addr.family));
	}
}

static void prefixes(void **state)
{
	static const char *const rows[][2] = {
		{"2001:db8::/32", "8.b.d.0.1.0.0.2.ip6.arpa"}, {"2001:db8:10::/44", "1.0.0.8.b.d.0.1.0.0.2.ip6.arpa"},
		{"10.0.0.0/8", "10.in-addr.arpa"}, {"192.0.2.0/24", "2.0.192.in-addr.arpa"}, {"::/0", "ip6.arpa"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_prefix prefix, back;
		struct name_buffer buffer;
		struct name name;
		char text[NAME_TEXT_MAX];
		assert_int_equal(ip_prefix_from_text(rows[i][0], &prefix), ERR_OK);
		assert_int_equal(reverse_from_prefix(&prefix, &buffer, &name), ERR_OK);
		name_to_display(name, text);
		assert_string_equal(text, rows[i][1]);
		assert_int_equal(reverse_to_prefix(name, &back), ERR_OK);
		assert_true(ip_prefix_equal(&back, &prefix));
	}
	struct ip_prefix odd;
	struct name_buffer buffer;
	struct name name;
	assert_int_equal(ip_prefix_from_text("2001:db8::/33", &odd), ERR_OK);
	assert_int_equal(reverse_from_prefix(&odd, &buffer, &name), ERR_RANGE);
}

static void refusals(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} rows[] = {
		{"example.com", ERR_MISMATCH}, {"g.ip6.arpa", ERR_SYNTAX}, {"00.ip6.arpa", ERR_SYNTAX},
		{"256.in-addr.arpa", ERR_SYNTAX}, {"01.in-addr.arpa", ERR_SYNTAX}, {"0/25.2.0.192.in-addr.arpa", ERR_SYNTAX},
		{"1.0/25.2.0.192.in-addr.arpa", ERR_RANGE}, {"*.ip6.arpa", ERR_SYNTAX}, {"1.1.1.1.1.in-addr.arpa", ERR_RANGE},
		{"0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa", ERR_RANGE},
		{"F.IP6.ARPA", ERR_OK}, {"0.in-addr.arpa", ERR_OK},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct name_buffer buffer;
		struct ip_prefix prefix;
		assert_int_equal(reverse_to_prefix(name_of_text(rows[i].text, &buffer), &prefix), rows[i].rc);
	}
}

static void assert_name(struct name name, const char *wanted)
{
	char text[NAME_TEXT_MAX];
	name_to_text(name, text);
	assert_string_equal(text, wanted);
}

static struct ip_prefix prefix_from(const char *text)
{
	struct ip_prefix prefix;
	assert_int_equal(ip_prefix_from_text(text, &prefix), ERR_OK);
	return prefix;
}

static void zones_of_a_prefix(void **state)
{
	static const struct {
		const char *prefix;
		unsigned count, index;
		const char *zone_prefix, *zone;
	} rows[] = {
		{"::/0", 1, 0, "::/0", "ip6.arpa."},
		{"2001:db8::/32", 1, 0, "2001:db8::/32", "8.b.d.0.1.0.0.2.ip6.arpa."},
		{"2001:db8:10::/46", 4, 3, "2001:db8:13::/48", "3.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa."},
		{"2001:db8:10::/49", 8, 7, "2001:db8:10:7000::/52", "7.0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa."},
		{"2001:db8:8::/45", 8, 7, "2001:db8:f::/48", "f.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."},
		{"192.0.2.0/24", 1, 0, "192.0.2.0/24", "2.0.192.in-addr.arpa."},
		{"10.20.0.0/14", 4, 2, "10.22.0.0/16", "22.10.in-addr.arpa."},
		{"192.0.2.128/25", 128, 127, "192.0.2.255/32", "255.2.0.192.in-addr.arpa."},
		{"0.0.0.0/1", 128, 127, "127.0.0.0/8", "127.in-addr.arpa."},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_prefix prefix = prefix_from(rows[i].prefix), zone = reverse_zone_prefix(&prefix, rows[i].index);
		struct name_buffer buffer;
		char text[IP_PREFIX_TEXT_MAX];
		assert_int_equal(reverse_zone_count(&prefix), rows[i].count);
		ip_prefix_to_text(&zone, text);
		assert_string_equal(text, rows[i].zone_prefix);
		struct name name;
		assert_int_equal(reverse_from_prefix(&zone, &buffer, &name), ERR_OK);
		assert_name(name, rows[i].zone);
	}
}

static void classless(void **state)
{
	struct name_buffer buffer;
	struct name name;
	struct ip_prefix good = prefix_from("192.0.2.64/26"), wide = prefix_from("192.0.2.0/24"), ip6 = prefix_from("::/26");
	assert_int_equal(reverse_classless(&good, &buffer, &name), ERR_OK);
	assert_name(name, "64/26.2.0.192.in-addr.arpa.");
	assert_int_equal(reverse_classless(&wide, &buffer, &name), ERR_RANGE);
	assert_int_equal(reverse_classless(&ip6, &buffer, &name), ERR_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(refusals),
		cmocka_unit_test(zones_of_a_prefix),
		cmocka_unit_test(classless),
	};
	return cmocka_run_group_tests_name("dns/reverse", tests, NULL, NULL);
}
