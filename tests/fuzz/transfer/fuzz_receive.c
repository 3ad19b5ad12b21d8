/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A transfer from a primary that is hostile: a byte of choices, then messages behind their lengths, as on a stream. What
 * is whole can be built or says why not; differences go on from each other and end at the newest serial; what is broken
 * says why.
 */
#include "tests/fuzz/require.h"
#include "transfer/receive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_S 1795318006

static enum receive_state play(struct receive *receive, const uint8_t *data, size_t size)
{
	enum receive_state state = RECEIVE_MORE;
	while (size >= 2 && state == RECEIVE_MORE) {
		size_t length = load_u16(data) < size - 2 ? load_u16(data) : size - 2;
		state = receive_take(receive, span_of(data + 2, length), NOW_S);
		data += 2 + length;
		size -= 2 + length;
	}
	return state;
}

static void zone_require(struct receive *receive)
{
	struct finding_list *findings = finding_list_new();
	struct zone *zone = NULL;
	uint32_t serial = 0;
	int err = receive_zone(receive, findings, &zone);
	REQUIRE(receive_serial(receive, &serial));
	REQUIRE(err == ERR_OK ? zone_serial(zone) == serial : finding_count(findings) > 0);
	zone_free(zone);
	finding_list_free(findings);
}

static void differences_require(const struct receive *receive, uint32_t from)
{
	size_t count;
	uint32_t serial = 0;
	const struct difference *const *differences = receive_differences(receive, &count);
	REQUIRE(count > 0 && receive_serial(receive, &serial));
	for (size_t i = 0; i < count; i++) {
		REQUIRE(difference_serial(differences[i], DIFFERENCE_REMOVED) == from);
		from = difference_serial(differences[i], DIFFERENCE_ADDED);
	}
	REQUIRE(from == serial);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct receive *receive;
	if (size < 1)
		return 0;
	const struct receive_options options = {.apex = name_of((const uint8_t *)"\7example"),
	                                        .id = 0x1234,
	                                        .is_incremental = (data[0] & 1) != 0,
	                                        .has_serial = (data[0] & 2) != 0,
	                                        .serial = 5,
	                                        .records_most = 2000,
	                                        .octets_most = 1000000,
	                                        .primary = "2001:db8::53@53"};
	if (receive_new(&options, &receive) != ERR_OK)
		return 0;
	enum receive_state state = play(receive, data + 1, size - 1);
	REQUIRE((state == RECEIVE_BROKEN) == (receive_reason(receive)[0] != '\0'));
	REQUIRE(state != RECEIVE_REFUSED || receive_rcode(receive) != RCODE_NOERROR);
	if (state == RECEIVE_ZONE)
		zone_require(receive);
	if (state == RECEIVE_DIFFERENCES)
		differences_require(receive, options.serial);
	receive_free(receive);
	return 0;
}
