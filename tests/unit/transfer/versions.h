/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Versions of a zone, and transfers between two ends that are both here.
 * Freed by the caller.
 * Never tolerates an error that a test did not ask for.
 */
#ifndef TESTS_UNIT_TRANSFER_VERSIONS_H
#define TESTS_UNIT_TRANSFER_VERSIONS_H

#include "dns/builder.h"
#include "transfer/receive.h"
#include "transfer/send.h"

#include "tests/unit/zone/lint_zones.h"

#define NOW_S 1795318006
#define MESSAGE_MAX 65535
#define HEAD(serial) "$TTL 300\n@ IN SOA ns1 dns " serial " 3600 900 1209600 120\n@ NS ns1\nns1 AAAA 2001:db8::1\nns1 A 192.0.2.1\n"

static const uint8_t *const apex_wire = (const uint8_t *)"\7example";

static inline struct zone *version_make(const char *text)
{
	struct lint_zone made = lint_zone_make("example.", text);
	zone_places_free((struct zone_places *)made.places);
	return (struct zone *)(uintptr_t)made.zone;
}

/* A request for the zone; serial: of an IXFR, NULL: AXFR. Views into octets. */
static inline struct query request_make(const uint32_t *serial, uint8_t octets[512])
{
	struct builder builder;
	struct query query;
	uint8_t soa[22 + 2] = {0};
	struct writer rdata = writer_of(soa, sizeof(soa));
	builder_query(&builder, octets, 512, 0x1234, 0, name_of(apex_wire), serial != NULL ? RR_IXFR : RR_AXFR, CLASS_IN);
	writer_bytes(&rdata, "\0\0", 2);
	if (serial != NULL) {
		writer_u32(&rdata, *serial);
		rdata.size = 22;
		assert_true(builder_record(&builder, SECTION_AUTHORITY, name_of(apex_wire), BUILDER_QUESTION, RR_SOA, CLASS_IN, 0,
		                           writer_span(&rdata)));
	}
	assert_int_equal(query_parse(span_of(octets, builder_finish(&builder)), &query), QUERY_OK);
	return query;
}

static inline struct receive *receive_make(const uint32_t *serial, const struct tsig *sent)
{
	struct receive *receive;
	const struct receive_options options = {.apex = name_of(apex_wire),
	                                        .id = 0x1234,
	                                        .is_incremental = serial != NULL,
	                                        .has_serial = serial != NULL,
	                                        .serial = serial != NULL ? *serial : 0,
	                                        .records_most = 1000000,
	                                        .octets_most = 100000000,
	                                        .sent = sent,
	                                        .primary = "2001:db8::53@53"};
	assert_int_equal(receive_new(&options, &receive), ERR_OK);
	return receive;
}

/* Everything that out sends goes to receive; the last state. */
static inline enum receive_state carry(struct transfer_out *out, struct receive *receive)
{
	static uint8_t octets[MESSAGE_MAX];
	enum receive_state state = RECEIVE_MORE;
	for (;;) {
		struct writer message = writer_of(octets, sizeof(octets));
		assert_int_equal(transfer_out_next(out, NOW_S, &message), ERR_OK);
		if (message.size == 0)
			return state;
		assert_int_equal(state, RECEIVE_MORE);
		state = receive_take(receive, writer_span(&message), NOW_S);
		if (state == RECEIVE_BROKEN)
			fail_msg("%s", receive_reason(receive));
	}
}

static inline void assert_zones_equal(const struct zone *a, const struct zone *b)
{
	struct difference *difference;
	assert_int_equal(difference_between(a, b, &difference), ERR_OK);
	assert_int_equal(difference_count(difference, DIFFERENCE_REMOVED), 1);
	assert_int_equal(difference_count(difference, DIFFERENCE_ADDED), 1);
	assert_int_equal(zone_serial(a), zone_serial(b));
	assert_int_equal(zone_record_count(a), zone_record_count(b));
	difference_free(difference);
}

#endif
