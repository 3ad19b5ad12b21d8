/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/routes.h"

#include "telemetry/prometheus.h"

#include <errno.h>
#include <string.h>

#define TEXT_TYPE "text/plain; charset=utf-8"

void web_reply_text(struct web_reply *reply, unsigned status, const char *text)
{
	text_clear(&reply->body);
	text_addf(&reply->body, "%s\n", text);
	reply->status = status;
	reply->type = TEXT_TYPE;
}

/* --- What is answered --- */

static void reply_busy(struct web_reply *reply)
{
	web_reply_text(reply, 503, "The daemon is busy (a reload?) or ends: ask again.");
}

static void answer_metrics(const struct web_options *options, const struct web_request *request,
			   struct web_reply *reply)
{
	(void)request;
	if (options->source->metrics(options->source->owner, &reply->body) != ERR_OK) {
		reply_busy(reply);
		return;
	}
	reply->status = 200;
	reply->type = PROMETHEUS_CONTENT_TYPE;
}

/* That this thread answers is all it tells: whether questions are answered is for /readyz, metrics and probes (M-07).
 */
static void answer_health(const struct web_options *options, const struct web_request *request, struct web_reply *reply)
{
	(void)options;
	(void)request;
	web_reply_text(reply, 200, "ok");
}

/* F-05: ready when every listener of every family is bound and its address is present. */
static void answer_readiness(const struct web_options *options, const struct web_request *request,
			     struct web_reply *reply)
{
	(void)request;
	int rc = options->source->readiness(options->source->owner, &reply->body);
	if (rc != ERR_OK) {
		reply_busy(reply);
	} else if (reply->body.size == 0) {
		web_reply_text(reply, 200, "ready");
	} else {
		reply->status = 503;
		reply->type = TEXT_TYPE;
	}
}

/* --- Which --- */

struct route {
	const char *path;
	unsigned roles;
	void (*answer)(const struct web_options *options, const struct web_request *request, struct web_reply *reply);
};

static const struct route routes[] = {
	{"/metrics", WEB_ROLE_METRICS, answer_metrics},
	{"/healthz", WEB_ROLE_METRICS, answer_health},
	{"/readyz", WEB_ROLE_METRICS, answer_readiness},
};

/* The name or address before the port, without brackets; its size, 0: not well formed. */
static size_t host_of(const char *text, const char **ret)
{
	const char *end;
	if (*text == '[') {
		end = strchr(text, ']');
		*ret = text + 1;
		text = end != NULL ? end + 1 : NULL;
	} else {
		*ret = text;
		end = text += strcspn(text, ":");
	}
	if (text == NULL || (*text != '\0' && (*text != ':' || strspn(text + 1, "0123456789") != strlen(text + 1))))
		return 0;
	return (size_t)(end - *ret);
}

bool host_is_ours(const struct ip_endpoint *endpoint, const char *text)
{
	const char *host;
	char copy[IP_ADDR_TEXT_MAX];
	struct ip_addr addr;
	size_t size = host_of(text, &host);
	if (size == 0)
		return false;
	if (!ip_addr_is_loopback(&endpoint->addr))
		return true;
	if (size == strlen("localhost") && strncasecmp(host, "localhost", size) == 0)
		return true;
	if (size >= sizeof(copy))
		return false;
	memcpy(copy, host, size);
	copy[size] = '\0';
	return ip_addr_from_text(copy, &addr) == ERR_OK && ip_addr_is_loopback(&addr);
}

void routes_answer(const struct web_options *options, const struct web_request *request, struct web_reply *reply)
{
	const char *host = request->headers[WEB_HEADER_HOST];
	if (host == NULL) {
		web_reply_text(reply, 400, "A request names its Host (RFC 9112 3.2).");
		return;
	}
	if (!host_is_ours(&options->endpoint, host)) {
		web_reply_text(reply, 421, "This listener answers requests for localhost and its own address only.");
		return;
	}
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		const struct route *route = &routes[i];
		if (!(route->roles & options->role) || strcmp(route->path, request->target.path) != 0)
			continue;
		if (request->method == WEB_GET || request->method == WEB_HEAD) {
			route->answer(options, request, reply);
			return;
		}
		web_reply_text(reply, 405, "GET and HEAD only.");
		reply->allow = "GET, HEAD";
		return;
	}
	web_reply_text(reply, 404, "There is nothing at this path.");
}
