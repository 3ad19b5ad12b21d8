/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/steps/steps.h"

#include "dns/rrtype.h"
#include "ip/nat64.h"

#define STEP STEP_VALIDATION
#define ADDRESSES_MAX 64
#define PREFIXES_MAX 16

/* One question to one resolver, beside what the zone itself says. */
struct comparison {
	struct examination *examination;
	const struct resolver_view *resolver;
	const struct said *plain, *unchecked;
	const struct said *zone; /* where aliases end */
	unsigned index;
	bool is_bogus, is_good; /* our own verdict, along all aliases */
	const char *name, *type;
};

/* --- Words --- */

static const char *flush_words(const struct comparison *comparison, const char *before)
{
	return diagnosis_text(comparison->examination->diagnosis,
			      "%s, then flush the name there (sextant flush %s, unbound-control "
			      "flush %s, rndc flushname %s) and ask: sextant query %s %s @%s",
			      before, comparison->name, comparison->name, comparison->name, comparison->name,
			      comparison->type, comparison->resolver->text);
}

static void resolver_blame(const struct comparison *comparison, enum finding_code code, enum severity severity,
			   const char *next, const char *sentence)
{
	diagnosis_blame(comparison->examination->diagnosis, code, severity,
			diagnosis_text(comparison->examination->diagnosis, "resolver %s", comparison->resolver->text),
			next, "%s", sentence);
}

static void compare_note(const struct comparison *comparison, enum evidence_state state, const char *more)
{
	struct diagnosis *diagnosis = comparison->examination->diagnosis;
	diagnosis_note(diagnosis, STEP, state,
		       diagnosis_text(diagnosis, "%s %s at %s", comparison->name, comparison->type,
				      comparison->resolver->text),
		       "%s; checking disabled: %s%s%s", said_words(diagnosis, comparison->plain),
		       said_words(diagnosis, comparison->unchecked), more[0] != '\0' ? "; " : "", more);
}

/* --- SERVFAIL, silence --- */

static bool is_failing_alike(const struct said *said)
{
	return said->kind == SAID_FAILED || said_is_dead(said);
}

/* What validates from here, and the resolver answers once it must not validate. */
static void own_trouble_blame(const struct comparison *comparison)
{
	struct diagnosis *diagnosis = comparison->examination->diagnosis;
	const struct resolver_view *resolver = comparison->resolver;
	bool is_general = is_failing_alike(&resolver->keys);
	const char *said = said_words(diagnosis, comparison->plain);
	if (is_general)
		resolver_blame(
			comparison, FINDING_RESOLVER_CLOCK, SEVERITY_ERROR,
			diagnosis_text(
				diagnosis,
				"set the clock of its host and its trust anchor of the root, then: sextant query . "
				"DNSKEY --compare validation @%s",
				resolver->text),
			diagnosis_text(diagnosis,
				       "The resolver %s calls bogus what validates, the root's keys too: its clock or "
				       "its trust anchor is wrong (%s).",
				       resolver->text, said));
	else
		resolver_blame(
			comparison, FINDING_RESOLVER_REMEMBERS, SEVERITY_ERROR,
			flush_words(comparison, "wait until what it remembers ends"),
			diagnosis_text(
				diagnosis,
				"The resolver %s calls %s of %s bogus, which validates from here as other names do "
				"there: it remembers a fault that is mended, or sees other servers (%s).",
				resolver->text, comparison->type, comparison->name, said));
}

static void path_blame(const struct comparison *comparison)
{
	struct diagnosis *diagnosis = comparison->examination->diagnosis;
	const struct resolver_view *resolver = comparison->resolver;
	bool is_nothing = is_failing_alike(&resolver->keys) && is_failing_alike(&resolver->udp);
	resolver_blame(
		comparison, FINDING_RESOLVER_PATH, SEVERITY_ERROR,
		diagnosis_text(diagnosis, "on the resolver's host: sextant audit %s; give it both families, or NAT64",
			       name_words(diagnosis, examination_end(comparison->examination)->zone)),
		is_nothing ? diagnosis_text(diagnosis, "The resolver %s resolves nothing, not even the root (%s).",
					    resolver->text, said_words(diagnosis, comparison->plain))
			   : diagnosis_text(diagnosis,
					    "The resolver %s gets no answer for %s of %s from servers that answer this "
					    "host, checking disabled or not (%s): it does not reach them.",
					    resolver->text, comparison->type, comparison->name,
					    said_words(diagnosis, comparison->plain)));
}

static void failure_judge(const struct comparison *comparison)
{
	bool is_validation = said_is_answer(comparison->unchecked);
	if (comparison->plain->rcode == RCODE_REFUSED && !said_is_dead(comparison->plain)) {
		compare_note(comparison, EVIDENCE_NOTE, "it refuses, see step 2");
		return;
	}
	if (is_validation && comparison->is_bogus) {
		compare_note(comparison, EVIDENCE_BAD, "validation is the cause, and it is right");
		return;
	}
	compare_note(comparison, EVIDENCE_BAD,
		     is_validation ? "validation is the cause" : "validation is not the cause");
	if (is_validation && comparison->is_good)
		own_trouble_blame(comparison);
	else if (!is_validation && !comparison->is_bogus && said_is_answer(comparison->zone))
		path_blame(comparison);
}

/* --- DNS64 --- */

/* The network's own prefixes: of router advertisements (RFC 8781), else of the other resolvers (RFC 7050). */
static size_t network_prefixes(const struct comparison *comparison, struct ip_prefix *ret, const char **ret_source)
{
	const struct client_facts *client = comparison->examination->incident->client;
	size_t count = 0;
	*ret_source = "router advertisements";
	for (size_t i = 0; client != NULL && i < client->interface_count; i++) {
		for (size_t j = 0; j < client->interfaces[i].router_count; j++) {
			const struct advertisement *router = &client->interfaces[i].routers[j];
			for (size_t k = 0; k < router->pref64_count && count < PREFIXES_MAX; k++) {
				if (router->pref64s[k].lifetime_s > 0)
					ret[count++] = router->pref64s[k].pref64.prefix;
			}
		}
	}
	if (count > 0)
		return count;
	*ret_source = "the other resolvers";
	for (unsigned i = 0; i < comparison->examination->resolver_count; i++) {
		const struct resolver_view *other = comparison->examination->resolvers[i];
		for (size_t j = 0; other != comparison->resolver && j < other->prefix_count && count < PREFIXES_MAX;
		     j++)
			ret[count++] = other->prefixes[j];
	}
	return count;
}

static bool has_prefix(const struct ip_prefix *prefixes, size_t count, const struct ip_prefix *wanted)
{
	for (size_t i = 0; i < count; i++) {
		if (ip_prefix_equal(&prefixes[i], wanted))
			return true;
	}
	return false;
}

static void dns64_judge(const struct comparison *comparison)
{
	struct diagnosis *diagnosis = comparison->examination->diagnosis;
	const struct resolver_view *resolver = comparison->resolver;
	struct ip_prefix network[PREFIXES_MAX];
	char made[IP_PREFIX_TEXT_MAX], wanted[IP_PREFIX_TEXT_MAX];
	const char *source;
	if (resolver->prefix_count == 0)
		return;
	size_t count = network_prefixes(comparison, network, &source);
	bool is_known = count > 0, is_same = false;
	for (size_t i = 0; i < resolver->prefix_count; i++)
		is_same = is_same || has_prefix(network, count, &resolver->prefixes[i]);
	ip_prefix_to_text(&resolver->prefixes[0], made);
	if (!is_known || is_same) {
		diagnosis_note(diagnosis, STEP, is_known ? EVIDENCE_OK : EVIDENCE_NOTE,
			       diagnosis_text(diagnosis, "DNS64 at %s", resolver->text), "%s%s", made,
			       is_known ? diagnosis_text(diagnosis, ", as %s say", source)
					: ": no PREF64 of the network is known to compare it with");
		return;
	}
	ip_prefix_to_text(&network[0], wanted);
	diagnosis_note(diagnosis, STEP, EVIDENCE_BAD, diagnosis_text(diagnosis, "DNS64 at %s", resolver->text),
		       "%s, and %s say %s", made, source, wanted);
	resolver_blame(
		comparison, FINDING_DNS64_WRONG, SEVERITY_ERROR,
		diagnosis_text(diagnosis,
			       "set %s as the DNS64 prefix of %s, then: sextant query ipv4only.arpa AAAA @%s", wanted,
			       resolver->text, resolver->text),
		diagnosis_text(
			diagnosis,
			"The resolver %s makes AAAA records under %s, and the network's NAT64 prefix is %s (%s): "
			"they lead nowhere.",
			resolver->text, made, wanted, source));
}

/* The AAAA that the resolver gives where the zone has none: under which prefix is an A of the zone in it? */
static bool is_synthetic(const struct comparison *comparison)
{
	struct ip_addr made[ADDRESSES_MAX], native[ADDRESSES_MAX], inside;
	size_t count = said_addresses(comparison->plain, made, ADDRESSES_MAX);
	size_t native_count = examination_addresses(comparison->examination, FAMILY_IPV4, native, ADDRESSES_MAX);
	for (size_t i = 0; i < comparison->resolver->prefix_count && count > 0; i++) {
		if (nat64_extract(&comparison->resolver->prefixes[i], &made[0], &inside) != ERR_OK)
			continue;
		for (size_t j = 0; j < native_count; j++) {
			if (ip_addr_equal(&native[j], &inside))
				return true;
		}
	}
	return false;
}

/* --- Answers --- */

/* A server with an old version may still say what the resolver says. */
static bool is_said_by_some(const struct comparison *comparison)
{
	const struct subject *subject = examination_end(comparison->examination);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		for (unsigned i = 0; i < subject->counts[family]; i++) {
			const struct said *said = &subject->addresses[family][i].answers[comparison->index];
			if (said_is_same(said, comparison->plain) ||
			    (said->kind == SAID_ABSENT && comparison->plain->kind == SAID_NODATA))
				return true;
		}
	}
	return false;
}

/* The zone has records, the resolver none. */
static void absence_blame(const struct comparison *comparison)
{
	struct diagnosis *diagnosis = comparison->examination->diagnosis;
	compare_note(comparison, EVIDENCE_BAD,
		     diagnosis_text(diagnosis, "the zone says: %s", said_words(diagnosis, comparison->zone)));
	resolver_blame(
		comparison, FINDING_RESOLVER_DIFFERS, SEVERITY_ERROR,
		flush_words(comparison, "look for AAAA filters, private-address lists and policy zones in its "
					"configuration"),
		diagnosis_text(diagnosis,
			       "The resolver %s leaves %s of %s out, which the zone has: it says %s. A filter, a "
			       "policy, or an old answer.",
			       comparison->resolver->text, comparison->type, comparison->name,
			       said_words(diagnosis, comparison->plain)));
}

/* Other records: zones that answer by place do this by design, and this host stands elsewhere than the resolver. Names
 * of one network alone are known to its resolver and to nobody else. */
static void others_blame(const struct comparison *comparison)
{
	struct diagnosis *diagnosis = comparison->examination->diagnosis;
	compare_note(
		comparison, EVIDENCE_NOTE,
		diagnosis_text(diagnosis, "to this host the zone says: %s", said_words(diagnosis, comparison->zone)));
	resolver_blame(
		comparison, FINDING_RESOLVER_DIFFERS, SEVERITY_NOTICE,
		flush_words(comparison, "look whether the zone answers by place; else for local data and old answers"),
		diagnosis_text(diagnosis,
			       "The resolver %s says something else of %s %s than the zone's servers say to this host: "
			       "a name of this network alone, answers by place, a policy, or an old answer.",
			       comparison->resolver->text, comparison->name, comparison->type));
}

static void answer_judge(const struct comparison *comparison)
{
	const struct said *plain = comparison->plain, *zone = comparison->zone;
	bool is_alias_end = plain->kind == SAID_ALIAS && (zone->kind == SAID_NODATA || zone->kind == SAID_NOTHING);
	if (comparison->is_bogus && plain->kind == SAID_RECORDS) {
		compare_note(comparison, EVIDENCE_NOTE, "it does not validate, and the resolver gives it");
		resolver_blame(comparison, FINDING_RESOLVER_BLIND, SEVERITY_NOTICE, "turn its validation on",
			       diagnosis_text(comparison->examination->diagnosis,
					      "The resolver %s gives %s of %s, which does not "
					      "validate: it does not look.",
					      comparison->resolver->text, comparison->type, comparison->name));
	} else if (!said_is_answer(zone)) {
		compare_note(comparison, EVIDENCE_UNSEEN, "no server of the zone answered, nothing to compare with");
	} else if (said_is_same(plain, zone) || is_alias_end || is_said_by_some(comparison)) {
		compare_note(comparison, EVIDENCE_OK, "");
	} else if (plain->kind == SAID_RECORDS && plain->set->rrset->type == RR_AAAA && is_synthetic(comparison)) {
		compare_note(comparison, EVIDENCE_NOTE, "made by DNS64");
	} else if (zone->kind == SAID_RECORDS && plain->kind != SAID_RECORDS) {
		absence_blame(comparison);
	} else {
		others_blame(comparison);
	}
}

static void verdict_take(struct comparison *comparison)
{
	const struct examination *examination = comparison->examination;
	comparison->is_good = examination->subject_count > 0;
	for (unsigned i = 0; i < examination->subject_count; i++) {
		bool is_good = false;
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			const struct secure *secure = &examination->subjects[i]->secure[family][comparison->index];
			bool is_bogus = secure->is_known && secure->security == SECURITY_BOGUS;
			comparison->is_bogus = comparison->is_bogus || is_bogus;
			is_good = is_good || (secure->is_known && !is_bogus);
		}
		comparison->is_good = comparison->is_good && is_good;
	}
	comparison->is_good = comparison->is_good && !comparison->is_bogus;
}

void validation_resolver(struct examination *examination, const struct resolver_view *resolver)
{
	const struct incident *incident = examination->incident;
	struct comparison comparison = {.examination = examination, .resolver = resolver};
	if (!said_is_reply(&resolver->udp)) {
		diagnosis_note(examination->diagnosis, STEP, EVIDENCE_UNSEEN, resolver->text,
			       "it does not answer, see step 2");
		return;
	}
	dns64_judge(&comparison);
	for (unsigned i = 0; incident->has_name && examination->subject_count > 0 && i < incident->type_count; i++) {
		struct comparison one = comparison;
		one.index = i;
		one.plain = &resolver->plain[i];
		one.unchecked = &resolver->unchecked[i];
		one.zone = &examination_end(examination)->best[i];
		one.name = name_words(examination->diagnosis, incident->name);
		one.type = type_words(examination->diagnosis, incident->types[i]);
		verdict_take(&one);
		if (is_failing_alike(one.plain))
			failure_judge(&one);
		else if (said_is_answer(one.plain))
			answer_judge(&one);
		else
			compare_note(&one, EVIDENCE_UNSEEN, "");
	}
}
