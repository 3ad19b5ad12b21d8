/* SPDX-License-Identifier: BSD-2-Clause */
#include "exchange/question.h"

#include "dns/message/message.h"
#include "dns/name_case.h"
#include "dns/rrtype.h"

const char *question_transport_text(enum question_transport transport)
{
	return transport == QUESTION_UDP ? "udp" : "tcp";
}

/* draft-vixie-dnsext-dns0x20: a bit of the seed for each letter. */
static void case_mix(uint8_t *wire, size_t size, const uint8_t seed[32])
{
	for (size_t i = 0; i < size; i++) {
		bool is_letter = (uint8_t)(octet_lower(wire[i]) - 'a') < 26;
		if (is_letter && (seed[i / 8 % 32] >> i % 8 & 1))
			wire[i] ^= 0x20;
	}
}

static bool has_room(const struct writer *out, size_t size)
{
	return !out->is_full && out->capacity - out->size >= size;
}

static void opt_write(const struct question *question, struct writer *out)
{
	const struct edns edns = {.udp_size = question->edns_size,
	                          .version = question->edns_version,
	                          .is_do = question->is_do,
	                          .cookie = question->cookie};
	size_t start = out->size;
	edns_write(&edns, out);
	if (question->hops.data != NULL && has_room(out, EDNS_OPTION_HEADER + question->hops.size)) {
		writer_u16(out, QUESTION_HOP_OPTION);
		writer_u16(out, (uint16_t)question->hops.size);
		writer_bytes(out, question->hops.data, question->hops.size);
	}
	if (question->options.size > 0 && has_room(out, question->options.size))
		writer_bytes(out, question->options.data, question->options.size);
	if (!out->is_full) /* RDLENGTH: the end of the fixed part */
		store_u16(out->data + start + EDNS_HEADER_SIZE - 2, (uint16_t)(out->size - start - EDNS_HEADER_SIZE));
}

size_t question_encode(const struct question *question, uint16_t id, const uint8_t case_seed[32], uint8_t *ret)
{
	struct writer out = writer_of(ret, QUESTION_MAX);
	uint16_t flags = (uint16_t)((question->is_rd ? HEADER_RD : 0) | (question->is_cd ? HEADER_CD : 0) |
	                            (question->is_ad ? HEADER_AD : 0));
	writer_u16(&out, id);
	writer_u16(&out, flags);
	writer_u16(&out, 1);
	writer_u16(&out, 0);
	writer_u16(&out, 0);
	writer_u16(&out, question->edns_size != 0);
	writer_bytes(&out, question->qname.wire, question->qname.size);
	if (question->is_case_mixed)
		case_mix(ret + HEADER_SIZE, question->qname.size, case_seed);
	writer_u16(&out, question->qtype);
	writer_u16(&out, question->qclass != 0 ? question->qclass : CLASS_IN);
	if (question->edns_size != 0)
		opt_write(question, &out);
	return out.size;
}

static bool is_question_equal(struct span sent, struct span message, bool is_case_exact)
{
	struct span left = span_of(sent.data + HEADER_SIZE, sent.size - HEADER_SIZE);
	struct span right = span_of(message.data + HEADER_SIZE, message.size - HEADER_SIZE);
	struct name a, b;
	if (name_take(&left, &a) != ERR_OK || name_take(&right, &b) != ERR_OK || left.size < 4 || right.size < 4 ||
	    memcmp(left.data, right.data, 4) != 0 || a.size != b.size)
		return false;
	return is_case_exact ? memcmp(a.wire, b.wire, a.size) == 0 : name_equal(a, b);
}

bool question_matches(struct span sent, struct span message, bool is_case_exact)
{
	if (message.size < HEADER_SIZE || memcmp(sent.data, message.data, 2) != 0)
		return false;
	uint16_t flags = load_u16(message.data + 2);
	if (!(flags & HEADER_QR) || (flags & HEADER_OPCODE_MASK) != 0)
		return false;
	unsigned rcode = flags & HEADER_RCODE_MASK;
	if (load_u16(message.data + 4) == 0)
		return rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP || rcode == RCODE_SERVFAIL ||
		       rcode == RCODE_REFUSED;
	return load_u16(message.data + 4) == 1 && is_question_equal(sent, message, is_case_exact);
}

bool question_cookie_matches(const uint8_t client_cookie[COOKIE_CLIENT_SIZE], struct span message)
{
	struct message read;
	if (message_read(message, &read) != ERR_OK || read.edns.cookie.data == NULL)
		return true;
	return memcmp(read.edns.cookie.data, client_cookie, COOKIE_CLIENT_SIZE) == 0;
}
