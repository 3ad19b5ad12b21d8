/* SPDX-License-Identifier: BSD-2-Clause */
#include "transfer/send.h"

#include "dns/builder.h"
#include "dns/rdata.h"

#define MESSAGE_MAX 65535

void transfer_out_begin(struct transfer_out *out, const struct query *query, const struct tsig *tsig, uint16_t udp_size,
                        const struct zone *zone, const struct difference *const *differences, size_t count)
{
	*out = (struct transfer_out){.zone = zone,
	                             .differences = differences,
	                             .difference_count = count,
	                             .id = query->id,
	                             .flags = HEADER_QR | HEADER_AA | (query->flags & HEADER_RD),
	                             .qtype = query->qtype,
	                             .qclass = query->qclass,
	                             .has_edns = query->has_edns,
	                             .udp_size = udp_size,
	                             .is_signed = tsig != NULL};
	name_copy(query->qname, &out->qname);
	if (tsig != NULL)
		out->sender.tsig = *tsig;
}

/* --- Records --- */

static const struct rrset *soa_of(const struct zone *zone)
{
	return zone_node_rrset(zone_apex_node(zone), RR_SOA);
}

static bool soa_write(const struct transfer_out *out, struct builder *builder)
{
	return builder_rrset(builder, SECTION_ANSWER, zone_apex(out->zone), BUILDER_UNKNOWN, soa_of(out->zone));
}

/* What is left of the RRset, record by record. */
static bool records_write(struct transfer_out *out, struct builder *builder)
{
	struct span rdata;
	size_t position = out->position;
	while (rrset_next(out->rrset, &position, &rdata)) {
		if (!builder_record(builder, SECTION_ANSWER, zone_node_name(out->node), BUILDER_UNKNOWN, out->rrset->type,
		                    CLASS_IN, out->rrset->ttl, rdata))
			return false;
		out->position = position;
	}
	return true;
}

static bool rrset_write(struct transfer_out *out, struct builder *builder)
{
	if (out->position == 0 && builder_rrset(builder, SECTION_ANSWER, zone_node_name(out->node), BUILDER_UNKNOWN, out->rrset))
		return true;
	return records_write(out, builder);
}

/* The next RRset that is not the SOA, also of nodes to come. False: the walk is over. */
static bool rrset_step(struct transfer_out *out, const struct zone_node *(*next)(const struct zone *, const struct zone_node *))
{
	out->position = 0;
	while (out->node != NULL) {
		out->rrset = zone_node_rrset_next(out->node, out->rrset);
		if (out->rrset == NULL)
			out->node = next(out->zone, out->node);
		else if (out->rrset->type != RR_SOA)
			return true;
	}
	return false;
}

typedef const struct zone_node *node_step(const struct zone *zone, const struct zone_node *node);

/* False: the message is full. */
static bool walk_write(struct transfer_out *out, struct builder *builder, node_step *next)
{
	while (out->rrset != NULL || rrset_step(out, next)) {
		if (!rrset_write(out, builder))
			return false;
		if (!rrset_step(out, next))
			break;
	}
	return true;
}

static bool side_write(struct transfer_out *out, struct builder *builder, enum difference_side side)
{
	const struct zone_record *record;
	while ((record = difference_at(out->differences[out->at], side, out->position)) != NULL) {
		if (!builder_record(builder, SECTION_ANSWER, record->owner, BUILDER_UNKNOWN, record->type, CLASS_IN, record->ttl,
		                    record->rdata))
			return false;
		out->position++;
	}
	return true;
}

/* --- Stages: each writes what it has, true: all of it --- */

static bool write_first_soa(struct transfer_out *out, struct builder *builder)
{
	if (!soa_write(out, builder))
		return false;
	out->node = zone_node_first(out->zone);
	out->stage = out->difference_count > 0 ? TRANSFER_STAGE_REMOVED : TRANSFER_STAGE_NODES;
	return true;
}

static bool write_nodes(struct transfer_out *out, struct builder *builder)
{
	if (!walk_write(out, builder, zone_node_next))
		return false;
	out->node = zone_nsec3_first(out->zone);
	out->rrset = NULL;
	out->stage = TRANSFER_STAGE_HASHED;
	return true;
}

static bool write_hashed(struct transfer_out *out, struct builder *builder)
{
	if (!walk_write(out, builder, zone_nsec3_next))
		return false;
	out->stage = TRANSFER_STAGE_LAST_SOA;
	return true;
}

static bool write_removed(struct transfer_out *out, struct builder *builder)
{
	if (!side_write(out, builder, DIFFERENCE_REMOVED))
		return false;
	out->position = 0;
	out->stage = TRANSFER_STAGE_ADDED;
	return true;
}

static bool write_added(struct transfer_out *out, struct builder *builder)
{
	if (!side_write(out, builder, DIFFERENCE_ADDED))
		return false;
	out->position = 0;
	out->stage = ++out->at < out->difference_count ? TRANSFER_STAGE_REMOVED : TRANSFER_STAGE_LAST_SOA;
	return true;
}

static bool write_last_soa(struct transfer_out *out, struct builder *builder)
{
	if (!soa_write(out, builder))
		return false;
	out->stage = TRANSFER_STAGE_OVER;
	return true;
}

static bool (*const stages[])(struct transfer_out *, struct builder *) = {
	[TRANSFER_STAGE_FIRST_SOA] = write_first_soa, [TRANSFER_STAGE_NODES] = write_nodes,
	[TRANSFER_STAGE_HASHED] = write_hashed,       [TRANSFER_STAGE_REMOVED] = write_removed,
	[TRANSFER_STAGE_ADDED] = write_added,         [TRANSFER_STAGE_LAST_SOA] = write_last_soa,
};

/* --- Messages --- */

static struct edns edns_of(const struct transfer_out *out)
{
	return (struct edns){.udp_size = out->udp_size};
}

/* The octets that go behind the records. */
static size_t tail_size(const struct transfer_out *out)
{
	struct edns edns = edns_of(out);
	return (out->has_edns ? edns_size(&edns) : 0) + (out->is_signed ? tsig_answer_size(&out->sender.tsig) : 0);
}

static void message_begin(const struct transfer_out *out, struct builder *builder, struct writer *message, size_t limit)
{
	if (out->messages == 0)
		builder_query(builder, message->data, limit, out->id, out->flags, name_of(out->qname.wire), out->qtype,
		              out->qclass);
	else /* RFC 5936 2.2.1: behind the first, no question is needed */
		builder_empty(builder, message->data, limit, out->id, out->flags);
}

static int message_end(struct transfer_out *out, struct builder *builder, uint64_t now_s, struct writer *message)
{
	struct edns edns = edns_of(out);
	builder->limit = message->capacity - (out->is_signed ? tsig_answer_size(&out->sender.tsig) : 0);
	if (out->has_edns && !builder_opt(builder, &edns))
		return ERR_SPACE;
	out->records += builder->counts[SECTION_ANSWER];
	message->size = builder_finish(builder);
	int err = out->is_signed ? tsig_sign_stream(&out->sender, now_s, message) : ERR_OK;
	out->messages++;
	out->octets += message->size;
	return err;
}

static void stages_write(struct transfer_out *out, struct builder *builder)
{
	while (out->stage != TRANSFER_STAGE_OVER && stages[out->stage](out, builder))
		;
}

int transfer_out_next(struct transfer_out *out, uint64_t now_s, struct writer *message)
{
	struct builder builder;
	size_t tail = tail_size(out);
	if (out->stage == TRANSFER_STAGE_OVER)
		return ERR_OK;
	message_begin(out, &builder, message, TRANSFER_MESSAGE_SIZE - tail);
	stages_write(out, &builder);
	if (builder.counts[SECTION_ANSWER] == 0) {
		/* A record larger than a message usually is has one for itself. */
		builder.limit = MESSAGE_MAX - tail;
		stages_write(out, &builder);
	}
	if (builder.counts[SECTION_ANSWER] == 0)
		return ERR_SPACE;
	return message_end(out, &builder, now_s, message);
}

int transfer_out_soa(struct transfer_out *out, uint64_t now_s, struct writer *message)
{
	struct builder builder;
	message_begin(out, &builder, message, message->capacity - tail_size(out));
	if (!soa_write(out, &builder))
		return ERR_SPACE;
	out->stage = TRANSFER_STAGE_OVER;
	out->is_soa_alone = true;
	return message_end(out, &builder, now_s, message);
}

/* --- The request --- */

int transfer_request_serial(const struct query *query, uint32_t *ret)
{
	struct span message = query->message;
	struct name_buffer buffer;
	struct name owner;
	size_t at = query->section_offsets[SECTION_AUTHORITY], end;
	if (query->counts[SECTION_AUTHORITY] == 0 || at == 0 ||
	    name_from_message(message, at, &buffer, &owner, &end) != ERR_OK || message.size - end < RRSET_RECORD_HEADER)
		return ERR_SYNTAX;
	const uint8_t *fixed = message.data + end;
	size_t rdata_size = load_u16(fixed + 8);
	if (load_u16(fixed) != RR_SOA || load_u16(fixed + 2) != CLASS_IN || !name_equal(owner, query->qname) ||
	    message.size - end - RRSET_RECORD_HEADER < rdata_size)
		return ERR_SYNTAX;
	return rdata_soa_serial(span_of(fixed + RRSET_RECORD_HEADER, rdata_size), ret) ? ERR_OK : ERR_SYNTAX;
}
