/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/judge.h"

#include "dns/rrtype.h"
#include "dnssec/records.h"
#include "resolver/gather.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#define HOUR_S 3600

static void result_set(struct probe_result *result, enum probe_state state, const char *format, ...) PRINTF_LIKE(3, 4);

static void result_set(struct probe_result *result, enum probe_state state, const char *format, ...)
{
	va_list arguments;
	result->state = state;
	va_start(arguments, format);
	vsnprintf(result->reason, sizeof(result->reason), format, arguments);
	va_end(arguments);
}

/* --- No reply --- */

static void silence_judge(const struct judge_request *request, struct probe_result *ret)
{
	switch (request->fact->state) {
	case FACT_SILENT:
		result_set(ret, PROBE_STATE_SILENT, "no reply over %s within %u ms",
			   request->probe->transport == QUESTION_UDP ? "UDP" : "TCP", request->timeout_ms);
		break;
	case FACT_REFUSED:
		result_set(ret, PROBE_STATE_REFUSED,
			   request->probe->transport == QUESTION_UDP ? "port or host unreachable"
								     : "the connection was refused, reset or closed");
		break;
	default:
		result_set(ret, PROBE_STATE_UNTESTED, "this host has no way there");
	}
}

/* --- Signatures --- */

/* The first of all signatures in the answer to end. */
static void signatures_take(const struct judge_request *request, const struct gathered *gathered,
			    struct probe_result *ret, uint16_t *ret_type)
{
	for (size_t i = 0; i < gathered->count; i++) {
		size_t position = 0;
		struct span rdata;
		struct rrsig rrsig;
		const struct rrset *signatures = gathered->sets[i].signatures;
		if (gathered->sections[i] != SECTION_ANSWER || signatures == NULL)
			continue;
		while (rrset_next(signatures, &position, &rdata)) {
			if (!rrsig_read(rdata, &rrsig))
				continue;
			/* RFC 4034 3.1.5: serial number arithmetic. */
			int32_t left_s = (int32_t)(rrsig.expiration - (uint32_t)request->now_s);
			if (ret->has_signature && left_s >= ret->left_s)
				continue;
			ret->has_signature = true;
			ret->left_s = left_s;
			*ret_type = gathered->types[i];
		}
	}
}

static void ttl_take(const struct gathered *gathered, struct probe_result *ret)
{
	bool has_ttl = false;
	for (size_t i = 0; i < gathered->count; i++) {
		const struct rrset *rrset = gathered->sets[i].rrset;
		if (gathered->sections[i] != SECTION_ANSWER || rrset == NULL || (has_ttl && rrset->ttl >= ret->ttl_s))
			continue;
		has_ttl = true;
		ret->ttl_s = rrset->ttl;
	}
}

static void expiry_judge(const struct judge_request *request, const struct gathered *gathered, struct probe_result *ret)
{
	char type[RRTYPE_TEXT_MAX];
	uint16_t covered = 0;
	signatures_take(request, gathered, ret, &covered);
	if (!ret->has_signature || ret->left_s > (int64_t)request->left_least_s)
		return;
	rrtype_to_text(covered, type);
	if (ret->left_s < 0)
		result_set(ret, PROBE_STATE_EXPIRING, "the signature of %s ended %d hours ago", type,
			   -(ret->left_s / HOUR_S));
	else
		result_set(ret, PROBE_STATE_EXPIRING, "the signature of %s ends in %d hours", type,
			   ret->left_s / HOUR_S);
}

/* Of a server of the zone. True: it is bogus. */
static bool security_judge(const struct judge_request *request, struct probe_result *ret)
{
	struct secure secure = {0};
	if (request->probe->target != PROBE_SERVER || request->probe->is_alone || request->secure == NULL)
		return false;
	request->secure(request->owner, request->probe->name, request->probe->type, request->fact, &secure);
	ret->security = secure.is_known ? (uint8_t)secure.security : (uint8_t)SECURITY_INDETERMINATE;
	if (!secure.is_known || secure.security != SECURITY_BOGUS)
		return false;
	ret->ede = secure.ede;
	result_set(ret, PROBE_STATE_BOGUS, "%s", secure.reason);
	return true;
}

/* --- Replies --- */

static bool is_answered(const struct message *message)
{
	return message->rcode == RCODE_NOERROR || message->rcode == RCODE_NXDOMAIN;
}

/* A validating resolver that answers once checking is disabled says what is wrong with it. */
static void failure_judge(const struct judge_request *request, const struct message *message, struct probe_result *ret)
{
	struct message unchecked;
	char rcode[HEADER_TEXT_MAX];
	rcode_to_text(message->rcode, rcode);
	bool is_bogus = message->rcode == RCODE_SERVFAIL && request->unchecked != NULL &&
			request->unchecked->state == FACT_REPLY &&
			message_read(request->unchecked->message, &unchecked) == ERR_OK && is_answered(&unchecked);
	if (is_bogus) {
		ret->security = SECURITY_BOGUS;
		result_set(ret, PROBE_STATE_BOGUS,
			   "SERVFAIL, and an answer with checking disabled: it does not validate there");
	} else {
		result_set(ret, PROBE_STATE_RCODE, "%s", rcode);
	}
}

static void absence_judge(const struct judge_request *request, const struct message *message,
			  const struct gathered *gathered, struct probe_result *ret)
{
	char type[RRTYPE_TEXT_MAX];
	rrtype_to_text(request->probe->type, type);
	if (message->rcode == RCODE_NXDOMAIN)
		result_set(ret, PROBE_STATE_ABSENT, "there is no such name (NXDOMAIN)");
	else if (message->counts[SECTION_ANSWER] == 0)
		result_set(ret, PROBE_STATE_ABSENT, "the name has no %s", type);
	else
		expiry_judge(request, gathered, ret);
}

static void header_take(const struct judge_request *request, const struct message *message, struct probe_result *ret)
{
	ret->has_reply = true;
	ret->rcode = message->rcode;
	ret->answers = message->counts[SECTION_ANSWER];
	ret->size = (uint32_t)request->fact->message.size;
	if (message->has_edns && message->edns.ede_count > 0)
		ret->ede = message->edns.ede[0].code;
	if (request->probe->target == PROBE_RESOLVER)
		ret->security = message->flags & HEADER_AD ? SECURITY_SECURE : SECURITY_UNCHECKED;
}

/* By what the reply is, the first that holds. */
static void message_judge(const struct judge_request *request, const struct message *message,
			  const struct gathered *gathered, struct probe_result *ret)
{
	bool is_server = request->probe->target == PROBE_SERVER;
	if (!is_answered(message))
		failure_judge(request, message, ret);
	else if (is_server && !(message->flags & HEADER_AA))
		result_set(ret, PROBE_STATE_LAME, "it answers without authority for the zone");
	else if (message->flags & HEADER_TC && request->probe->transport == QUESTION_UDP)
		ret->state = PROBE_STATE_GOOD; /* what it has to say is asked for over TCP, too */
	else if (!security_judge(request, ret))
		absence_judge(request, message, gathered, ret);
}

void judge_reply(const struct judge_request *request, struct probe_result *ret)
{
	struct message message;
	struct gathered *gathered = arena_alloc_zeroed(request->arena, sizeof(*gathered), _Alignof(struct gathered));
	*ret = (struct probe_result){.ede = -1, .duration_us = request->fact->duration_us};
	if (request->fact->state != FACT_REPLY) {
		silence_judge(request, ret);
		return;
	}
	if (gathered == NULL || message_read(request->fact->message, &message) != ERR_OK || message.error != ERR_OK ||
	    gather(&message, request->arena, gathered) != ERR_OK) {
		result_set(ret, PROBE_STATE_LAME, "the reply cannot be read");
		return;
	}
	header_take(request, &message, ret);
	ttl_take(gathered, ret);
	message_judge(request, &message, gathered, ret);
}

void judge_addresses(const struct judge_request *request, struct found *found)
{
	struct message message;
	struct message_place place = {0};
	struct message_item item;
	uint16_t type = request->probe->type;
	if ((type != RR_AAAA && type != RR_A) || request->fact->state != FACT_REPLY ||
	    message_read(request->fact->message, &message) != ERR_OK)
		return;
	while (found->count < FOUND_ADDRESSES_MAX && message_next(&message, &place, &item) == ERR_OK) {
		if (item.section != SECTION_ANSWER || item.type != type ||
		    item.rdata.size != (type == RR_AAAA ? 16 : 4))
			continue;
		struct ip_addr addr = type == RR_AAAA ? ip_addr_v6(item.rdata.data) : ip_addr_v4(item.rdata.data);
		bool is_known = !chain_is_usable(&addr);
		for (size_t i = 0; i < found->count; i++)
			is_known = is_known || ip_addr_equal(&found->addresses[i], &addr);
		if (!is_known)
			found->addresses[found->count++] = addr;
	}
}

/* --- What is no question --- */

void judge_connect(int error, bool is_at_once, uint32_t timeout_ms, uint32_t duration_us, struct probe_result *ret)
{
	*ret = (struct probe_result){.ede = -1, .duration_us = duration_us};
	if (error == 0)
		return;
	/* What the kernel says at once is of this host; what comes later was sent by somebody. */
	if (is_at_once && error != ECONNREFUSED)
		result_set(ret, PROBE_STATE_UNTESTED, "this host has no way there");
	else if (error == ETIMEDOUT)
		result_set(ret, PROBE_STATE_SILENT, "no connection within %u ms", timeout_ms);
	else
		result_set(ret, PROBE_STATE_REFUSED, "%s", err_text(-error));
}

void judge_path(const struct map_zone *zone, enum family family, struct probe_result *ret)
{
	char culprit[NAME_TEXT_MAX];
	*ret = (struct probe_result){.ede = -1};
	name_to_display(zone->culprits[family], culprit);
	result_set(ret, PROBE_STATE_NO_PATH, "nobody resolves it over %s alone: %.120s %s", family_title(family),
		   culprit,
		   zone->causes[family] == CAUSE_NO_ADDRESS ? "has no name server with an address of it"
							    : chain_cause_text(zone->causes[family]));
}

void judge_absence(const struct map_zone *zone, struct probe_result *ret)
{
	char text[NAME_TEXT_MAX];
	*ret = (struct probe_result){.ede = -1};
	name_to_display(zone->zone, text);
	result_set(ret, PROBE_STATE_ABSENT, "no delegation leads to it: %.150s is the last zone on the way", text);
}

void judge_unseen(enum family family, struct probe_result *result)
{
	result_set(result, PROBE_STATE_UNTESTED, "this host sees nobody over %s, the root servers neither",
		   family_title(family));
}
