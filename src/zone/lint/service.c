/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/lint/judge.h"
#include "zone/lint/walk.h"

#include <strings.h>

/* IPv4 literals that DNS64 cannot mend: hints of SVCB and HTTPS, SPF terms, URI targets (N-12, N-13). */

/* --- Hints --- */

void lint_service(struct lint *lint, const struct zone_node *node, const struct rrset *rrset)
{
	size_t at = 0;
	struct span rdata;
	for (size_t index = 0; rrset_next(rrset, &at, &rdata); index++) {
		struct name target;
		struct host host;
		if (!judge_hints_target(zone_node_name(node), rdata, &target))
			continue;
		host_find(lint, target, &host);
		const struct judge_at place = {.findings = lint->findings,
					       .place = lint_place(lint, lint->zone, rrset, index)};
		struct judge_hints hints = {.owner = zone_node_name(node), .type = rrset->type, .rdata = rdata};
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			hints.addresses[family] = host.rrsets[family];
			hints.is_known[family] = !host.is_alias && host.knowledge[family] == KNOWLEDGE_FULL;
		}
		judge_hints(&place, &hints);
	}
}

/* --- SPF --- */

#define SPF_MAX 2048 /* octets looked at */

static const char *const spf_other_terms[] = {"ip6:", "a", "mx", "ptr", "include:", "exists:", "redirect="};

static bool spf_term_is(const char *term, size_t size, const char *wanted)
{
	size_t length = strlen(wanted);
	if (size < length || strncasecmp(term, wanted, length) != 0)
		return false;
	char last = wanted[length - 1], next = size > length ? term[length] : '\0';
	return last == ':' || last == '=' || next == '\0' || next == ':' || next == '/';
}

/* RFC 7208 4.5: "v=spf1", then terms with blanks between. Only ip4: terms, and none that could allow IPv6? */
static bool spf_is_one_family(const char *text)
{
	if (strncasecmp(text, "v=spf1", 6) != 0 || (text[6] != ' ' && text[6] != '\0'))
		return false;
	bool has_ip4 = false;
	for (const char *term = text + 6; *term != '\0'; term += strcspn(term, " ")) {
		term += strspn(term, " ");
		const char *bare = term + (*term != '\0' && strchr("+-~?", *term) != NULL);
		size_t size = strcspn(bare, " ");
		has_ip4 = has_ip4 || spf_term_is(bare, size, "ip4:");
		for (size_t i = 0; i < sizeof(spf_other_terms) / sizeof(spf_other_terms[0]); i++) {
			if (spf_term_is(bare, size, spf_other_terms[i]))
				return false;
		}
	}
	return has_ip4;
}

/* The character-strings of a TXT, joined (RFC 7208 3.3). */
static void txt_join(struct span rdata, char ret_text[SPF_MAX])
{
	size_t used = 0;
	uint8_t size;
	struct span part;
	while (span_take_u8(&rdata, &size) && span_take(&rdata, size, &part) && used + part.size < SPF_MAX) {
		memcpy(ret_text + used, part.data, part.size);
		used += part.size;
	}
	ret_text[used] = '\0';
}

/* --- URI --- */

static bool uri_is_ipv4(struct span target)
{
	char host[IP_ADDR_TEXT_MAX];
	const char *start = memmem(target.data, target.size, "://", 3);
	if (start == NULL)
		return false;
	start += 3;
	size_t left = target.size - (size_t)(start - (const char *)target.data), size = 0;
	const char *user = memchr(start, '@', left);
	if (user != NULL && memchr(start, '/', (size_t)(user - start)) == NULL) {
		left -= (size_t)(user + 1 - start);
		start = user + 1;
	}
	while (size < left && size < sizeof(host) - 1 && strchr("/:?#", start[size]) == NULL)
		size++;
	memcpy(host, start, size);
	host[size] = '\0';
	struct ip_addr addr;
	return ip_addr_from_text(host, &addr) == ERR_OK && addr.family == FAMILY_IPV4;
}

static bool text_has_literal(const struct rrset *rrset, struct span rdata)
{
	char text[SPF_MAX];
	if (rrset->type == RR_URI)
		return rdata.size > 4 &&
		       uri_is_ipv4(span_of(rdata.data + 4, rdata.size - 4)); /* behind priority and weight */
	if (rdata.size < 7 || strncasecmp((const char *)rdata.data + 1, "v=spf1", 6) != 0)
		return false;
	txt_join(rdata, text);
	return spf_is_one_family(text);
}

void lint_text(struct lint *lint, const struct zone_node *node, const struct rrset *rrset)
{
	enum finding_code code = rrset->type == RR_URI ? FINDING_URI_LITERAL : FINDING_SPF_ONE_FAMILY;
	size_t at = 0;
	struct span rdata;
	for (size_t index = 0; rrset_next(rrset, &at, &rdata); index++) {
		if (!text_has_literal(rrset, rdata) || finding_fold(lint->findings, code, SEVERITY_NOTICE))
			continue;
		char name[NAME_TEXT_MAX];
		name_to_display(zone_node_name(node), name);
		finding_add(lint->findings, code, lint_place(lint, lint->zone, rrset, index), name, NULL,
			    rrset->type == RR_URI
				    ? "The URI record of %s names an IPv4 address; IPv6-only clients cannot use it."
				    : "The SPF record of %s allows IPv4 senders only (ip4: without ip6:).",
			    name);
	}
}
