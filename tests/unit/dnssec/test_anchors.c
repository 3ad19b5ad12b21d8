/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/anchors.h"

#include "dns/rrtype.h"
#include "dnssec/sentinel.h"
#include "tests/unit/dnssec/sets.h"

static struct arena *arena;
static struct anchors *anchors;

static int setup(void **state)
{
	arena = arena_new(65536);
	anchors = anchors_new();
	return 0;
}

static int teardown(void **state)
{
	anchors_free(anchors);
	arena_free(arena);
	return 0;
}

#define DIGEST "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
#define ROOT_2017 ". IN DS 20326 8 2 " DIGEST
#define ROOT_2024 ". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16"

static void test_text(void **state)
{
	static const struct {
		const char *line;
		int wanted;
	} rows[] = {
		{ROOT_2017, ERR_OK},
		{". 172800 IN DS 20326 8 2 " DIGEST, ERR_OK},
		{". IN 172800 DS 20326 8 2 " DIGEST, ERR_OK},
		{". DS 20326 8 2 " DIGEST, ERR_OK},
		{". ds 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D084 58E880409BBC683457104237C7F8EC8D ; KSK-2017", ERR_OK},
		{"example.com. DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==",
		 ERR_OK},
		{"example.com. DNSKEY ( 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0d\n xCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ== )",
		 ERR_OK},
		{"", ERR_SYNTAX},
		{".", ERR_SYNTAX},
		{". IN", ERR_SYNTAX},
		{". DS", ERR_SYNTAX},
		{". DS 20326 8 2", ERR_SYNTAX},
		{". DS 20326 8 2 E06D", ERR_SYNTAX},
		{". DS 20326 8 2 " DIGEST " 00", ERR_SYNTAX},
		{". DS 65536 8 2 " DIGEST, ERR_SYNTAX},
		{"a..b. DS 20326 8 2 " DIGEST, ERR_SYNTAX},
		{". A 192.0.2.1", ERR_UNSUPPORTED},
		{". CDS 20326 8 2 " DIGEST, ERR_UNSUPPORTED},
		{". FOO 1", ERR_SYNTAX},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (anchors_add_text(anchors, span_text(rows[i].line)) != rows[i].wanted)
			fail_msg("%s", rows[i].line);
	}
	/* The same record counts once. */
	const struct anchor *root = anchors_at(anchors, 0), *example = anchors_at(anchors, 1);
	assert_int_equal(root->ds->count, 1);
	assert_null(root->dnskey);
	assert_null(example->ds);
	assert_int_equal(example->dnskey->count, 1);
	assert_null(anchors_at(anchors, 2));
	assert_int_equal(root->ds->type, RR_DS);
	assert_int_equal(root->ds->size, RRSET_RECORD_HEADER + 4 + 32);
}

static void test_file(void **state)
{
	/* As unbound-anchor writes it. */
	static const char file[] =
		"; autotrust trust anchor file\n"
		";;id: . 1\n"
		";;last_queried: 1795000000 ;;Wed Nov 18 2026\n"
		"\n"
		".\t86400\tIN\tDNSKEY\t257 3 8 AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3"
		"+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLr"
		"jyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLY"
		"A4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwNR1AkUTV74bU= "
		";{id = 20326 (ksk), size = 2048b} ;;state=2 [  VALID  ] ;;count=0\n"
		"example. DS 4711 13 2 (\n"
		"  0123456789abcdef0123456789abcdef ; half\n"
		"  0123456789abcdef0123456789abcdef )\n" ROOT_2024;
	size_t line = 99;
	assert_int_equal(anchors_add_file_text(anchors, span_text(file), &line), ERR_OK);
	assert_int_equal(anchors_at(anchors, 0)->dnskey->count, 1);
	assert_int_equal(anchors_at(anchors, 0)->ds->count, 1);
	assert_int_equal(anchors_at(anchors, 1)->ds->count, 1);
	static const struct {
		const char *text;
		int wanted;
		size_t line;
	} rows[] = {
		{"", ERR_OK, 0},
		{"\n\n; nothing\n", ERR_OK, 0},
		{ROOT_2017 "\r\n" ROOT_2024 "\r\n", ERR_OK, 0},
		{"\n; x\nfoo bar\n", ERR_SYNTAX, 3},
		{ROOT_2017 "\n. A 192.0.2.1\n", ERR_UNSUPPORTED, 2},
		{"\n. DS 20326 8 2 (\n E06D44 \n", ERR_SYNTAX, 2},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		line = 0;
		assert_int_equal(anchors_add_file_text(anchors, span_text(rows[i].text), &line), rows[i].wanted);
		assert_int_equal(line, rows[i].line);
	}
}

static void add_ds(const char *owner, uint16_t tag)
{
	uint8_t rdata[36] = {0, 0, 13, 2};
	store_u16(rdata, tag);
	assert_int_equal(anchors_add(anchors, name_made(arena, owner), RR_DS, span_of(rdata, sizeof(rdata))), ERR_OK);
}

static void test_find(void **state)
{
	static const struct {
		const char *name, *wanted; /* NULL: none */
		bool is_negative;
	} rows[] = {
		{".", ".", false},
		{"com.", ".", false},
		{"example.com.", "example.com.", false},
		{"www.EXAMPLE.com.", "example.com.", false},
		{"xexample.com.", ".", false},
		{"off.com.", NULL, true},
		{"www.off.com.", NULL, true},
		{"x.on.off.com.", "on.off.com.", false},
		{"both.", NULL, true}, /* RFC 7646 2: the negative one of two at a name */
		{"x.both.", NULL, true},
		{"sub.example.com.", NULL, true},
		{"a.sub.example.com.", NULL, true},
	};
	bool is_negative = true;
	assert_null(anchors_find(anchors, name_root, &is_negative));
	assert_false(is_negative);
	assert_null(anchors_find(NULL, name_root, &is_negative));
	add_ds(".", 1);
	add_ds("example.com.", 2);
	add_ds("on.off.com.", 3);
	add_ds("both.", 4);
	assert_int_equal(anchors_add_negative(anchors, name_made(arena, "off.com.")), ERR_OK);
	assert_int_equal(anchors_add_negative(anchors, name_made(arena, "both.")), ERR_OK);
	assert_int_equal(anchors_add_negative(anchors, name_made(arena, "sub.example.com.")), ERR_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct anchor *found = anchors_find(anchors, name_made(arena, rows[i].name), &is_negative);
		assert_int_equal(is_negative, rows[i].is_negative);
		assert_int_equal(found == NULL, rows[i].wanted == NULL);
		if (found != NULL)
			assert_true(name_equal(found->owner, name_made(arena, rows[i].wanted)));
	}
	assert_int_equal(anchors_add(anchors, name_root, RR_A, span_of("\1\2\3\4", 4)), ERR_UNSUPPORTED);
	assert_int_equal(anchors_add(anchors, name_root, RR_DS, span_of("\1\2\3\4", 4)), ERR_SYNTAX);
}

/* RFC 8509 2.1 */
static void test_sentinel(void **state)
{
	static const struct {
		const char *name;
		bool fails;
	} rows[] = {
		{"root-key-sentinel-is-ta-20326.example.", false},
		{"root-key-sentinel-is-ta-38696.example.", false},
		{"root-key-sentinel-is-ta-11112.example.", true},
		{"root-key-sentinel-not-ta-20326.example.", true},
		{"root-key-sentinel-not-ta-11112.example.", false},
		{"Root-Key-Sentinel-IS-TA-11112.example.", true},
		{"root-key-sentinel-is-ta-00001.example.", true},
		{"root-key-sentinel-is-ta-1.example.", false}, /* no five digits: an ordinary name */
		{"root-key-sentinel-is-ta-111112.example.", false},
		{"root-key-sentinel-is-ta-1111a.example.", false},
		{"root-key-sentinel-is-ta-99999.example.", false},
		{"www.root-key-sentinel-is-ta-11112.example.", false},
		{"root-key-sentinel-is-ta-11112.", true},
		{".", false},
		{"example.", false},
	};
	assert_int_equal(anchors_add_text(anchors, span_text(ROOT_2017)), ERR_OK);
	assert_int_equal(anchors_add_text(anchors, span_text(ROOT_2024)), ERR_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (sentinel_fails(anchors, name_made(arena, rows[i].name)) != rows[i].fails)
			fail_msg("%s", rows[i].name);
	}
}

/* RFC 8145 5.1 */
static void test_signal(void **state)
{
	struct name_buffer buffer;
	struct name name;
	char text[NAME_TEXT_MAX];
	assert_int_equal(sentinel_signal(anchors, &buffer, &name), ERR_NOT_FOUND);
	add_ds("example.", 1); /* not the root's */
	assert_int_equal(sentinel_signal(anchors, &buffer, &name), ERR_NOT_FOUND);
	assert_int_equal(anchors_add_text(anchors, span_text(ROOT_2024)), ERR_OK);
	assert_int_equal(anchors_add_text(anchors, span_text(ROOT_2017)), ERR_OK);
	assert_int_equal(sentinel_signal(anchors, &buffer, &name), ERR_OK);
	name_to_text(name, text);
	assert_string_equal(text, "_ta-4f66-9728.");
	/* A key and its DS are one tag; more tags than a label holds are left out. */
	for (uint16_t tag = 1; tag < 30; tag++)
		add_ds(".", tag);
	assert_int_equal(sentinel_signal(anchors, &buffer, &name), ERR_OK);
	assert_int_equal(name.labels, 1);
	assert_true(name.wire[0] <= NAME_LABEL_MAX);
	/* A negative anchor at the root: nothing is trusted. */
	assert_int_equal(anchors_add_negative(anchors, name_root), ERR_OK);
	assert_int_equal(sentinel_signal(anchors, &buffer, &name), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_find, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sentinel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signal, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
