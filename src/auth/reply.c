/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/reply.h"

#include "auth/encode.h"
#include "dns/serve/chaos.h"
#include "dns/serve/terms.h"

/* The zone that has the answer, or why there is none. */
static void job_find_zone(struct reply_job *job, const struct zoneset *zones)
{
	const struct zoneset_entry *entry = zoneset_find(zones, job->query.qname, job->query.qtype == RR_DS);
	if (entry != NULL && entry->zone != NULL) {
		zone_search_begin(entry->zone, job->query.qname, &job->search);
		return;
	}
	if (entry == NULL)
		job->verdict = (struct verdict){ASKED_NOTHING, RCODE_REFUSED, EDE_NOT_AUTHORITATIVE};
	else /* RFC 8914 4.25: data that are too old or have expired */
		job->verdict = (struct verdict){ASKED_NOTHING, RCODE_SERVFAIL, entry->is_expired ? EDE_INVALID_DATA : EDE_NOT_READY};
}

void reply_begin(struct reply_job *job, const struct zoneset *zones, const struct auth_request *request)
{
	job->parsed = query_parse(request->message, &job->query);
	if (job->parsed == QUERY_DROP)
		return;
	job->verdict = query_judge(&job->query, job->parsed, request->transport == TRANSPORT_UDP);
	if (job->verdict.asked == ASKED_ZONE)
		job_find_zone(job, zones);
}

static void reply_edns(const struct reply_job *job, const struct auth_options *options,
                       const struct auth_request *request, struct reply_scratch *scratch, struct edns *ret,
                       struct query_event *event)
{
	const struct terms terms = {.udp_size = options->udp_size,
	                            .tcp_idle_timeout_ds = options->tcp_idle_timeout_ds,
	                            .identity = options->identity,
	                            .is_cookie_on = options->is_cookie_on,
	                            .secrets = {options->cookie_secret, options->cookie_secret_old}};
	const struct terms_client client = {&request->client, request->transport == TRANSPORT_UDP, request->now_s};
	event->is_cookie_valid = terms_edns(&terms, &job->query, &client, scratch->cookie, ret);
	ret->rcode = job->verdict.rcode;
	if (job->verdict.ede != VERDICT_EDE_NONE)
		ret->ede[ret->ede_count++] =
			(struct edns_ede){.code = (uint16_t)job->verdict.ede, .text = span_of(NULL, 0)};
}

/* RFC 8945 5.2: the signature is looked at before anything else. False: the answer carries no TSIG. */
static bool reply_verify(struct reply_job *job, const struct auth_options *options,
                         const struct auth_request *request, struct tsig *tsig)
{
	if (job->query.tsig_offset == 0 || job->parsed == QUERY_FORMERR)
		return false;
	switch (tsig_verify_request(options->keys, options->key_count, request->message, job->query.tsig_offset,
	                            request->now_s, tsig)) {
	case TSIG_GOOD:
		return true;
	case TSIG_BAD:
		job->verdict = (struct verdict){ASKED_NOTHING, RCODE_NOTAUTH, VERDICT_EDE_NONE};
		return true;
	case TSIG_MALFORMED:
		job->verdict = (struct verdict){ASKED_NOTHING, RCODE_FORMERR, VERDICT_EDE_NONE};
		return false;
	default:
		job->verdict = (struct verdict){ASKED_NOTHING, RCODE_SERVFAIL, VERDICT_EDE_NONE};
		return false;
	}
}

/* The sections, as far as they fit below the builder's limit; the rcode. */
static uint16_t reply_sections(const struct reply_job *job, const struct auth_options *options,
                               const struct zoneset *zones, struct reply_scratch *scratch)
{
	struct builder *builder = &scratch->builder;
	struct answer *answer = &scratch->answer;
	switch (job->verdict.asked) {
	case ASKED_NOTHING:
		return job->verdict.rcode;
	case ASKED_SERVER:
		return chaos_answer(options->identity, options->version, &job->query, builder);
	case ASKED_ZONE:
		break;
	}
	answer_start(answer, options, zones, &job->query);
	answer_collect(answer, &job->search);
	/* RFC 1034 6.2.2 speaks of QCLASS *: nobody is authoritative for all classes. */
	if (answer->is_aa && job->query.qclass != CLASS_ANY)
		builder_flag(builder, HEADER_AA);
	answer_encode(answer, builder);
	return answer->rcode;
}

/* What was encoded a moment ago, so it is in the processor's cache. */
static uint32_t answer_ttl(const struct answer *answer)
{
	uint32_t least_s = UINT32_MAX;
	for (uint16_t i = 0; i < answer->counts[ANSWER_ANSWER]; i++) {
		const struct answer_rrset *added = &answer->rrsets[ANSWER_ANSWER][i];
		uint32_t ttl_s = added->ttl_s == ANSWER_TTL_STORED ? added->rrset->ttl : added->ttl_s;
		least_s = ttl_s < least_s ? ttl_s : least_s;
	}
	return least_s;
}

static void event_of_answer(struct query_event *event, const struct builder *builder, uint16_t rcode, int32_t ede,
                            size_t size)
{
	event->rcode = rcode;
	event->answer_count = builder->counts[SECTION_ANSWER];
	event->size = (uint32_t)size;
	event->ede = ede;
	event->is_aa = (builder->flags & HEADER_AA) != 0;
	event->is_tc = (builder->flags & HEADER_TC) != 0;
}

/* The octets of the signed answer; 0 when it cannot be signed, and an unsigned one would be taken for forged. */
static size_t reply_sign(const struct tsig *tsig, const struct auth_request *request, uint8_t *data, size_t size,
                         size_t limit)
{
	struct writer message = {.data = data, .size = size, .capacity = limit};
	return tsig_sign_answer(tsig, request->now_s, &message) == ERR_OK ? message.size : 0;
}

size_t reply_finish(struct reply_job *job, const struct auth_options *options, const struct zoneset *zones,
                    const struct auth_request *request, struct reply_scratch *scratch, struct writer *out,
                    struct query_event *event)
{
	struct builder *builder = &scratch->builder;
	const struct query *query = &job->query;
	query_event_begin(event, query);
	if (job->parsed == QUERY_DROP)
		return 0;
	size_t limit = terms_limit(query, options->udp_size, request->transport == TRANSPORT_UDP, out->capacity);
	bool is_signed = reply_verify(job, options, request, &scratch->tsig);
	size_t unsigned_limit = is_signed ? terms_limit_less(limit, tsig_answer_size(&scratch->tsig)) : limit;
	struct edns edns;
	builder_answer(builder, out->data, unsigned_limit, query);
	if (query->has_edns) {
		reply_edns(job, options, request, scratch, &edns, event);
		builder->limit = terms_limit_less(unsigned_limit, edns_size(&edns));
	}
	uint16_t rcode = reply_sections(job, options, zones, scratch);
	builder_rcode(builder, rcode);
	builder->limit = unsigned_limit;
	if (query->has_edns && !builder_opt(builder, &edns))
		builder_flag(builder, HEADER_TC);
	size_t size = builder_finish(builder);
	if (is_signed)
		size = reply_sign(&scratch->tsig, request, out->data, size, limit);
	event_of_answer(event, builder, rcode, job->verdict.ede, size);
	if (event->answer_count > 0 && job->verdict.asked == ASKED_ZONE)
		event->ttl_s = answer_ttl(&scratch->answer);
	out->size = size;
	return size;
}
