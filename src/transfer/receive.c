/* SPDX-License-Identifier: BSD-2-Clause */
#include "transfer/receive.h"

#include "dns/message/message.h"
#include "dns/rdata.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define DIFFERENCES_MOST 4096 /* versions in one answer; who is further behind takes the zone whole */
#define REASON_MAX 400

enum stage {
	STAGE_FIRST,   /* the SOA of the newest version */
	STAGE_SECOND,  /* tells a whole zone from differences */
	STAGE_ZONE,
	STAGE_REMOVED,
	STAGE_ADDED,
	STAGE_OVER
};

struct receive {
	struct receive_options options;
	struct name_buffer apex;
	struct tsig_receiver *tsig; /* NULL: not signed */
	enum receive_state state;
	enum stage stage;
	uint32_t serial; /* of the first SOA */
	bool has_serial;
	struct zone_builder *builder;
	uint16_t file;
	struct difference **differences;
	size_t difference_count, difference_capacity;
	uint64_t records, octets;
	uint32_t messages;
	uint16_t rcode;
	char reason[REASON_MAX];
	uint8_t rdata[RDATA_MAX];
};

int receive_new(const struct receive_options *options, struct receive **ret)
{
	struct receive *receive = calloc(1, sizeof(*receive));
	if (receive == NULL)
		return -ENOMEM;
	receive->options = *options;
	receive->options.apex = name_copy(options->apex, &receive->apex);
	int err = options->sent != NULL ? tsig_receiver_new(options->sent, &receive->tsig) : ERR_OK;
	if (err == ERR_OK)
		err = zone_builder_new(receive->options.apex, &receive->builder);
	if (err == ERR_OK)
		err = zone_builder_add_file(receive->builder, options->primary, &receive->file);
	if (err != ERR_OK) {
		receive_free(receive);
		return err;
	}
	*ret = receive;
	return ERR_OK;
}

void receive_free(struct receive *receive)
{
	if (receive == NULL)
		return;
	for (size_t i = 0; i < receive->difference_count; i++)
		difference_free(receive->differences[i]);
	free(receive->differences);
	if (receive->builder != NULL)
		zone_builder_free(receive->builder);
	tsig_receiver_free(receive->tsig);
	free(receive);
}

uint16_t receive_rcode(const struct receive *receive)
{
	return receive->rcode;
}

const char *receive_reason(const struct receive *receive)
{
	return receive->reason;
}

bool receive_serial(const struct receive *receive, uint32_t *ret)
{
	if (receive->has_serial)
		*ret = receive->serial;
	return receive->has_serial;
}

uint64_t receive_records(const struct receive *receive)
{
	return receive->records;
}

uint64_t receive_octets(const struct receive *receive)
{
	return receive->octets;
}

uint32_t receive_messages(const struct receive *receive)
{
	return receive->messages;
}

int receive_zone(struct receive *receive, struct finding_list *findings, struct zone **ret)
{
	struct zone_builder *builder = receive->builder;
	receive->builder = NULL;
	return zone_builder_finish(builder, findings, ret, NULL);
}

const struct difference *const *receive_differences(const struct receive *receive, size_t *ret_count)
{
	*ret_count = receive->difference_count;
	return (const struct difference *const *)receive->differences;
}

struct difference **receive_take_differences(struct receive *receive, size_t *ret_count)
{
	struct difference **taken = receive->differences;
	*ret_count = receive->difference_count;
	receive->differences = NULL;
	receive->difference_count = receive->difference_capacity = 0;
	return taken;
}

static enum receive_state __attribute__((format(printf, 2, 3))) broken(struct receive *receive, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	vsnprintf(receive->reason, sizeof(receive->reason), format, values);
	va_end(values);
	return RECEIVE_BROKEN;
}

static enum receive_state broken_record(struct receive *receive, const char *why, const struct zone_record *record)
{
	char owner[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
	name_to_text(record->owner, owner);
	rrtype_to_text(record->type, type);
	return broken(receive, "%s: %.250s %s", why, owner, type);
}

/* RFC 1982 3.2. */
static bool is_later(uint32_t serial, uint32_t than)
{
	return (int32_t)(serial - than) > 0;
}

static uint32_t soa_serial(const struct zone_record *record)
{
	uint32_t serial = 0;
	(void)rdata_soa_serial(record->rdata, &serial); /* record_take has looked at its size */
	return serial;
}

/* --- Records --- */

static enum receive_state zone_put(struct receive *receive, const struct zone_record *record)
{
	int err = zone_builder_add(receive->builder, record->owner, record->type, record->ttl, record->rdata, receive->file, 0);
	return err == ERR_OK ? RECEIVE_MORE : broken(receive, "a record cannot be kept: %s", err_text(err));
}

static enum receive_state difference_begin(struct receive *receive)
{
	if (receive->difference_count == DIFFERENCES_MOST)
		return broken(receive, "more than %d versions in one answer", DIFFERENCES_MOST);
	if (receive->difference_count == receive->difference_capacity) {
		size_t wanted = receive->difference_capacity == 0 ? 8 : 2 * receive->difference_capacity;
		struct difference **grown = realloc(receive->differences, wanted * sizeof(grown[0]));
		if (grown == NULL)
			return broken(receive, "no memory for its differences");
		receive->differences = grown;
		receive->difference_capacity = wanted;
	}
	if (difference_new(&receive->differences[receive->difference_count]) != ERR_OK)
		return broken(receive, "no memory for its differences");
	receive->difference_count++;
	return RECEIVE_MORE;
}

static enum receive_state difference_keep(struct receive *receive, enum difference_side side, const struct zone_record *record)
{
	int err = difference_put(receive->differences[receive->difference_count - 1], side, record);
	return err == ERR_OK ? RECEIVE_MORE : broken_record(receive, "a record cannot be kept", record);
}

static enum receive_state take_first(struct receive *receive, const struct zone_record *record)
{
	if (record->type != RR_SOA)
		return broken_record(receive, "it does not begin with the SOA", record);
	receive->serial = soa_serial(record);
	receive->has_serial = true;
	if (receive->options.has_serial && !is_later(receive->serial, receive->options.serial)) {
		if (receive->serial == receive->options.serial)
			return RECEIVE_CURRENT;
		return broken(receive, "its serial %u is before ours, %u", receive->serial, receive->options.serial);
	}
	receive->stage = STAGE_SECOND;
	return zone_put(receive, record);
}

/* A SOA where removed records may begin: the version that the last difference led to, at first ours. */
static enum receive_state removed_begin(struct receive *receive, const struct zone_record *soa)
{
	uint32_t expected = receive->options.serial;
	if (receive->difference_count > 0)
		expected = difference_serial(receive->differences[receive->difference_count - 1], DIFFERENCE_ADDED);
	if (soa_serial(soa) != expected)
		return broken(receive, "a difference from serial %u, where %u is wanted", soa_serial(soa), expected);
	enum receive_state state = difference_begin(receive);
	receive->stage = STAGE_REMOVED;
	return state == RECEIVE_MORE ? difference_keep(receive, DIFFERENCE_REMOVED, soa) : state;
}

static enum receive_state take_zone(struct receive *receive, const struct zone_record *record)
{
	if (record->type != RR_SOA)
		return zone_put(receive, record);
	if (soa_serial(record) != receive->serial)
		return broken(receive, "it begins with serial %u and ends with %u", receive->serial, soa_serial(record));
	receive->stage = STAGE_OVER;
	return RECEIVE_ZONE;
}

/* RFC 1995 4: a second SOA of another serial begins differences, anything else belongs to a whole zone. */
static enum receive_state take_second(struct receive *receive, const struct zone_record *record)
{
	if (receive->options.is_incremental && receive->options.has_serial && record->type == RR_SOA &&
	    soa_serial(record) != receive->serial)
		return removed_begin(receive, record);
	receive->stage = STAGE_ZONE;
	return take_zone(receive, record);
}

static enum receive_state take_removed(struct receive *receive, const struct zone_record *record)
{
	if (record->type != RR_SOA)
		return difference_keep(receive, DIFFERENCE_REMOVED, record);
	uint32_t before = difference_serial(receive->differences[receive->difference_count - 1], DIFFERENCE_REMOVED);
	if (!is_later(soa_serial(record), before))
		return broken(receive, "a difference from serial %u back to %u", before, soa_serial(record));
	receive->stage = STAGE_ADDED;
	return difference_keep(receive, DIFFERENCE_ADDED, record);
}

static enum receive_state take_added(struct receive *receive, const struct zone_record *record)
{
	if (record->type != RR_SOA)
		return difference_keep(receive, DIFFERENCE_ADDED, record);
	uint32_t reached = difference_serial(receive->differences[receive->difference_count - 1], DIFFERENCE_ADDED);
	if (reached != receive->serial || soa_serial(record) != receive->serial)
		return removed_begin(receive, record);
	receive->stage = STAGE_OVER;
	return RECEIVE_DIFFERENCES;
}

static enum receive_state (*const takers[])(struct receive *, const struct zone_record *) = {
	[STAGE_FIRST] = take_first, [STAGE_SECOND] = take_second,   [STAGE_ZONE] = take_zone,
	[STAGE_REMOVED] = take_removed, [STAGE_ADDED] = take_added,
};

static enum receive_state record_take(struct receive *receive, const struct message *message, const struct message_item *item)
{
	struct writer plain = writer_of(receive->rdata, sizeof(receive->rdata));
	struct zone_record record = {.owner = item->owner, .type = item->type, .ttl = item->ttl_s};
	if (receive->stage == STAGE_OVER)
		return broken_record(receive, "a record behind the last SOA", &record);
	if (++receive->records > receive->options.records_most)
		return broken(receive, "more than %llu records", (unsigned long long)receive->options.records_most);
	if (item->class != CLASS_IN)
		return broken_record(receive, "a record of another class than IN", &record);
	if (!name_is_at_or_below(item->owner, receive->options.apex))
		return broken_record(receive, "a record of another zone", &record);
	if (item->type == RR_SOA && !name_equal(item->owner, receive->options.apex))
		return broken_record(receive, "a SOA below the zone's apex", &record);
	if (rrtype_is_meta(item->type))
		return broken_record(receive, "a type that no zone holds", &record);
	if (message_rdata(message, item, &plain) != ERR_OK || (item->type == RR_SOA && plain.size < SOA_SIZE_MIN))
		return broken_record(receive, "a malformed record", &record);
	record.rdata = writer_span(&plain);
	return takers[receive->stage](receive, &record);
}

/* --- Messages --- */

static enum receive_state signature_take(struct receive *receive, const struct message *message, uint64_t now_s)
{
	uint16_t error;
	if (receive->tsig == NULL)
		return RECEIVE_MORE;
	int err = tsig_receive(receive->tsig, message->octets, message->tsig_offset, now_s, &error);
	if (err != ERR_OK && message->tsig_offset == 0 && message->rcode != RCODE_NOERROR) {
		receive->rcode = message->rcode; /* hearsay, but nothing worse than a refusal */
		return RECEIVE_REFUSED;
	}
	if (err == ERR_RANGE)
		return broken(receive, "its TSIG is of another time: one of the two clocks is wrong");
	if (err != ERR_OK)
		return broken(receive, message->tsig_offset == 0 ? "a message without TSIG" : "its TSIG does not verify");
	if (error != 0) {
		receive->rcode = error;
		return RECEIVE_REFUSED;
	}
	return RECEIVE_MORE;
}

static enum receive_state header_take(struct receive *receive, const struct message *message)
{
	if (message->error != ERR_OK || (message->flags & HEADER_QR) == 0 || message->opcode != OPCODE_QUERY)
		return broken(receive, "a malformed message");
	if (message->id != receive->options.id)
		return broken(receive, "an answer to another question (id %u)", message->id);
	if (message->flags & HEADER_TC)
		return broken(receive, "a truncated message");
	if (message->rcode != RCODE_NOERROR) {
		receive->rcode = message->rcode;
		return RECEIVE_REFUSED;
	}
	return RECEIVE_MORE;
}

/* RFC 5936 2.2.1: the first message repeats the question; those behind it need none. */
static enum receive_state question_take(struct receive *receive, const struct message_item *item)
{
	uint16_t wanted = receive->options.is_incremental ? RR_IXFR : RR_AXFR;
	if (item->type != wanted || item->class != CLASS_IN || !name_equal(item->owner, receive->options.apex))
		return broken(receive, "an answer to another question");
	return RECEIVE_MORE;
}

static enum receive_state records_take(struct receive *receive, const struct message *message)
{
	struct message_place place = {0};
	struct message_item item;
	enum receive_state state = RECEIVE_MORE;
	int err = ERR_OK;
	while (state != RECEIVE_BROKEN && (err = message_next(message, &place, &item)) == ERR_OK) {
		if (item.section == SECTION_QUESTION)
			state = question_take(receive, &item);
		else if (item.section == SECTION_ANSWER && state != RECEIVE_CURRENT)
			state = record_take(receive, message, &item);
	}
	return state;
}

/* RFC 8945 5.3.1: the last message must be signed. */
static enum receive_state end_judge(struct receive *receive, enum receive_state state)
{
	bool is_whole = state == RECEIVE_ZONE || state == RECEIVE_DIFFERENCES || state == RECEIVE_CURRENT;
	if (is_whole && receive->tsig != NULL && !tsig_receiver_is_settled(receive->tsig))
		return broken(receive, "its last message has no TSIG");
	return state;
}

static enum receive_state message_take(struct receive *receive, struct span octets, uint64_t now_s)
{
	struct message message;
	receive->messages++;
	receive->octets += octets.size;
	if (receive->octets > receive->options.octets_most)
		return broken(receive, "more than %llu octets", (unsigned long long)receive->options.octets_most);
	if (message_read(octets, &message) != ERR_OK)
		return broken(receive, "a malformed message");
	enum receive_state state = signature_take(receive, &message, now_s);
	if (state == RECEIVE_MORE)
		state = header_take(receive, &message);
	if (state != RECEIVE_MORE)
		return state;
	if (message.counts[SECTION_ANSWER] == 0)
		return broken(receive, "a message without records");
	return end_judge(receive, records_take(receive, &message));
}

enum receive_state receive_take(struct receive *receive, struct span message, uint64_t now_s)
{
	if (receive->state == RECEIVE_MORE)
		receive->state = message_take(receive, message, now_s);
	return receive->state;
}
