/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/tapping.h"

#include "base/clock.h"
#include "dns/header.h"

#define RING_SIZE (4 << 20)

int tapping_open(const struct tapping_options *options, struct tap **ret)
{
	const struct config_dnstap *config = &options->config->dnstap;
	*ret = NULL;
	if (!config_dnstap_is_on(config))
		return ERR_OK;
	struct tap_options tap = {.worker_count = options->worker_count,
	                          .ring_size = RING_SIZE,
	                          .sender = {.path = config->path, .log = options->log},
	                          .identity = config->identity != NULL ? config->identity : options->node,
	                          .version = config->version != NULL ? config->version : options->version,
	                          .privacy = options->config->privacy,
	                          .log = options->log};
	if (config->path == NULL)
		tap.sender.peer = config->tcp.items[0].endpoint;
	return tap_new(&tap, ret);
}

int tapping_label(struct tap *tap, const struct config *config, const struct config_service *service,
                  struct service_view *view)
{
	const bool *has_type = config->dnstap.has_type;
	bool is_resolver = service->role == CONFIG_ROLE_RESOLVER;
	if (tap == NULL || !config_dnstap_is_on(&config->dnstap))
		return ERR_OK;
	view->is_tapped = has_type[is_resolver ? CONFIG_TAP_CLIENT : CONFIG_TAP_AUTH];
	view->is_upstream_tapped = is_resolver && has_type[CONFIG_TAP_RESOLVER];
	return view->is_tapped || view->is_upstream_tapped ? tap_label(tap, service->name, &view->tap_label) : ERR_OK;
}

json_t *tapping_json(const struct tap *tap)
{
	struct tap_view view = tap_view(tap);
	return json_pack("{s:s, s:b, s:I, s:I, s:I}", "to", view.peer, "is_connected", view.sender.is_connected, "sent",
	                 (json_int_t)view.sender.frames, "dropped", (json_int_t)view.dropped, "connections",
	                 (json_int_t)view.sender.connections);
}

void tapping_client(const struct worker *worker, const struct service *service, const struct service_view *view,
                    const struct tapped *tapped)
{
	if (!view->is_tapped)
		return;
	bool is_resolver = service->recursion != NULL;
	struct tap_message message = {.type = is_resolver ? TAP_CLIENT_QUERY : TAP_AUTH_QUERY,
	                              .transport = tapped->transport,
	                              .query = *tapped->client,
	                              .response = {.addr = tapped->server, .port = tapped->port},
	                              .query_us = tapped->query_us,
	                              .octets = tapped->query};
	if (tapped->query.size > 0)
		tap_emit(worker->feeds.tap, worker->index, view->tap_label, &message);
	if (tapped->response.size == 0)
		return;
	message.type = is_resolver ? TAP_CLIENT_RESPONSE : TAP_AUTH_RESPONSE;
	message.response_us = tapped->response_us;
	message.octets = tapped->response;
	tap_emit(worker->feeds.tap, worker->index, view->tap_label, &message);
}

uint64_t tapping_server(const struct worker *worker, const struct service *service,
                        const struct exchange_passing *passing)
{
	const struct service_view *view = service_view(service);
	if (!view->is_upstream_tapped)
		return 0;
	/* RD goes to forwarders alone, and replies have it as it was asked (RFC 1035 4.1.1). */
	bool is_forward = passing->message.size >= HEADER_SIZE && (load_u16(passing->message.data + 2) & HEADER_RD) != 0;
	uint64_t now_us = clock_wall_us();
	struct tap_message message = {.type = is_forward ? TAP_FORWARDER_QUERY : TAP_RESOLVER_QUERY,
	                              .transport = (enum transport)passing->transport,
	                              .query = passing->own,
	                              .response = passing->server,
	                              .query_us = passing->is_reply ? passing->since : now_us,
	                              .zone = passing->zone,
	                              .octets = passing->message};
	if (passing->is_reply) {
		message.type++;
		message.response_us = now_us;
	}
	tap_emit(worker->feeds.tap, worker->index, view->tap_label, &message);
	return now_us;
}
