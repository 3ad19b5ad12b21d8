/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/name.h"

#include "tests/unit/cmocka_all.h"

static struct name from_text(const char *text, struct name_buffer *buffer)
{
	struct name name;
	assert_int_equal(name_from_text(span_text(text), name_root, buffer, &name, NULL), ERR_OK);
	return name;
}

static void text_round_trip(void **state)
{
	static const char *const rows[][2] = {
		{"www.Example.com.", "www.Example.com."}, {".", "."}, {"a", "a."}, {"a\\.b.c", "a\\.b.c."},
		{"\\000\\255.x.", "\\000\\255.x."}, {"\\097.", "a."}, {"a\\ b.", "a\\032b."}, {"*.x.", "*.x."},
		{"\\@.", "\\@."}, {"a\\\"b", "a\\\"b."},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct name_buffer buffer;
		char text[NAME_TEXT_MAX];
		struct name name = from_text(rows[i][0], &buffer);
		assert_int_equal(name_to_text(name, text), strlen(rows[i][1]));
		assert_string_equal(text, rows[i][1]);
	}
}

static void text_errors(void **state)
{
	char long_label[80], long_name[300];
	memset(long_label, 'a', 64);
	long_label[64] = '\0';
	for (int i = 0; i < 256; i++)
		long_name[i] = i % 2 ? '.' : 'a';
	long_name[256] = '\0';
	const struct {
		const char *text;
		int error;
		size_t bad;
	} rows[] = {{"", ERR_SYNTAX, 0},     {"a..b", ERR_SYNTAX, 2},   {".a", ERR_SYNTAX, 0},
	            {"a\\", ERR_SYNTAX, 1},  {"a\\25", ERR_SYNTAX, 1},  {"\\256", ERR_SYNTAX, 0},
	            {long_label, ERR_RANGE, 63}, {long_name, ERR_RANGE, 254}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct name_buffer buffer;
		struct name name;
		size_t bad;
		assert_int_equal(name_from_text(span_text(rows[i].text), name_root, &buffer, &name, &bad), rows[i].error);
		assert_int_equal(bad, rows[i].bad);
	}
	struct name_buffer buffer;
	struct name name;
	assert_int_equal(name_from_text(span_text("a"), (struct name){0}, &buffer, &name, NULL), ERR_SYNTAX);
}

static void longest_name(void **state)
{
	char text[256];
	for (int i = 0; i < 254; i++)
		text[i] = i % 2 ? '.' : 'a';
	text[254] = '\0';
	struct name_buffer buffer;
	struct name name = from_text(text, &buffer);
	assert_int_equal(name.size, 255);
	assert_int_equal(name.labels, 127);
}

static void order_is_canonical(void **state)
{
	/* The example of RFC 4034 6.1. */
	static const char *const order[] = {"example.", "a.example.", "yljkjljk.a.example.", "Z.a.example.",
	                                    "zABC.a.EXAMPLE.", "z.example.", "\\001.z.example.", "*.z.example.",
	                                    "\\200.z.example."};
	size_t count = sizeof(order) / sizeof(order[0]);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			struct name_buffer a, b;
			int got = name_compare(from_text(order[i], &a), from_text(order[j], &b));
			assert_int_equal((got > 0) - (got < 0), (i > j) - (i < j));
		}
	}
}

static void relations(void **state)
{
	struct name_buffer a, b, c;
	struct name www = from_text("www.Example.com.", &a);
	struct name com = from_text("COM.", &b);
	assert_true(name_is_at_or_below(www, com));
	assert_true(name_is_at_or_below(www, name_root));
	assert_false(name_is_at_or_below(com, www));
	assert_false(name_is_at_or_below(from_text("xcom.", &c), com));
	assert_int_equal(name_common_labels(www, from_text("ftp.example.COM.", &c)), 2);
	assert_int_equal(name_common_labels(from_text("a.b.", &c), www), 0);
	assert_true(name_equal(name_strip(www, 2), com));
	assert_true(name_is_root(name_parent(com)));
	assert_true(name_is_root(name_parent(name_root)));
	assert_true(name_is_wildcard(from_text("*.a.", &c)));
	assert_false(name_is_wildcard(from_text("*a.", &c)));
	struct name joined;
	assert_int_equal(name_concatenate(com, www, &c, &joined), ERR_OK);
	assert_true(name_equal(joined, from_text("com.www.example.com.", &b)));
}

static void message_names(void **state)
{
	static const uint8_t wire[] = {1, 'a', 0, 1, 'b', 0xc0, 0, 0xc0, 3, 0xc0, 9, 0xc0, 12, 1, 'c', 0x40, 0, 5, 'x'};
	struct name_buffer buffer, other;
	struct name name;
	size_t end;
	struct span message = span_of(wire, sizeof(wire));
	assert_int_equal(name_from_message(message, 3, &buffer, &name, &end), ERR_OK);
	assert_int_equal(end, 7);
	assert_true(name_equal(name, from_text("b.a.", &other)));
	assert_int_equal(name_from_message(message, 7, &buffer, &name, &end), ERR_OK);
	assert_int_equal(end, 9);
	assert_true(name_equal(name, from_text("b.a.", &other)));
	assert_int_equal(name_from_message(message, 9, &buffer, &name, &end), ERR_SYNTAX);  /* to itself */
	assert_int_equal(name_from_message(message, 11, &buffer, &name, &end), ERR_SYNTAX); /* forwards */
	assert_int_equal(name_from_message(message, 13, &buffer, &name, &end), ERR_SYNTAX); /* 0x40 */
	assert_int_equal(name_from_message(message, 17, &buffer, &name, &end), ERR_TRUNCATED);
	assert_int_equal(name_from_message(message, 99, &buffer, &name, &end), ERR_TRUNCATED);
}

static void take_is_bounded(void **state)
{
	static const uint8_t wire[] = {3, 'w', 'w', 'w', 0, 9};
	for (size_t size = 0; size < 5; size++) {
		struct span short_wire = span_of(wire, size);
		struct name name;
		assert_int_equal(name_take(&short_wire, &name), ERR_TRUNCATED);
		assert_int_equal(short_wire.size, size);
	}
	struct span whole = span_of(wire, sizeof(wire));
	struct name name;
	assert_int_equal(name_take(&whole, &name), ERR_OK);
	assert_int_equal(name.size, 5);
	assert_int_equal(whole.size, 1);
}

static void case_is_ascii_only(void **state)
{
	for (unsigned octet = 0; octet < 256; octet++) {
		uint8_t a[8], b[8];
		memset(a, (int)octet, 8);
		uint8_t lower = (uint8_t)(octet >= 'A' && octet <= 'Z' ? octet + 32 : octet);
		memset(b, lower, 8);
		uint8_t wire[] = {8, 0, 0, 0, 0, 0, 0, 0, 0, 0}, expected[] = {8, 0, 0, 0, 0, 0, 0, 0, 0, 0};
		memcpy(wire + 1, a, 8);
		memcpy(expected + 1, b, 8);
		assert_true(name_equal(name_of(wire), name_of(expected)));
		expected[8] ^= 0x80;
		assert_false(name_equal(name_of(wire), name_of(expected)));
		struct name_buffer buffer;
		assert_memory_equal(name_lower(name_of(wire), &buffer).wire + 1, b, 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_round_trip), cmocka_unit_test(text_errors),     cmocka_unit_test(longest_name),
		cmocka_unit_test(order_is_canonical), cmocka_unit_test(relations),    cmocka_unit_test(message_names),
		cmocka_unit_test(take_is_bounded), cmocka_unit_test(case_is_ascii_only),
	};
	return cmocka_run_group_tests_name("dns/name", tests, NULL, NULL);
}
