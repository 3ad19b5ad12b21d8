/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/load.h"

#include "config/resolver_files.h"

#include <errno.h>
#include <string.h>

static bool forwards_everything(const struct config_resolver *resolver)
{
	for (size_t i = 0; i < resolver->forward_count; i++) {
		const struct config_forward *forward = &resolver->forwards[i];
		if (forward->zone.wire != NULL && name_is_root(forward->zone) && !forward->is_first)
			return true;
	}
	return false;
}

static struct policy_zone policy_zone_of(const struct config_forward *from, bool is_forward)
{
	return (struct policy_zone){.zone = from->zone,
				    .is_forward = is_forward,
				    .is_first = from->is_first,
				    .servers = from->to.items,
				    .server_count = from->to.count};
}

/* One zone is forwarded or a stub; the engine takes them in one list. */
static int join_zones(struct loader *loader, struct config_resolver *resolver)
{
	size_t count = resolver->forward_count + resolver->stub_count;
	struct policy_zone *zones =
		arena_alloc_zeroed(loader->arena, (count + 1) * sizeof(*zones), _Alignof(struct policy_zone));
	if (zones == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < resolver->forward_count; i++)
		zones[i] = policy_zone_of(&resolver->forwards[i], true);
	for (size_t i = 0; i < resolver->stub_count; i++)
		zones[resolver->forward_count + i] = policy_zone_of(&resolver->stubs[i], false);
	resolver->zones = zones;
	resolver->zone_count = count;
	return ERR_OK;
}

static bool has_prefix(const struct config_pref64 *pref64)
{
	return pref64->rule_count > 0 || pref64->is_from_ra || pref64->is_from_dns;
}

static int fill_resolver(struct loader *loader, struct config_service *service)
{
	struct config_resolver *resolver = &service->resolver;
	resolver->has_dns64 = has_prefix(&resolver->dns64.prefix);
	if (resolver->is_nat64_on && !has_prefix(&resolver->nat64))
		resolver->nat64 = resolver->dns64.prefix;
	int err = join_zones(loader, resolver);
	if (err == ERR_OK && resolver->hints.path != NULL && !forwards_everything(resolver))
		err = hints_read(loader, service, &resolver->hints);
	return err == ERR_OK ? anchor_files_read(loader, service) : err;
}

/* The stream's default is the role's. */
static int fill_stream(struct loader *loader, struct config_service *service)
{
	struct yaml_node *log = loader_service_key(loader, service, "log");
	if (service->stream != NULL || log == NULL || log->kind != YAML_MAP || yaml_find(log, "stream") != NULL)
		return ERR_OK;
	service->stream = service->role == CONFIG_ROLE_RESOLVER ? "recursive" : "authoritative";
	return yaml_add(loader->arena, log, "stream", service->stream) != NULL ? ERR_OK : -ENOMEM;
}

int resolvers_fill(struct loader *loader)
{
	struct config *config = loader->config;
	int err = ERR_OK;
	for (size_t i = 0; err == ERR_OK && i < config->service_count; i++) {
		struct config_service *service = &config->services[i];
		err = fill_stream(loader, service);
		if (err == ERR_OK && service->role == CONFIG_ROLE_RESOLVER)
			err = fill_resolver(loader, service);
	}
	return err;
}

/* --- As the engine takes it --- */

static void fill_dns64(const struct config_dns64 *config, struct dns64 *ret)
{
	*ret = (struct dns64){
		.rules = config->prefix.rules,
		.rule_count = config->prefix.rule_count,
		.exclude_a = config->exclude_a.items,
		.exclude_a_count = config->exclude_a.count,
		.exclude_aaaa = config->exclude_aaaa.items,
		.exclude_aaaa_count = config->exclude_aaaa.count,
		.clients = config->clients.items,
		.client_count = config->clients.count,
		.synthesize_on = config->synthesize_on,
		.is_all_synthesized = config->is_all_synthesized,
		.is_ede_on = config->has_mark[CONFIG_MARK_EDE_29],
	};
}

/* What the rows of options_resolver.def say about asking. */
static void fill_upstream(const struct config_resolver *config, struct resolver_policy *policy)
{
	memcpy(policy->has_family, config->has_upstream_family, sizeof(policy->has_family));
	policy->prefers_ipv4 = config->prefers_ipv4;
	policy->port = config->upstream_port;
	policy->upstream_udp_size = config->upstream_udp_size;
	policy->is_tcp_only = config->is_tcp_only;
	policy->minimise = config->minimise;
	policy->is_case_mixed = config->is_case_mixed;
	policy->is_glue_hardened = config->is_glue_hardened;
	policy->is_speculative = config->is_speculative;
	policy->is_primed = config->is_primed;
	policy->do_not_query = config->do_not_query.items;
	policy->do_not_query_count = config->do_not_query.count;
	policy->hints = config->hints.servers.items;
	policy->hint_count = config->hints.servers.count;
	policy->zones = config->zones;
	policy->zone_count = config->zone_count;
	policy->fallback = config->fallback.to.items;
	policy->fallback_count = config->fallback.to.count;
	policy->is_nat64_on = config->is_nat64_on;
}

static void fill_answers(const struct config_resolver *config, struct resolver_policy *policy)
{
	policy->has_local_zones = config->has_local_zones;
	policy->no_local = config->local_zones_off.items;
	policy->no_local_count = config->local_zones_off.count;
	policy->hosts = config->hosts.items;
	policy->host_count = config->hosts.count;
	policy->ttl_least_s = config->ttl_least_s;
	policy->ttl_most_s = config->ttl_most_s;
	policy->negative_ttl_most_s = config->negative_ttl_most_s;
	policy->is_prefetch_on = config->is_prefetch_on;
	policy->is_serve_stale_on = config->is_serve_stale_on;
	policy->stale_most_s = config->stale_most_s;
	policy->stale_ttl_s = config->stale_ttl_s;
	policy->stale_wait_ms = config->stale_wait_ms;
	policy->is_aggressive = config->is_aggressive;
	policy->validation = config->validation;
	policy->is_sha1_accepted = config->is_sha1_accepted;
	policy->is_anchor_signalled = config->is_anchor_signalled;
	policy->is_sentinel_on = config->is_sentinel_on;
}

void config_resolver_policy(const struct config_service *service, struct resolver_policy *ret, struct dns64 *ret_dns64)
{
	const struct config_resolver *config = &service->resolver;
	*ret = (struct resolver_policy){
		.service = service->name,
		.identity = service->identity,
		.version = service->version,
		.allow = config->allow.items,
		.allow_count = config->allow.count,
		.udp_size = service->transport.edns_udp_size,
		.is_minimal = service->is_minimal,
		.is_cookie_on = service->is_cookie_on,
		/* RFC 7828 3.1 counts in units of 100 ms. */
		.tcp_idle_timeout_ds = (uint16_t)(service->transport.tcp_idle_timeout_ms / 100),
	};
	fill_upstream(config, ret);
	fill_answers(config, ret);
	if (!config->has_dns64)
		return;
	fill_dns64(&config->dns64, ret_dns64);
	ret->dns64 = ret_dns64;
}
