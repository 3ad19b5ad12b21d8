/* SPDX-License-Identifier: BSD-2-Clause */
#include "transfer/request.h"

#include "dns/builder.h"
#include "dns/message/message.h"
#include "dns/rdata.h"

#include <stdarg.h>
#include <stdio.h>

/* RFC 1995 3: the SOA of the version that is here, of which the serial alone counts. */
static bool version_add(const struct transfer_request *request, struct builder *builder, uint8_t octets[SOA_SIZE_MIN])
{
	struct writer rdata = writer_of(octets, SOA_SIZE_MIN);
	memset(octets, 0, SOA_SIZE_MIN);
	writer_bytes(&rdata, "\0\0", 2);
	writer_u32(&rdata, request->serial);
	return builder_record(builder, SECTION_AUTHORITY, request->apex, BUILDER_QUESTION, RR_SOA, CLASS_IN, 0,
			      span_of(octets, SOA_SIZE_MIN));
}

int transfer_request_make(const struct transfer_request *request, uint64_t now_s, struct writer *message,
			  struct tsig *ret_sent)
{
	struct builder builder;
	uint8_t soa[SOA_SIZE_MIN];
	builder_query(&builder, message->data, message->capacity, request->id, 0, request->apex, request->type,
		      CLASS_IN);
	if (request->type == RR_IXFR && !version_add(request, &builder, soa))
		return ERR_SPACE;
	message->size = builder_finish(&builder);
	return request->key != NULL ? tsig_sign_query(request->key, now_s, message, ret_sent) : ERR_OK;
}

static enum request_verdict __attribute__((format(printf, 2, 3)))
bad(struct request_answer *answer, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	vsnprintf(answer->reason, sizeof(answer->reason), format, values);
	va_end(values);
	return REQUEST_BAD;
}

static bool is_question(const struct transfer_request *request, const struct message_item *item)
{
	return item->section == SECTION_QUESTION && item->type == RR_SOA && item->class == CLASS_IN &&
	       name_equal(item->owner, request->apex);
}

static enum request_verdict signature_judge(const struct tsig *sent, const struct message *message, uint64_t now_s,
					    struct request_answer *answer)
{
	uint16_t error = 0;
	char text[HEADER_TEXT_MAX];
	if (sent == NULL)
		return REQUEST_TOLD;
	if (message->tsig_offset == 0) {
		rcode_to_text(message->rcode, text);
		return message->rcode != RCODE_NOERROR ? bad(answer, "it answers %s, without TSIG", text)
						       : bad(answer, "its answer has no TSIG");
	}
	int err = tsig_verify_answer(sent, message->octets, message->tsig_offset, now_s, &error);
	if (err == ERR_RANGE)
		return bad(answer, "its TSIG is of another time: one of the two clocks is wrong");
	if (err == ERR_OK && error == 0)
		return REQUEST_TOLD;
	if (error == RCODE_BADKEY)
		return bad(answer, "it does not know the key");
	if (error == TSIG_BADSIG)
		return bad(answer, "it says that our TSIG does not verify: the secrets differ");
	if (error == RCODE_BADTIME)
		return bad(answer, "it says that our TSIG is of another time: one of the two clocks is wrong");
	return bad(answer, "its TSIG does not verify");
}

/* The SOA in the answer section, and the question before it. */
static enum request_verdict records_judge(const struct transfer_request *request, const struct message *message,
					  struct request_answer *answer)
{
	struct message_place place = {0};
	struct message_item item;
	uint8_t octets[2 * NAME_MAX + SOA_TAIL];
	while (message_next(message, &place, &item) == ERR_OK) {
		struct writer rdata = writer_of(octets, sizeof(octets));
		if (item.section != SECTION_ANSWER || item.type != RR_SOA || item.class != CLASS_IN ||
		    !name_equal(item.owner, request->apex))
			continue;
		if (message_rdata(message, &item, &rdata) != ERR_OK ||
		    !rdata_soa_serial(writer_span(&rdata), &answer->serial))
			return bad(answer, "its SOA is malformed");
		return REQUEST_TOLD;
	}
	return bad(answer, "its answer has no SOA of the zone");
}

enum request_verdict transfer_request_judge(const struct transfer_request *request, const struct tsig *sent,
					    struct span octets, uint64_t now_s, struct request_answer *ret)
{
	struct message message;
	struct message_place place = {0};
	struct message_item item;
	char text[HEADER_TEXT_MAX];
	*ret = (struct request_answer){0};
	if (message_read(octets, &message) != ERR_OK || message.id != request->id || (message.flags & HEADER_QR) == 0 ||
	    message.opcode != OPCODE_QUERY)
		return REQUEST_LEAVE;
	bool has_question = message_next(&message, &place, &item) == ERR_OK && item.section == SECTION_QUESTION;
	if (has_question ? !is_question(request, &item) : message.rcode == RCODE_NOERROR)
		return REQUEST_LEAVE;
	if (message.error != ERR_OK)
		return bad(ret, "its answer is malformed");
	enum request_verdict verdict = signature_judge(sent, &message, now_s, ret);
	if (verdict != REQUEST_TOLD)
		return verdict;
	if (message.flags & HEADER_TC)
		return REQUEST_TRUNCATED;
	rcode_to_text(message.rcode, text);
	if (message.rcode != RCODE_NOERROR)
		return bad(ret, "it answers %s", text);
	if ((message.flags & HEADER_AA) == 0)
		return bad(ret, "it is not authoritative for the zone"); /* RFC 1034 4.3.5: a cache confirms nothing */
	return records_judge(request, &message, ret);
}
