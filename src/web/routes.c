/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/routes.h"

#include "telemetry/prometheus.h"
#include "web/api.h"
#include "web/assets.h"
#include "web/stream.h"

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

#define ROUTE_POST 1u /* by POST, else by GET and HEAD */
#define ROUTE_OPEN 2u /* also without the token */

struct route {
	const char *path;
	unsigned roles;
	unsigned flags;
	web_answer *answer;
};

static const struct route routes[] = {
	{"/metrics", WEB_ROLE_METRICS, 0, answer_metrics},
	{"/healthz", WEB_ROLE_METRICS, 0, answer_health},
	{"/readyz", WEB_ROLE_METRICS, 0, answer_readiness},
	{"/api/v1/status", WEB_ROLE_DASHBOARD, 0, api_status},
	{"/api/v1/signals", WEB_ROLE_DASHBOARD, 0, api_signals},
	{"/api/v1/zones", WEB_ROLE_DASHBOARD, 0, api_zones},
	{"/api/v1/upstream", WEB_ROLE_DASHBOARD, 0, api_upstream},
	{"/api/v1/series", WEB_ROLE_DASHBOARD, 0, api_series},
	{"/api/v1/top", WEB_ROLE_DASHBOARD, 0, api_top},
	{"/api/v1/tail", WEB_ROLE_DASHBOARD, 0, stream_open},
	{"/api/v1/doctor", WEB_ROLE_DASHBOARD, ROUTE_POST, api_doctor},
	{"/api/v1/login", WEB_ROLE_DASHBOARD, ROUTE_POST | ROUTE_OPEN, api_login},
	{"/api/v1/logout", WEB_ROLE_DASHBOARD, ROUTE_POST, api_logout},
};
#define ROUTE_COUNT (sizeof(routes) / sizeof(routes[0]))

static const struct route *route_find(unsigned role, const char *path)
{
	for (size_t i = 0; i < ROUTE_COUNT; i++) {
		if (routes[i].roles & role && strcmp(routes[i].path, path) == 0)
			return &routes[i];
	}
	return NULL;
}

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

bool origin_is_ours(const char *origin, const char *host)
{
	static const char *const schemes[] = {"http://", "https://"}; /* the latter: a proxy with TLS before us */
	for (size_t i = 0; origin != NULL && i < 2; i++) {
		size_t size = strlen(schemes[i]);
		if (strncasecmp(origin, schemes[i], size) == 0 && strcasecmp(origin + size, host) == 0)
			return true;
	}
	return false;
}

/* A page of another site can make a browser send a request, but not with its own origin's name and as JSON. */
static bool post_is_ours(const struct web_request *request)
{
	const char *type = request->headers[WEB_HEADER_CONTENT_TYPE];
	if (type == NULL || strncasecmp(type, "application/json", strlen("application/json")) != 0)
		return false;
	/* A program with the token is no browser that was led astray. */
	if (request->headers[WEB_HEADER_ORIGIN] == NULL && request->headers[WEB_HEADER_AUTHORIZATION] != NULL)
		return true;
	return origin_is_ours(request->headers[WEB_HEADER_ORIGIN], request->headers[WEB_HEADER_HOST]);
}

static bool is_known(const struct web_options *options, const struct web_request *request)
{
	return options->token == NULL || session_is_good(options->token, request->headers[WEB_HEADER_AUTHORIZATION],
							 request->headers[WEB_HEADER_COOKIE], request->now_s);
}

/* Sessions are made from the token: guessing one is guessing the other. */
static void unknown_refuse(const struct web_request *request, struct web_reply *reply)
{
	if (request->headers[WEB_HEADER_AUTHORIZATION] != NULL || request->headers[WEB_HEADER_COOKIE] != NULL)
		api_wait_wrong();
	web_reply_error(reply, 401, "a token is needed: Authorization: Bearer, or the page's login");
}

static void method_refuse(const struct route *route, struct web_reply *reply)
{
	bool is_post = route != NULL && route->flags & ROUTE_POST;
	web_reply_text(reply, 405, is_post ? "POST only." : "GET and HEAD only.");
	reply->allow = is_post ? "POST" : "GET, HEAD";
}

static bool method_fits(const struct route *route, enum web_method method)
{
	if (route != NULL && route->flags & ROUTE_POST)
		return method == WEB_POST;
	return method == WEB_GET || method == WEB_HEAD;
}

static void route_answer(const struct web_options *options, const struct route *route,
			 const struct web_request *request, struct web_reply *reply)
{
	if (!method_fits(route, request->method))
		method_refuse(route, reply);
	else if (!(route->flags & ROUTE_OPEN) && !is_known(options, request))
		unknown_refuse(request, reply);
	else if (route->flags & ROUTE_POST && !post_is_ours(request))
		web_reply_error(reply, 403, "a POST needs Content-Type: application/json and this site's Origin");
	else
		route->answer(options, request, reply);
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
	const struct route *route = route_find(options->role, request->target.path);
	/* The page and its parts are no secret, and the login is in them. */
	const struct web_asset *asset = options->role == WEB_ROLE_DASHBOARD ? asset_find(request->target.path) : NULL;
	if (route != NULL)
		route_answer(options, route, request, reply);
	else if (asset != NULL && !method_fits(NULL, request->method))
		method_refuse(NULL, reply);
	else if (asset != NULL)
		asset_answer(asset, request, reply);
	else if (options->role == WEB_ROLE_DASHBOARD && strcmp(request->target.path, "/") == 0)
		web_reply_text(reply, 404,
			       "This program was built without the dashboard's page; its API is below /api/v1/.");
	else
		web_reply_text(reply, 404, "There is nothing at this path.");
}
