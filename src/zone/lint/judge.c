/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/lint/judge.h"

#include "dns/rdata.h"
#include "dns/reverse.h"

#include <stdio.h>
#include <string.h>

static const char *record_name(enum family family)
{
	return family == FAMILY_IPV6 ? "AAAA" : "A";
}

static const char *subject_of(const struct judge_at *at, const char *name)
{
	return at->subject != NULL ? at->subject : name;
}

/* --- Addresses --- */

struct finding *judge_only_ipv4(const struct judge_at *at, struct name name)
{
	char text[NAME_TEXT_MAX];
	if (finding_fold(at->findings, FINDING_ADDRESS_ONLY_IPV4, SEVERITY_NOTICE))
		return NULL;
	name_to_display(name, text);
	return finding_add(at->findings, FINDING_ADDRESS_ONLY_IPV4, at->place, subject_of(at, text), NULL,
			   "%s has A and no AAAA.", text);
}

struct finding *judge_translated(const struct judge_at *at, struct name name, const struct ip_addr *addr)
{
	char host[NAME_TEXT_MAX], text[IP_ADDR_TEXT_MAX];
	if (finding_fold(at->findings, FINDING_ADDRESS_TRANSLATED, SEVERITY_ERROR))
		return NULL;
	name_to_display(name, host);
	ip_addr_to_text(addr, text);
	return finding_add(
		at->findings, FINDING_ADDRESS_TRANSLATED, at->place, subject_of(at, host),
		"publish the host's native IPv6 address, or none",
		"The AAAA %s of %s embeds an IPv4 address: it leads nowhere without a translator near the client.",
		text, host);
}

struct finding *judge_ttl(const struct judge_at *at, struct name server, uint32_t aaaa_s, uint32_t a_s)
{
	char text[NAME_TEXT_MAX];
	if (finding_fold(at->findings, FINDING_TTL_FAMILY, SEVERITY_NOTICE))
		return NULL;
	name_to_display(server, text);
	return finding_add(at->findings, FINDING_TTL_FAMILY, at->place, subject_of(at, text), "give both the same TTL",
			   "The AAAA of name server %s has TTL %u, its A has %u.", text, aaaa_s, a_s);
}

/* --- Forward and reverse --- */

struct finding *judge_ptr_missing(const struct judge_at *at, enum finding_code code, struct name host,
				  const struct ip_addr *addr)
{
	char name[NAME_TEXT_MAX], text[IP_ADDR_TEXT_MAX];
	if (finding_fold(at->findings, code, finding_row(code)->severity))
		return NULL;
	name_to_display(host, name);
	ip_addr_to_text(addr, text);
	return finding_add(at->findings, code, at->place, subject_of(at, name), NULL, "%s has %s %s but no PTR.", name,
			   record_name(addr->family), text);
}

struct finding *judge_ptr_stray(const struct judge_at *at, enum finding_code code, const struct ip_addr *addr,
				struct name target, bool is_absent)
{
	char name[NAME_TEXT_MAX], text[IP_ADDR_TEXT_MAX];
	if (finding_fold(at->findings, code, SEVERITY_WARNING))
		return NULL;
	name_to_display(target, name);
	ip_addr_to_text(addr, text);
	struct finding *finding = finding_add(at->findings, code, at->place, subject_of(at, name),
					      "correct the PTR, or add the address to the host",
					      "The PTR of %s names %s, which %s.", text, name,
					      is_absent                     ? "does not exist"
					      : addr->family == FAMILY_IPV6 ? "has no such AAAA"
									    : "has no such A");
	if (finding != NULL)
		finding->severity = SEVERITY_WARNING;
	return finding;
}

void judge_owner_text(enum family family, unsigned labels, struct text *out)
{
	text_addf(out, "The full name has %u %s; an %s address has %u.", labels,
		  family == FAMILY_IPV6 ? "nibbles" : "octets", family_title(family), reverse_labels(family));
}

/* --- Hints --- */

static void hints_find(struct span rdata, struct span ret[FAMILY_COUNT])
{
	struct span value;
	size_t position = 0;
	uint16_t key;
	while (rdata_next_svcparam(rdata, &position, &key, &value)) {
		if (key == SVCPARAM_IPV6HINT)
			ret[FAMILY_IPV6] = value;
		else if (key == SVCPARAM_IPV4HINT)
			ret[FAMILY_IPV4] = value;
	}
}

bool judge_hints_target(struct name owner, struct span rdata, struct name *ret)
{
	struct span hints[FAMILY_COUNT] = {0};
	hints_find(rdata, hints);
	if (hints[FAMILY_IPV6].size == 0 && hints[FAMILY_IPV4].size == 0)
		return false;
	struct name target = name_of(rdata.data + 2); /* behind the priority */
	*ret = name_is_root(target) ? owner : target;
	return true;
}

static void hint_add(const struct judge_at *at, const struct judge_hints *hints, const char *fix, const char *cause)
{
	char name[NAME_TEXT_MAX];
	if (finding_fold(at->findings, FINDING_SERVICE_HINT, SEVERITY_WARNING))
		return;
	name_to_display(hints->owner, name);
	finding_add(at->findings, FINDING_SERVICE_HINT, at->place, subject_of(at, name), fix,
		    "The %s record of %s has %s.", hints->type == RR_HTTPS ? "HTTPS" : "SVCB", name, cause);
}

static bool rrset_has(const struct rrset *rrset, struct span wanted)
{
	size_t position = 0;
	struct span rdata;
	while (rrset != NULL && rrset_next(rrset, &position, &rdata)) {
		if (span_equal(rdata, wanted))
			return true;
	}
	return false;
}

/* The first hint that is not among the target's addresses. */
static bool hint_is_stray(const struct rrset *addresses, enum family family, struct span hints, struct span *ret)
{
	while (span_take(&hints, ip_addr_size(family), ret)) {
		if (!rrset_has(addresses, *ret))
			return true;
	}
	return false;
}

void judge_hints(const struct judge_at *at, const struct judge_hints *judged)
{
	struct span hints[FAMILY_COUNT] = {0}, stray;
	hints_find(judged->rdata, hints);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (!judged->is_known[family] ||
		    !hint_is_stray(judged->addresses[family], family, hints[family], &stray))
			continue;
		char cause[128], text[IP_ADDR_TEXT_MAX];
		struct ip_addr addr = {.family = family};
		memcpy(addr.bytes, stray.data, stray.size);
		ip_addr_to_text(&addr, text);
		snprintf(cause, sizeof(cause), "the hint %s, which is not among the %s records of its target", text,
			 record_name(family));
		hint_add(at, judged, "make the hints equal to the target's AAAA and A records", cause);
	}
	if (hints[FAMILY_IPV4].size > 0 && hints[FAMILY_IPV6].size == 0)
		hint_add(at, judged, "add an ipv6hint, or leave hints out", "an ipv4hint and no ipv6hint");
}
