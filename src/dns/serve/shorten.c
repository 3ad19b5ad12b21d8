/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/serve/shorten.h"

#include "dns/message/message.h"
#include "dns/rrtype.h"

/* What is not the question and not OPT goes; RFC 6891 7: a truncated answer still has its OPT. */
size_t answer_shorten(uint8_t *octets, size_t size)
{
	struct message message;
	struct message_place place = {0};
	struct message_item item;
	size_t end = HEADER_SIZE, opt = 0, opt_size = 0;
	if (message_read(span_of(octets, size), &message) != ERR_OK || message.error != ERR_OK)
		return 0;
	while (message_next(&message, &place, &item) == ERR_OK) {
		if (item.section == SECTION_QUESTION)
			end = place.offset;
		if (item.section == SECTION_ADDITIONAL && item.type == RR_OPT) {
			opt = item.offset;
			opt_size = place.offset - item.offset;
		}
	}
	memmove(octets + end, octets + opt, opt_size);
	store_u16(octets + 2, (uint16_t)(message.flags | HEADER_TC));
	store_u16(octets + 6, 0);
	store_u16(octets + 8, 0);
	store_u16(octets + 10, opt_size > 0 ? 1 : 0);
	return end + opt_size;
}
