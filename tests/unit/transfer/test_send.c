/* SPDX-License-Identifier: BSD-2-Clause */
/* What one end sends, the other understands: whole zones and differences, signed and not. */
#include "tests/unit/transfer/versions.h"

#include <stdio.h>
#include <stdlib.h>

static struct zone *received(struct receive *receive)
{
	struct finding_list *findings = finding_list_new();
	struct zone *zone;
	assert_int_equal(receive_zone(receive, findings, &zone), ERR_OK);
	finding_list_free(findings);
	return zone;
}

/* Many names, a set that no message of the usual size holds, and a record larger than that. */
static char *large_text(void)
{
	struct text text = {0};
	text_add(&text, HEAD("7"));
	for (unsigned i = 0; i < 3000; i++)
		text_addf(&text, "host%u AAAA 2001:db8::%x\nhost%u MX 10 mail%u.example.net.\n", i, i, i, i % 7);
	for (unsigned i = 0; i < 300; i++) {
		text_addf(&text, "set TXT \"%u", i);
		for (unsigned j = 0; j < 200; j++)
			text_add_char(&text, 'x');
		text_add(&text, "\"\n");
	}
	text_add(&text, "wide TXT");
	for (unsigned i = 0; i < 100; i++) {
		text_add(&text, " \"");
		for (unsigned j = 0; j < 250; j++)
			text_add_char(&text, 'y');
		text_add_char(&text, '"');
	}
	text_add(&text, "\nd NS ns.d\nns.d AAAA 2001:db8::d\n*.wild A 192.0.2.9\na.b.c.deep A 192.0.2.8\n");
	char *copy = strdup(text_string(&text));
	text_free(&text);
	return copy;
}

static void whole_zones(void **state)
{
	char *large = large_text();
	const char *const texts[] = {HEAD("1"), HEAD("4294967295") "www A 192.0.2.80\n", large};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		uint8_t octets[512];
		struct zone *zone = version_make(texts[i]);
		struct query query = request_make(NULL, octets);
		struct receive *receive = receive_make(NULL, NULL);
		struct transfer_out out;
		transfer_out_begin(&out, &query, NULL, 1232, zone, NULL, 0);
		assert_int_equal(carry(&out, receive), RECEIVE_ZONE);
		assert_int_equal(out.records, zone_record_count(zone) + 1);
		assert_int_equal(receive_records(receive), out.records);
		assert_int_equal(receive_messages(receive), out.messages);
		struct zone *copy = received(receive);
		assert_zones_equal(zone, copy);
		zone_free(copy);
		zone_free(zone);
		receive_free(receive);
	}
	free(large);
}

/* Messages have at most 16384 octets, but for the one record that is larger. */
static void sizes(void **state)
{
	char *large = large_text();
	uint8_t octets[512];
	static uint8_t reply[MESSAGE_MAX];
	struct zone *zone = version_make(large);
	struct query query = request_make(NULL, octets);
	struct transfer_out out;
	unsigned wide = 0, all = 0;
	transfer_out_begin(&out, &query, NULL, 1232, zone, NULL, 0);
	for (;; all++) {
		struct writer message = writer_of(reply, sizeof(reply));
		assert_int_equal(transfer_out_next(&out, NOW_S, &message), ERR_OK);
		if (message.size == 0)
			break;
		wide += message.size > TRANSFER_MESSAGE_SIZE;
	}
	assert_int_equal(wide, 1);
	assert_true(all > 10);
	zone_free(zone);
	free(large);
}

static void signed_streams(void **state)
{
	char *large = large_text();
	struct tsig_key *key;
	uint8_t octets[512];
	struct tsig sent, asked;
	struct transfer_out out;
	assert_int_equal(tsig_key_new(name_of((const uint8_t *)"\3key"), TSIG_HMAC_SHA256, span_text("secret"), &key), ERR_OK);
	struct zone *zone = version_make(large);
	struct query query = request_make(NULL, octets);
	struct writer request = {.data = octets, .size = query.message.size, .capacity = sizeof(octets)};
	assert_int_equal(tsig_sign_query(key, NOW_S, &request, &sent), ERR_OK);
	assert_int_equal(query_parse(writer_span(&request), &query), QUERY_OK);
	const struct tsig_key *const keys[] = {key};
	assert_int_equal(tsig_verify_request(keys, 1, writer_span(&request), query.tsig_offset, NOW_S, &asked), TSIG_GOOD);
	struct receive *receive = receive_make(NULL, &sent);
	transfer_out_begin(&out, &query, &asked, 1232, zone, NULL, 0);
	assert_int_equal(carry(&out, receive), RECEIVE_ZONE);
	struct zone *copy = received(receive);
	assert_zones_equal(zone, copy);
	zone_free(copy);
	zone_free(zone);
	receive_free(receive);
	tsig_key_free(key);
	free(large);
}

static const char *const versions[] = {
	HEAD("1") "www A 192.0.2.80\nold TXT \"old\"\n",
	HEAD("2") "www A 192.0.2.80\nwww A 192.0.2.81\nnew.deep AAAA 2001:db8::2\n",
	HEAD("5") "www 60 A 192.0.2.80\nwww 60 A 192.0.2.81\n",
	HEAD("6") "www 60 A 192.0.2.80\nWWW 60 A 192.0.2.81\nmail MX 10 Mail.Example.net.\n",
};
#define VERSIONS (sizeof(versions) / sizeof(versions[0]))

static void differences(void **state)
{
	struct zone *zones[VERSIONS];
	struct difference *all[VERSIONS - 1];
	for (size_t i = 0; i < VERSIONS; i++)
		zones[i] = version_make(versions[i]);
	for (size_t i = 0; i + 1 < VERSIONS; i++)
		assert_int_equal(difference_between(zones[i], zones[i + 1], &all[i]), ERR_OK);
	for (size_t from = 0; from + 1 < VERSIONS; from++) {
		uint32_t serial = zone_serial(zones[from]), asked;
		uint8_t octets[512];
		size_t count;
		struct query query = request_make(&serial, octets);
		assert_int_equal(transfer_request_serial(&query, &asked), ERR_OK);
		assert_int_equal(asked, serial);
		struct receive *receive = receive_make(&serial, NULL);
		struct transfer_out out;
		transfer_out_begin(&out, &query, NULL, 1232, zones[VERSIONS - 1], (const struct difference *const *)all + from,
		                   VERSIONS - 1 - from);
		assert_int_equal(carry(&out, receive), RECEIVE_DIFFERENCES);
		const struct difference *const *got = receive_differences(receive, &count);
		assert_int_equal(count, VERSIONS - 1 - from);
		for (size_t i = 0; i < count; i++) {
			for (unsigned side = 0; side < DIFFERENCE_SIDES; side++) {
				assert_int_equal(difference_count(got[i], side), difference_count(all[from + i], side));
				for (size_t at = 0; at < difference_count(got[i], side); at++) {
					const struct zone_record *one = difference_at(got[i], side, at),
								 *other = difference_at(all[from + i], side, at);
					assert_true(name_equal(one->owner, other->owner) && one->type == other->type &&
					            one->ttl == other->ttl && span_equal(one->rdata, other->rdata));
				}
			}
		}
		receive_free(receive);
	}
	for (size_t i = 0; i + 1 < VERSIONS; i++)
		difference_free(all[i]);
	for (size_t i = 0; i < VERSIONS; i++)
		zone_free(zones[i]);
}

/* RFC 1995 4: who has the newest version gets its SOA alone. */
static void nothing_new(void **state)
{
	uint32_t serial = 6;
	uint8_t octets[512], reply[1232];
	struct zone *zone = version_make(versions[VERSIONS - 1]);
	struct query query = request_make(&serial, octets);
	struct receive *receive = receive_make(&serial, NULL);
	struct transfer_out out;
	struct writer message = writer_of(reply, sizeof(reply));
	transfer_out_begin(&out, &query, NULL, 1232, zone, NULL, 0);
	assert_int_equal(transfer_out_soa(&out, NOW_S, &message), ERR_OK);
	assert_int_equal(receive_take(receive, writer_span(&message), NOW_S), RECEIVE_CURRENT);
	receive_free(receive);
	zone_free(zone);
}

static void requests_without_serial(void **state)
{
	uint8_t octets[512];
	uint32_t serial = 1, asked;
	struct query query = request_make(NULL, octets);
	assert_int_equal(transfer_request_serial(&query, &asked), ERR_SYNTAX);
	query = request_make(&serial, octets);
	octets[query.section_offsets[SECTION_AUTHORITY] + 3] ^= 7; /* another type */
	assert_int_equal(transfer_request_serial(&query, &asked), ERR_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_zones),    cmocka_unit_test(sizes),       cmocka_unit_test(signed_streams),
		cmocka_unit_test(differences),    cmocka_unit_test(nothing_new), cmocka_unit_test(requests_without_serial),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
