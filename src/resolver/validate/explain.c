/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/validate/explain.h"

#include "dns/ede.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

enum standing bogus(struct validation *validation, int32_t ede, const char *format, ...)
{
	struct validate_result *ret = validation->ret;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(ret->reason, sizeof(ret->reason), format, arguments);
	va_end(arguments);
	ret->ede = ede;
	return STANDING_BOGUS;
}

int32_t verified_ede(const struct verified *verified)
{
	static const int32_t edes[] = {
		[VERIFY_UNSIGNED] = EDE_RRSIGS_MISSING,
		[VERIFY_UNSUPPORTED] = EDE_DNSSEC_BOGUS,
		[VERIFY_NO_KEY] = EDE_DNSKEY_MISSING,
		[VERIFY_NEVER] = EDE_SIGNATURE_EXPIRED_BEFORE_VALID,
		[VERIFY_EXPIRED] = EDE_SIGNATURE_EXPIRED,
		[VERIFY_NOT_YET] = EDE_SIGNATURE_NOT_YET_VALID,
		[VERIFY_NOT_VERIFYING] = EDE_DNSSEC_BOGUS,
		[VERIFY_BUDGET] = EDE_DNSSEC_BOGUS,
		[VERIFY_GOOD] = -1,
	};
	return edes[verified->result];
}

static void time_text(uint32_t when, char text[24])
{
	time_t seconds = when;
	struct tm parts;
	gmtime_r(&seconds, &parts);
	strftime(text, 24, "%Y-%m-%d %H:%M", &parts);
}

void verified_to_text(const struct verified *verified, char text[VERIFIED_TEXT_MAX])
{
	char when[24];
	switch (verified->result) {
	case VERIFY_UNSIGNED:
		snprintf(text, VERIFIED_TEXT_MAX, "signature missing");
		return;
	case VERIFY_UNSUPPORTED:
		snprintf(text, VERIFIED_TEXT_MAX, "signature by key %u of algorithm %u, which is not supported",
		         verified->tag, verified->algorithm);
		return;
	case VERIFY_NO_KEY:
		snprintf(text, VERIFIED_TEXT_MAX, "signature by key %u, which the zone does not have", verified->tag);
		return;
	case VERIFY_NEVER:
		snprintf(text, VERIFIED_TEXT_MAX, "signature by key %u expires before it begins", verified->tag);
		return;
	case VERIFY_EXPIRED:
		time_text(verified->expiration, when);
		snprintf(text, VERIFIED_TEXT_MAX, "signature by key %u expired on %s UTC", verified->tag, when);
		return;
	case VERIFY_NOT_YET:
		time_text(verified->inception, when);
		snprintf(text, VERIFIED_TEXT_MAX, "signature by key %u begins only on %s UTC", verified->tag, when);
		return;
	case VERIFY_NOT_VERIFYING:
		snprintf(text, VERIFIED_TEXT_MAX, "signature by key %u does not verify", verified->tag);
		return;
	case VERIFY_BUDGET:
		snprintf(text, VERIFIED_TEXT_MAX, "too many signatures to try");
		return;
	case VERIFY_GOOD:
		snprintf(text, VERIFIED_TEXT_MAX, "signature by key %u verifies", verified->tag);
		return;
	}
}

/* The name, shortened: the cause at the end of the sentence is what is read. */
static enum standing subject_bogus(struct validation *validation, int32_t ede, struct name owner, uint16_t type,
                                   const char *why)
{
	const struct ip_endpoint *from = &validation->request->subject->server;
	char name[NAME_TEXT_MAX], mnemonic[RRTYPE_TEXT_MAX], server[IP_ENDPOINT_TEXT_MAX] = "the cache";
	name_to_display(owner, name);
	rrtype_to_text(type, mnemonic);
	if (from->port != 0)
		ip_addr_to_text(&from->addr, server);
	return bogus(validation, ede, "%.90s %s: %s, from %s", name, mnemonic, why, server);
}

enum standing set_bogus(struct validation *validation, const struct rrset_view *set, const struct verified *verified)
{
	char why[VERIFIED_TEXT_MAX];
	verified_to_text(verified, why);
	return subject_bogus(validation, verified_ede(verified), set->owner, set->rrset->type, why);
}

enum standing denial_bogus(struct validation *validation, int32_t ede, const char *why)
{
	const struct outcome *subject = validation->request->subject;
	return subject_bogus(validation, ede, subject->qname, subject->qtype, why);
}
