/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

#include "base/clock.h"

#include <stdio.h>

#define TEXT_MAX (3 * NAME_TEXT_MAX)
#define DAY_S 86400
#define DAYS_LEAST 14 /* that a certificate is still valid for; E-03 */

static void tell(struct check *check, bool is_grave, const char *fix, const char *sentence)
{
	struct finding *finding =
		finding_add(check->findings, FINDING_ENCRYPTED, NOWHERE, check->subject, fix, "%s", sentence);
	if (finding != NULL && !is_grave)
		finding->severity = SEVERITY_NOTICE;
}

/* A server that nobody was told of owes nothing: what is wrong there is a notice. */
static void certificate_tell(struct check *check, const struct view_server *server, const struct fact *fact,
			     const char *where)
{
	char text[TEXT_MAX], name[NAME_TEXT_MAX], date[CLOCK_TEXT_MAX];
	const struct fact_seen *seen = &fact->seen;
	uint64_t now_s = check->view->now_s;
	bool is_published = server->is_dot_published;
	if (!seen->is_name_right) {
		snprintf(text, sizeof(text), "The certificate of %s is not for %s.", where,
			 view_name_text(server->name, name));
		tell(check, is_published, "have the server's name in the certificate (subjectAltName)", text);
	}
	if (seen->expires_s <= now_s) {
		snprintf(text, sizeof(text), "The certificate of %s has expired.", where);
		tell(check, is_published, "renew the certificate", text);
		return;
	}
	if (!seen->is_trusted) {
		snprintf(text, sizeof(text), "The certificate of %s is of no authority that this host trusts.", where);
		tell(check, false, "take one of a public authority, or publish it by DANE (TLSA)", text);
	}
	if (seen->expires_s - now_s < DAYS_LEAST * DAY_S) {
		/* A date, not what is left: two runs are compared by these sentences. */
		clock_text(seen->expires_s * 1000000, date);
		snprintf(text, sizeof(text), "The certificate of %s expires on %.10s.", where, date);
		tell(check, false, "renew the certificate", text);
	}
}

/* Many networks let nothing out but what they know: silence is the server's only where this host has got through to that
 * port of anybody. */
static bool is_port_reached(const struct view *view, const struct fact *silent)
{
	for (unsigned i = 0; i < view->server_count; i++) {
		const struct view_family *side = &view->servers[i].families[silent->question.server.addr.family];
		for (unsigned j = 0; j < side->count; j++) {
			const struct fact *fact = side->addresses[j].tls;
			if (fact != NULL && fact->question.server.port == silent->question.server.port &&
			    (fact->state == FACT_REPLY || fact->state == FACT_REFUSED || fact->seen.segment > 0))
				return true;
		}
	}
	return false;
}

static void silent_tell(struct check *check, const struct view_server *server, const char *where)
{
	struct finding *finding =
		finding_add(check->findings, FINDING_ENCRYPTED, NOWHERE, check->subject,
			    "run the audit on another network, with --save, and compare",
			    "%s does not take connections%s, nor does any other server over this family: whether this "
			    "host's network lets them out is not known.",
			    where, server->is_dot_published ? ", though DNS over TLS is published (_dns SVCB)" : "");
	if (finding == NULL)
		return;
	finding->severity = SEVERITY_NOTICE;
	finding->is_undetermined = server->is_dot_published;
}

static void check_tls(struct check *check, const struct view_server *server, const struct view_address *address)
{
	char text[TEXT_MAX], where[NAME_TEXT_MAX + IP_ENDPOINT_TEXT_MAX + 8], name[NAME_TEXT_MAX],
		endpoint[IP_ENDPOINT_TEXT_MAX];
	const struct fact *fact = address->tls;
	if (fact == NULL)
		return;
	ip_endpoint_to_text(&fact->question.server, endpoint);
	snprintf(where, sizeof(where), "%s at %s", view_name_text(server->name, name), endpoint);
	bool is_answered = fact->state == FACT_REPLY;
	if (!is_answered && fact->state != FACT_SILENT && fact->state != FACT_REFUSED)
		return; /* not from here */
	if (fact->state == FACT_SILENT && !is_port_reached(check->view, fact)) {
		silent_tell(check, server, where);
		return;
	}
	if (!is_answered && !fact->seen.is_encrypted) {
		snprintf(text, sizeof(text), "%s has no DNS over TLS%s: %s.", where,
			 server->is_dot_published ? ", though it is published (_dns SVCB)" : "",
			 fact->seen.segment > 0 ? "the handshake fails" : "nobody takes the connection");
		tell(check, server->is_dot_published, NULL, text);
		return;
	}
	if (!is_answered) {
		snprintf(text, sizeof(text), "%s takes DNS over TLS and does not answer.", where);
		tell(check, server->is_dot_published, NULL, text);
	}
	certificate_tell(check, server, fact, where);
}

void check_encrypted(struct check *check)
{
	check_each_address(check, check_tls);
}
