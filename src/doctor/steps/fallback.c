/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/steps/steps.h"

#include "dns/rrtype.h"
#include "ip/nat64.h"

#include <limits.h>

/* I-05, I-08: do clients get through only after they have given up on a family? */

#define STEP STEP_FALLBACK
#define ADDRESSES_MAX 4 /* of one family that are connected to */
#define SLOW_US 250000  /* RFC 8305 5: Connection Attempt Delay */

static const uint16_t usual_ports[] = {443, 80};

struct service {
	struct examination *examination;
	const char *name;
	uint16_t port;
	bool is_blind[FAMILY_COUNT]; /* this host does not even reach the root over it */
	bool is_guessed; /* nobody said that there is a service on the port */
	struct ip_addr addresses[FAMILY_COUNT][ADDRESSES_MAX];
	size_t counts[FAMILY_COUNT];
	const struct attempt *attempts[FAMILY_COUNT][ADDRESSES_MAX];
	unsigned good[FAMILY_COUNT], dead[FAMILY_COUNT];
	uint32_t least_us[FAMILY_COUNT];
};

static void port_try(struct service *service, uint16_t port)
{
	service->port = port;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		service->good[family] = service->dead[family] = 0;
		service->least_us[family] = UINT32_MAX;
		for (size_t i = 0; i < service->counts[family]; i++) {
			const struct ip_endpoint endpoint = {.addr = service->addresses[family][i], .port = port};
			const struct attempt *attempt =
				attempts_connect(service->examination->incident->attempts, &endpoint);
			service->attempts[family][i] = attempt;
			service->good[family] += attempt->state == ATTEMPT_GOOD;
			service->dead[family] += attempt->state == ATTEMPT_REFUSED || attempt->state == ATTEMPT_SILENT;
			if (attempt->state == ATTEMPT_GOOD && attempt->duration_us < service->least_us[family])
				service->least_us[family] = attempt->duration_us;
		}
		/* What does not come back then is no fault of the service. */
		if (service->is_blind[family] && service->good[family] == 0)
			service->dead[family] = 0;
	}
}

static bool is_answering(const struct service *service)
{
	return service->good[FAMILY_IPV6] + service->good[FAMILY_IPV4] > 0;
}

/* The operator's port, else that of the HTTPS record, else what answers of the usual ones. */
static void port_choose(struct service *service, const struct subject *subject)
{
	const struct incident *incident = service->examination->incident;
	service->is_guessed = false;
	if (incident->port != 0 || subject->has_port) {
		port_try(service, incident->port != 0 ? incident->port : subject->port);
		return;
	}
	service->is_guessed = true;
	for (size_t i = 0; i < sizeof(usual_ports) / sizeof(usual_ports[0]); i++) {
		port_try(service, usual_ports[i]);
		if (is_answering(service))
			return;
	}
}

static void connections_note(const struct service *service, enum family family)
{
	struct diagnosis *diagnosis = service->examination->diagnosis;
	for (size_t i = 0; i < service->counts[family]; i++) {
		const struct attempt *attempt = service->attempts[family][i];
		const struct ip_endpoint endpoint = {.addr = service->addresses[family][i], .port = service->port};
		char at[IP_ENDPOINT_TEXT_MAX];
		bool is_good = attempt->state == ATTEMPT_GOOD,
		     is_tried = attempt->state == ATTEMPT_REFUSED || attempt->state == ATTEMPT_SILENT,
		     is_bad = is_tried && service->dead[family] > 0 && is_answering(service),
		     is_blind = is_tried && service->dead[family] == 0;
		ip_endpoint_to_text(&endpoint, at);
		diagnosis_note(diagnosis, STEP,
			       is_good  ? EVIDENCE_OK
			       : is_bad ? EVIDENCE_BAD
					: EVIDENCE_UNSEEN,
			       diagnosis_text(diagnosis, "%s %s", family_title(family), at), "%s%s%s",
			       is_good ? "set up in " : attempt_state_text(attempt->state),
			       is_good ? diagnosis_text(diagnosis, "%u.%u ms", attempt->duration_us / 1000,
							attempt->duration_us / 100 % 10)
				       : "",
			       is_blind ? ", and this host does not reach the root over it either" : "");
	}
}

/* --- Judging --- */

static const char *dead_words(const struct service *service, enum family family)
{
	for (size_t i = 0; i < service->counts[family]; i++) {
		if (service->attempts[family][i]->state == ATTEMPT_SILENT)
			return "nothing comes back";
	}
	return "the connection is refused";
}

static void family_blame(const struct service *service, enum family family)
{
	struct diagnosis *diagnosis = service->examination->diagnosis;
	enum family other = family_other(family);
	diagnosis_blame(
		diagnosis, FINDING_SERVICE_FAMILY_DEAD, SEVERITY_ERROR,
		diagnosis_text(diagnosis, "%s over %s", service->name, family_title(family)),
		diagnosis_text(diagnosis,
			       "let the service listen on its %s address and open port %u there, or take the %s record "
			       "out until then; then: sextant doctor %s --only fallback --port %u",
			       family_title(family), service->port, family == FAMILY_IPV6 ? "AAAA" : "A", service->name,
			       service->port),
		"%s of %s is published, and nobody gets through to port %u over %s (%s); over %s it takes %u.%u ms, "
		"which hides it.",
		family == FAMILY_IPV6 ? "AAAA" : "A", service->name, service->port, family_title(family),
		dead_words(service, family), family_title(other), service->least_us[other] / 1000,
		service->least_us[other] / 100 % 10);
}

/* "over either family", if both were looked at. */
static const char *where_words(const struct service *service)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (service->counts[family] > 0 && service->dead[family] == 0)
			return diagnosis_text(service->examination->diagnosis,
					      "over %s (over %s this host could not look)",
					      family_title(family_other(family)), family_title(family));
	}
	return "over either family";
}

/* Some of a family's addresses accept connections, others do not. */
static void partly_blame(const struct service *service, enum family family)
{
	struct diagnosis *diagnosis = service->examination->diagnosis;
	diagnosis_blame(
		diagnosis, FINDING_SERVICE_FAMILY_DEAD, SEVERITY_WARNING,
		diagnosis_text(diagnosis, "%s over %s", service->name, family_title(family)),
		diagnosis_text(
			diagnosis,
			"mend the addresses that do not answer; then: sextant doctor %s --only fallback --port %u",
			service->name, service->port),
		"%u of %zu %s addresses of %s do not accept connections on port %u.", service->dead[family],
		service->counts[family], family_title(family), service->name, service->port);
}

static void slow_judge(const struct service *service)
{
	struct diagnosis *diagnosis = service->examination->diagnosis;
	const uint32_t *least_us = service->least_us;
	if (service->good[FAMILY_IPV6] == 0 || service->good[FAMILY_IPV4] == 0 || least_us[FAMILY_IPV6] < SLOW_US ||
	    least_us[FAMILY_IPV6] - SLOW_US < least_us[FAMILY_IPV4])
		return;
	diagnosis_blame(
		diagnosis, FINDING_SERVICE_SLOW, SEVERITY_NOTICE, service->name,
		diagnosis_text(diagnosis,
			       "look at the IPv6 route: sextant doctor %s --only fallback, from another network",
			       service->name),
		"Connections to %s take %u ms over IPv6 and %u ms over IPv4: clients go to IPv4.", service->name,
		least_us[FAMILY_IPV6] / 1000, least_us[FAMILY_IPV4] / 1000);
}

static void service_judge(const struct service *service)
{
	struct diagnosis *diagnosis = service->examination->diagnosis;
	unsigned dead = service->dead[FAMILY_IPV6] + service->dead[FAMILY_IPV4];
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (service->dead[family] > 0 && service->good[family] > 0)
			partly_blame(service, family);
		else if (service->dead[family] > 0 && service->good[family_other(family)] > 0)
			family_blame(service, family);
	}
	slow_judge(service);
	if (is_answering(service) || dead == 0)
		return;
	if (service->is_guessed)
		diagnosis_note(diagnosis, STEP, EVIDENCE_UNSEEN, service->name,
			       "nothing answers on ports 443 and 80: give the service's port with --port");
	else
		diagnosis_blame(
			diagnosis, FINDING_SERVICE_DEAD, SEVERITY_ERROR, service->name,
			diagnosis_text(diagnosis, "start the service, or open port %u to it", service->port),
			"Nothing at %s accepts connections on port %u, %s: DNS is not to blame.", service->name,
			service->port, where_words(service));
}

/* --- Addresses made by DNS64 --- */

/* The first AAAA of the resolver that lies under one of its prefixes. */
static bool synthetic_find(const struct resolver_view *resolver, struct ip_addr *ret)
{
	struct ip_addr found[ADDRESSES_MAX], inside;
	size_t count = said_addresses(&resolver->plain[0], found, ADDRESSES_MAX);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < resolver->prefix_count; j++) {
			if (nat64_extract(&resolver->prefixes[j], &found[i], &inside) == ERR_OK) {
				*ret = found[i];
				return true;
			}
		}
	}
	return false;
}

/* Does the translator carry the connection? Where IPv4 itself does not get through, nothing is proved. */
static void synthetic_judge(const struct service *service, const struct resolver_view *resolver)
{
	struct diagnosis *diagnosis = service->examination->diagnosis;
	struct ip_endpoint endpoint = {.port = service->port};
	char at[IP_ENDPOINT_TEXT_MAX];
	if (!synthetic_find(resolver, &endpoint.addr))
		return;
	const struct attempt *attempt = attempts_connect(service->examination->incident->attempts, &endpoint);
	bool is_good = attempt->state == ATTEMPT_GOOD,
	     is_tried = attempt->state == ATTEMPT_REFUSED || attempt->state == ATTEMPT_SILENT;
	bool is_bad = is_tried && service->good[FAMILY_IPV4] > 0 && !service->is_blind[FAMILY_IPV6];
	ip_endpoint_to_text(&endpoint, at);
	diagnosis_note(diagnosis, STEP,
		       is_good  ? EVIDENCE_OK
		       : is_bad ? EVIDENCE_BAD
				: EVIDENCE_UNSEEN,
		       diagnosis_text(diagnosis, "DNS64 %s", at), "%s, as %s makes it",
		       attempt_state_text(attempt->state), resolver->text);
	if (is_bad)
		diagnosis_blame(
			diagnosis, FINDING_DNS64_WRONG, SEVERITY_ERROR,
			diagnosis_text(diagnosis, "resolver %s", resolver->text),
			diagnosis_text(diagnosis,
				       "mend the NAT64 prefix of %s or the translator, then: sextant query %s AAAA "
				       "--origin @%s",
				       resolver->text, service->name, resolver->text),
			"The AAAA that the resolver %s makes for %s leads nowhere: %s is dead, and over IPv4 the "
			"service "
			"answers.",
			resolver->text, service->name, at);
}

static void service_examine(struct examination *examination, const struct subject *subject)
{
	struct service service = {.examination = examination,
				  .name = name_words(examination->diagnosis, examination->incident->name)};
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		struct ip_addr found[ADDRESSES_MAX];
		size_t count = examination_addresses(examination, family, found, ADDRESSES_MAX);
		service.is_blind[family] = subject->states[family] == CHAIN_UNTESTED;
		for (size_t i = 0; i < count; i++) {
			if (chain_is_usable(&found[i])) /* what is not was blamed by step 1 */
				service.addresses[family][service.counts[family]++] = found[i];
		}
	}
	if (service.counts[FAMILY_IPV6] + service.counts[FAMILY_IPV4] == 0) {
		diagnosis_note(examination->diagnosis, STEP, EVIDENCE_UNSEEN, service.name,
			       "no address is known to connect to");
		return;
	}
	port_choose(&service, subject);
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		connections_note(&service, family);
	service_judge(&service);
	for (unsigned i = 0; i < examination->resolver_count; i++)
		synthetic_judge(&service, examination->resolvers[i]);
}

void step_fallback(struct examination *examination)
{
	const struct subject *subject = examination_end(examination);
	if (subject == NULL || examination->incident->attempts == NULL)
		diagnosis_note(examination->diagnosis, STEP, EVIDENCE_NOTE, "name",
			       "none was given: sextant doctor NAME");
	else
		service_examine(examination, subject);
	if (examination->incident->logs != NULL)
		logs_note_fallback(examination);
}
