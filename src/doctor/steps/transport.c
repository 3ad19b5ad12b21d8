/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/steps/steps.h"

#include "dns/rrtype.h"

/* I-02: does DNS pass, to each authoritative address and each resolver: UDP, TCP, larger answers, over both families?
 */

#define STEP STEP_TRANSPORT
#define DOT_PORT 853

/* One address under judgement. */
struct spot {
	struct examination *examination;
	const char *at;      /* "2001:db8::53" */
	const char *who;     /* "ns1.example.com (2001:db8::53)", "the resolver 2001:db8::53" */
	const char *example; /* a question to repeat: "example.com SOA" */
	enum family family;
	enum severity severity; /* of what is dead: others may be there */
};

static const char *time_words(struct diagnosis *diagnosis, const struct said *said)
{
	if (!said_is_reply(said))
		return said_words(diagnosis, said);
	return diagnosis_text(diagnosis, "%s%u.%u ms",
			      said->kind == SAID_FAILED || said->kind == SAID_LAME ? "answers in " : "ok ",
			      said->fact->duration_us / 1000, said->fact->duration_us / 100 % 10);
}

static const char *why_words(const struct said *said)
{
	return said->kind == SAID_REFUSED ? "nothing listens there"
					  : "nothing comes back, as behind a filter or a dead path";
}

/* --- What is dead --- */

static void dead_blame(const struct spot *spot, enum finding_code code, const struct said *udp)
{
	struct diagnosis *diagnosis = spot->examination->diagnosis;
	diagnosis_blame(
		diagnosis, code, spot->severity, spot->at,
		diagnosis_text(diagnosis,
			       "open UDP and TCP port 53 to %s over %s and see that the service listens there, then: "
			       "sextant query %s @%s",
			       spot->at, family_title(spot->family), spot->example, spot->at),
		"%s does not answer over %s, neither UDP nor TCP: %s.", spot->who, family_title(spot->family),
		why_words(udp));
}

static void transports_judge(const struct spot *spot, const struct said *udp, const struct said *tcp,
			     enum finding_code dead)
{
	struct diagnosis *diagnosis = spot->examination->diagnosis;
	if (said_is_dead(udp) && said_is_dead(tcp))
		dead_blame(spot, dead, udp);
	else if (said_is_dead(tcp) && said_is_reply(udp))
		diagnosis_blame(diagnosis, FINDING_TCP_BLOCKED, SEVERITY_ERROR, spot->at,
				diagnosis_text(diagnosis,
					       "open TCP port 53 to %s over %s, then: sextant query %s --tcp @%s",
					       spot->at, family_title(spot->family), spot->example, spot->at),
				"%s answers over UDP and not over TCP (%s): %s.", spot->who, family_title(spot->family),
				tcp->kind == SAID_REFUSED ? "the service does not listen on TCP"
							  : "a firewall drops it, or the service does not listen");
	else if (said_is_dead(udp) && said_is_reply(tcp))
		diagnosis_blame(diagnosis, FINDING_UDP_BLOCKED, spot->severity, spot->at,
				diagnosis_text(diagnosis, "open UDP port 53 to %s over %s, then: sextant query %s @%s",
					       spot->at, family_title(spot->family), spot->example, spot->at),
				"%s answers over TCP and not over UDP (%s): %s.", spot->who, family_title(spot->family),
				why_words(udp));
}

static void size_blame(const struct spot *spot, const char *what)
{
	struct diagnosis *diagnosis = spot->examination->diagnosis;
	diagnosis_blame(
		diagnosis, FINDING_SIZE_BLOCKED, SEVERITY_ERROR, spot->at,
		diagnosis_text(diagnosis,
			       "let ICMPv6 type 2 (Packet Too Big) and IPv4 fragmentation-needed pass, limit EDNS to "
			       "1232 octets: sextant advise firewall; then: sextant query %s --edns 1232 @%s",
			       spot->example, spot->at),
		"%s: larger answers get lost over %s: %s.", spot->who, family_title(spot->family), what);
}

static void address_note(const struct spot *spot, const struct said *udp, const struct said *tcp,
			 const struct said *large)
{
	struct diagnosis *diagnosis = spot->examination->diagnosis;
	bool is_bad = said_is_dead(udp) || said_is_dead(tcp) || said_is_dead(large);
	bool is_unseen = udp->kind == SAID_UNTESTED;
	diagnosis_note(diagnosis, STEP,
		       is_bad      ? EVIDENCE_BAD
		       : is_unseen ? EVIDENCE_UNSEEN
				   : EVIDENCE_OK,
		       spot->at, "udp %s; tcp %s%s%s", time_words(diagnosis, udp), time_words(diagnosis, tcp),
		       large->kind != SAID_NOTHING ? "; 1232 octets " : "",
		       large->kind == SAID_NOTHING ? ""
		       : said_is_reply(large)      ? "ok"
						   : said_words(diagnosis, large));
}

/* --- Authoritative addresses --- */

/* A TCP answer of this size, fetched with small segments, must come with those of the path, too (T-12). */
static void stream_judge(const struct spot *spot, const struct subject *subject, const struct subject_address *address)
{
	struct diagnosis *diagnosis = spot->examination->diagnosis;
	for (unsigned i = 0; i < subject->type_count; i++) {
		const struct said *said = &address->answers[i];
		if (address->segments[i].kind != SAID_SILENT)
			continue;
		size_blame(spot, diagnosis_text(
					 diagnosis,
					 "TCP connects and brings nothing of the %zu octets of %s, unless segments are "
					 "small (packets that are too big vanish without a word)",
					 said->fact->message.size, type_words(diagnosis, subject->types[i])));
		return;
	}
}

static void size_judge(const struct spot *spot, const struct subject *subject, const struct subject_address *address)
{
	struct diagnosis *diagnosis = spot->examination->diagnosis;
	bool is_lost = said_is_dead(&address->large) && said_is_reply(&address->small);
	for (unsigned i = 0; i < subject->type_count; i++) {
		bool is_one = said_is_dead(&address->answers[i]) && said_is_reply(&address->retries[i]);
		if (is_one)
			diagnosis_note(diagnosis, STEP, EVIDENCE_BAD, spot->at,
				       "%s: an answer comes where 512 octets are allowed, none "
				       "where 1232 are",
				       type_words(diagnosis, subject->types[i]));
		is_lost = is_lost || is_one;
	}
	if (is_lost)
		size_blame(spot, "UDP answers come where 512 octets are allowed, and not where 1232 are");
	stream_judge(spot, subject, address);
}

static void server_judge(struct examination *examination, const struct subject *subject,
			 const struct subject_address *address, enum family family)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	struct spot spot = {.examination = examination, .family = family};
	if (address->state == ADDRESS_EMBEDDED) {
		diagnosis_note(diagnosis, STEP, EVIDENCE_BAD, endpoint_words(diagnosis, &address->endpoint),
			       "an address of %s that nobody can be reached at",
			       name_words(diagnosis, address->server));
		return;
	}
	spot.at = endpoint_words(diagnosis, &address->endpoint);
	spot.who = diagnosis_text(diagnosis, "%s (%s)", name_words(diagnosis, address->server), spot.at);
	spot.example = diagnosis_text(diagnosis, "%s SOA", name_words(diagnosis, subject->zone));
	spot.severity = subject_good(subject, family) > 0 ? SEVERITY_WARNING : SEVERITY_ERROR;
	address_note(&spot, &address->soa, &address->tcp, &address->large);
	transports_judge(&spot, &address->soa, &address->tcp, FINDING_SERVER_DEAD);
	size_judge(&spot, subject, address);
}

/* --- Resolvers --- */

static unsigned resolvers_alive(const struct examination *examination)
{
	unsigned count = 0;
	for (unsigned i = 0; i < examination->resolver_count; i++)
		count += examination->resolvers[i]->is_alive;
	return count;
}

static void recursion_judge(const struct spot *spot, const struct said *said)
{
	struct diagnosis *diagnosis = spot->examination->diagnosis;
	bool is_refused = said->kind == SAID_FAILED && said->rcode == RCODE_REFUSED;
	if (!said_is_reply(said) || (!is_refused && said->is_recursive))
		return;
	diagnosis_note(diagnosis, STEP, EVIDENCE_BAD, spot->at,
		       is_refused ? "it refuses to serve this host" : "it does not offer recursion");
	diagnosis_blame(
		diagnosis, FINDING_RESOLVER_REFUSES, spot->severity, spot->at,
		diagnosis_text(diagnosis, "add this host's %s prefix to its access list, then: sextant query . NS @%s",
			       family_title(spot->family), spot->at),
		is_refused
			? "The resolver %s refuses this host over %s: its access list does not have the clients' "
			  "prefix."
			: "The resolver %s does not offer recursion over %s: it is no resolver, or not for this host.",
		spot->at, family_title(spot->family));
}

/* DoT where it is offered: whether the port is open, not more. */
static void dot_note(const struct spot *spot, const struct ip_endpoint *endpoint)
{
	const struct ip_endpoint dot = {.addr = endpoint->addr, .port = DOT_PORT};
	if (spot->examination->incident->attempts == NULL)
		return;
	const struct attempt *attempt = attempts_connect(spot->examination->incident->attempts, &dot);
	diagnosis_note(spot->examination->diagnosis, STEP, EVIDENCE_OK, spot->at, "port 853 (DNS over TLS): %s",
		       attempt_state_text(attempt->state));
}

static void resolver_judge(struct examination *examination, const struct resolver_view *resolver)
{
	struct diagnosis *diagnosis = examination->diagnosis;
	enum family family = resolver->endpoint.addr.family;
	const struct spot spot = {.examination = examination,
				  .at = resolver->text,
				  .who = diagnosis_text(diagnosis, "The resolver %s", resolver->text),
				  .example = ". NS",
				  .family = family,
				  .severity = resolvers_alive(examination) > resolver->is_alive ? SEVERITY_WARNING
												: SEVERITY_ERROR};
	address_note(&spot, &resolver->udp, &resolver->tcp, &resolver->keys);
	transports_judge(&spot, &resolver->udp, &resolver->tcp, FINDING_RESOLVER_DEAD);
	if (!resolver->is_alive)
		return;
	recursion_judge(&spot, said_is_reply(&resolver->udp) ? &resolver->udp : &resolver->tcp);
	if (said_is_reply(&resolver->udp) && said_is_dead(&resolver->keys))
		size_blame(&spot, "the root's keys do not come, and small answers do");
	dot_note(&spot, &resolver->endpoint);
}

/* One family alive and the other dead, over all resolvers: that is one fault, and it has a name. */
static void families_note(struct examination *examination)
{
	unsigned alive[FAMILY_COUNT] = {0}, all[FAMILY_COUNT] = {0};
	for (unsigned i = 0; i < examination->resolver_count; i++) {
		const struct resolver_view *resolver = examination->resolvers[i];
		alive[resolver->endpoint.addr.family] += resolver->is_alive;
		all[resolver->endpoint.addr.family] += resolver->udp.kind != SAID_UNTESTED;
	}
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		enum family other = family_other(family);
		if (all[family] > 0 && alive[family] == 0 && alive[other] > 0)
			diagnosis_note(examination->diagnosis, STEP, EVIDENCE_BAD, "resolvers",
				       "none answers over %s, %u over %s", family_title(family), alive[other],
				       family_title(other));
	}
}

void step_transport(struct examination *examination)
{
	for (unsigned i = 0; i < examination->subject_count; i++) {
		const struct subject *subject = examination->subjects[i];
		for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
			for (unsigned j = 0; j < subject->counts[family]; j++)
				server_judge(examination, subject, &subject->addresses[family][j], family);
		}
	}
	for (unsigned i = 0; i < examination->resolver_count; i++)
		resolver_judge(examination, examination->resolvers[i]);
	families_note(examination);
	if (examination->resolver_count == 0)
		diagnosis_note(examination->diagnosis, STEP, EVIDENCE_UNSEEN, "resolvers",
			       "none is known: give one with --server");
}
