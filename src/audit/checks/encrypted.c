/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

#include "base/clock.h"

#include <stdio.h>

#define TEXT_MAX (3 * NAME_TEXT_MAX)
#define PATH_SHOWN 200 /* characters of a path */
#define DAY_S 86400
#define DAYS_LEAST 14 /* that a certificate is still valid for; E-03 */

/* One of a server's encrypted services at one of its addresses. */
struct service {
	const char *name;
	const struct view_server *server;
	const struct fact *fact;
	bool is_published;
	char where[NAME_TEXT_MAX + IP_ENDPOINT_TEXT_MAX + 8];
};

/* A server that nobody was told of owes nothing: what is wrong there is a notice. */
static struct finding *tell(struct check *check, bool is_grave, const char *fix, const char *sentence)
{
	struct finding *finding =
		finding_add(check->findings, FINDING_ENCRYPTED, NOWHERE, check->subject, fix, "%s", sentence);
	if (finding != NULL && !is_grave)
		finding->severity = SEVERITY_NOTICE;
	return finding;
}

static void certificate_tell(struct check *check, const struct service *service)
{
	char text[TEXT_MAX], name[NAME_TEXT_MAX], date[CLOCK_TEXT_MAX];
	const struct fact_seen *seen = &service->fact->seen;
	uint64_t now_s = check->view->now_s;
	if (!seen->is_name_right) {
		snprintf(text, sizeof(text), "The certificate of %s is not for %s.", service->where,
			 view_name_text(service->server->name, name));
		tell(check, service->is_published, "have the server's name in the certificate (subjectAltName)", text);
	}
	if (seen->expires_s <= now_s) {
		snprintf(text, sizeof(text), "The certificate of %s has expired.", service->where);
		tell(check, service->is_published, "renew the certificate", text);
		return;
	}
	if (!seen->is_trusted) {
		snprintf(text, sizeof(text), "The certificate of %s is of no authority that this host trusts.",
			 service->where);
		tell(check, false, "take one of a public authority, or publish it by DANE (TLSA)", text);
	}
	if (seen->expires_s - now_s < DAYS_LEAST * DAY_S) {
		/* A date, not what is left: two runs are compared by these sentences. */
		clock_text(seen->expires_s * 1000000, date);
		snprintf(text, sizeof(text), "The certificate of %s expires on %.10s.", service->where, date);
		tell(check, false, "renew the certificate", text);
	}
}

static bool is_reached(const struct fact *fact, uint16_t port)
{
	return fact != NULL && fact->question.server.port == port &&
	       (fact->state == FACT_REPLY || fact->state == FACT_REFUSED || fact->seen.segment > 0);
}

/* Many networks let nothing out but what they know: silence is the server's only where this host has got through to
 * that port of anybody. */
static bool is_port_reached(const struct view *view, const struct fact *silent)
{
	uint16_t port = silent->question.server.port;
	for (unsigned i = 0; i < view->server_count; i++) {
		const struct view_family *side = &view->servers[i].families[silent->question.server.addr.family];
		for (unsigned j = 0; j < side->count; j++) {
			if (is_reached(side->addresses[j].tls, port) || is_reached(side->addresses[j].https, port))
				return true;
		}
	}
	return false;
}

static void silent_tell(struct check *check, const struct service *service)
{
	char text[TEXT_MAX];
	snprintf(text, sizeof(text),
		 "%s does not take connections%s%s%s, nor does any other server over this family: whether this host's "
		 "network lets them out is not known.",
		 service->where, service->is_published ? ", though " : "", service->is_published ? service->name : "",
		 service->is_published ? " is published (_dns SVCB)" : "");
	struct finding *finding =
		tell(check, false, "run the audit on another network, with --save, and compare", text);
	if (finding != NULL)
		finding->is_undetermined = service->is_published;
}

/* RFC 8484 4.2.1, 6: what came in place of a DNS message. */
static void response_tell(struct check *check, const struct service *service)
{
	char text[TEXT_MAX], what[160];
	const struct fact_seen *seen = &service->fact->seen;
	const char *path = service->fact->question.path;
	if (seen->status == 0)
		snprintf(what, sizeof(what), "with nothing that is a response over HTTP/2");
	else if (seen->status != 200)
		snprintf(what, sizeof(what), "with status %u in place of 200", seen->status);
	else if (!seen->is_dns_message)
		snprintf(what, sizeof(what), "with something else than application/dns-message");
	else
		snprintf(what, sizeof(what), "with a message that does not answer the question");
	snprintf(text, sizeof(text), "%s replies to DNS over HTTPS, a POST to %.*s, %s.", service->where, PATH_SHOWN,
		 path, what);
	tell(check, service->is_published, "serve the path that dohpath publishes, or publish the one that is served",
	     text);
}

/* There was TLS, and no answer. */
static void answer_tell(struct check *check, const struct service *service)
{
	char text[TEXT_MAX];
	const struct fact *fact = service->fact;
	bool is_https = fact->question.probe == PROBE_HTTPS;
	if (is_https && !fact->seen.is_http2) {
		snprintf(text, sizeof(text), "%s takes TLS and does not agree on HTTP/2 (ALPN h2).", service->where);
		tell(check, service->is_published, "offer h2, or leave it out of the record's alpn", text);
	} else if (is_https && fact->state == FACT_REFUSED) {
		response_tell(check, service);
	} else {
		snprintf(text, sizeof(text), "%s takes %s and does not answer.", service->where, service->name);
		tell(check, service->is_published, NULL, text);
	}
}

static void service_tell(struct check *check, const struct service *service)
{
	char text[TEXT_MAX];
	const struct fact *fact = service->fact;
	bool is_answered = fact->state == FACT_REPLY;
	if (!is_answered && fact->state != FACT_SILENT && fact->state != FACT_REFUSED)
		return; /* not from here */
	if (fact->state == FACT_SILENT && !is_port_reached(check->view, fact)) {
		silent_tell(check, service);
		return;
	}
	if (!is_answered && !fact->seen.is_encrypted) {
		snprintf(text, sizeof(text), "%s has no %s%s: %s.", service->where, service->name,
			 service->is_published ? ", though it is published (_dns SVCB)" : "",
			 fact->seen.segment > 0 ? "the handshake fails" : "nobody takes the connection");
		tell(check, service->is_published, NULL, text);
		return;
	}
	if (!is_answered)
		answer_tell(check, service);
	certificate_tell(check, service);
}

static void check_service(struct check *check, struct service service)
{
	char name[NAME_TEXT_MAX], endpoint[IP_ENDPOINT_TEXT_MAX];
	if (service.fact == NULL)
		return;
	ip_endpoint_to_text(&service.fact->question.server, endpoint);
	snprintf(service.where, sizeof(service.where), "%s at %s", view_name_text(service.server->name, name),
		 endpoint);
	service_tell(check, &service);
}

static void check_address(struct check *check, const struct view_server *server, const struct view_address *address)
{
	check_service(check, (struct service){.name = "DNS over TLS",
					      .server = server,
					      .fact = address->tls,
					      .is_published = server->is_dot_published});
	check_service(check, (struct service){.name = "DNS over HTTPS",
					      .server = server,
					      .fact = address->https,
					      .is_published = server->is_doh_published});
}

/* Without a path nobody can ask: RFC 9461 5. */
static void check_path(struct check *check, const struct view_server *server)
{
	static const char *const faults[] = {
		[VIEW_PATH_ABSENT] = "without a dohpath, which it has to have",
		[VIEW_PATH_WRONG] = "with a dohpath that is no template of an absolute path with the variable dns",
		[VIEW_PATH_LONG] = "with a dohpath longer than what is asked for here: it was not tested",
	};
	char text[TEXT_MAX], name[NAME_TEXT_MAX];
	enum view_path_state state = server->doh_path_state;
	if (!server->is_doh_published || state == VIEW_PATH_GOOD)
		return;
	snprintf(text, sizeof(text), "%s publishes DNS over HTTPS (_dns SVCB) %s.", view_name_text(server->name, name),
		 faults[state]);
	struct finding *finding =
		tell(check, state != VIEW_PATH_LONG, "publish the path as in dohpath=/dns-query{?dns}", text);
	if (finding != NULL)
		finding->is_undetermined = state == VIEW_PATH_LONG;
}

void check_encrypted(struct check *check)
{
	for (unsigned i = 0; i < check->view->server_count; i++)
		check_path(check, &check->view->servers[i]);
	check_each_address(check, check_address);
}
