/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration as the daemon and the commands use it: parsed, defaulted, checked.
 * Owned: config_load/config_free; all texts and arrays belong to it.
 * Never half good: config_load gives a whole configuration or findings that say what is wrong where.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "config/config_alerts.h"
#include "config/config_history.h"
#include "config/config_resolver.h"
#include "config/config_watch.h"
#include "dns/name.h"
#include "finding/finding.h"
#include "ip/addr.h"
#include "ip/prefix.h"
#include "telemetry/privacy.h"

enum config_path_mtu { PATH_MTU_MINIMUM, PATH_MTU_INTERFACE };
enum config_any { CONFIG_ANY_MINIMAL, CONFIG_ANY_FULL };
enum config_lint { CONFIG_LINT_WARN, CONFIG_LINT_REFUSE, CONFIG_LINT_OFF };
enum config_role { CONFIG_ROLE_AUTHORITATIVE, CONFIG_ROLE_RESOLVER };
enum config_log_target { CONFIG_LOG_SAME, CONFIG_LOG_STDERR, CONFIG_LOG_JOURNAL, CONFIG_LOG_FILE };

struct config_log_to {
	enum config_log_target target; /* SAME: of the query log, where the daemon's log goes */
	const char *file;              /* target FILE */
};

struct config_transport {       /* the `transport` block, or a service's own values over it */
	uint16_t edns_udp_size; /* 512-1400, of a resolver up to 4096; over 1232 needs path_mtu interface */
	uint16_t tcp_mss;       /* 1220 or 1388 */
	enum config_path_mtu path_mtu;
	uint32_t tcp_idle_timeout_ms;
	uint32_t tcp_total_timeout_ms;       /* a connection's whole life */
	uint32_t tcp_connections;            /* at once, per worker */
	uint32_t tcp_connections_per_client; /* per /56 or /24 */
	bool is_freebind;
};

struct config_listener {
	struct ip_endpoint endpoint; /* `any` becomes two: :: and 0.0.0.0 */
	struct ip_endpoint written;  /* as the file says: another one where --lab moved the listener */
	uint32_t line, column;       /* in the file */
};

struct config_listeners {
	struct config_listener *items;
	size_t count;
};

struct config_web {                     /* a block of HTTP listeners; listen.count 0: there are none */
	struct config_listeners listen;
	const char *token_file; /* of the dashboard; NULL: none */
	char *token;            /* its content */
};

enum config_tap { CONFIG_TAP_CLIENT, CONFIG_TAP_RESOLVER, CONFIG_TAP_AUTH, CONFIG_TAP_COUNT };

struct config_dnstap {               /* one of path and tcp; without both it is off */
	const char *path;            /* of a Unix socket */
	struct config_listeners tcp; /* one: the collector */
	bool has_type[CONFIG_TAP_COUNT];
	const char *identity, *version; /* NULL: those of the node and of the program */
};

static inline bool config_dnstap_is_on(const struct config_dnstap *dnstap)
{
	return dnstap->path != NULL || dnstap->tcp.count > 0;
}

struct config_zone {
	const char *key;       /* the key under `zones:` */
	struct name name;      /* `name:`, else the key */
	const char *file;      /* resolved against the config file's folder; NULL: it is a secondary zone */
	struct config_peers transfer_from; /* its primaries; count 0: it has a file */
	enum config_lint lint; /* findings of severity error at load: warn | refuse | off */
	struct config_audit audit; /* delegation-audit: */
	uint32_t line, column;
};

static inline bool config_zone_is_secondary(const struct config_zone *zone)
{
	return zone->transfer_from.count > 0;
}

struct config_transfers_in { /* bounds of what primaries send */
	uint32_t idle_timeout_ms, total_timeout_ms;
	uint64_t size; /* octets */
	uint16_t at_once;
};

struct config_key;

struct config_peer { /* another name server of our zones */
	const char *name;
	struct config_servers addresses;
	const struct config_key *key; /* its TSIG; NULL: it does not sign */
	uint32_t line, column;
};

struct config_service {
	const char *name;
	enum config_role role;
	struct config_listener *listeners;
	size_t listener_count;
	bool has_family[FAMILY_COUNT]; /* `families:` */
	const struct config_zone **zones;
	size_t zone_count;
	struct config_peers transfer_to; /* who may have the zones whole */
	struct config_transport transport;
	bool is_minimal; /* minimal-responses */
	enum config_any any;
	const char *identity;     /* identity: NSID and id.server, NULL: hidden */
	const char *version;      /* version: NULL: hidden */
	uint32_t query_log_every; /* log: {queries: on} 1, {queries: sample 1/100} 100, off 0 */
	const char *stream;       /* log: {stream: authoritative}; of a resolver "recursive" when left out */
	bool is_cookie_on;
	struct config_resolver resolver; /* role resolver; else zero */
	uint32_t line, column;
};

struct config_key {
	const char *name;      /* as written */
	const char *algorithm; /* hmac-sha256 ... */
	const char *secret_file;
	uint8_t *secret; /* decoded */
	size_t secret_size;
};

struct arena;
struct yaml_node;

struct config {
	const char *path;     /* of the file */
	uint32_t version;     /* of its format */
	const char *identity; /* node.identity: "node" in log lines; NULL: the host name */
	uint16_t workers;     /* 0: auto, one per core */
	const char *run_dir;  /* control socket and lock files */
	const char *state_dir; /* what must outlive a restart: RFC 5011 */
	const char *user;     /* node.user: become this user after binding; NULL: stay */
	struct config_transport transport;
	struct config_service *services;
	size_t service_count;
	struct config_zone *zones;
	size_t zone_count;
	struct config_key *keys;
	size_t key_count;
	struct config_watch watch; /* `watch:` */
	struct config_peer *peers;
	size_t peer_count;
	struct config_transfers_in transfers_in;
	struct ip_prefix *pref64; /* `pref64:` known NAT64 prefixes, for refusals and checks */
	size_t pref64_count;
	bool is_observed; /* observability.signals */
	const char *sites_path; /* observability.sites; NULL: none */
	struct span sites_text; /* what is in it, checked */
	bool is_log_json; /* observability.log.format */
	struct config_log_to log_to, queries_to;
	struct privacy privacy; /* observability.privacy */
	struct config_web metrics, dashboard;
	struct config_alerts alerts; /* observability.alerts */
	struct config_dnstap dnstap;
	struct config_history history;
	struct config_clickhouse clickhouse;
	const char *socket_path; /* of the control socket */
	struct arena *arena;     /* holds all of it */
	struct yaml_node *tree;  /* the file with its defaults, for config/print.h */
};

struct config_load_options {
	bool is_lab; /* --lab, see config/lab.h: high ports, no root, addresses this host lacks move to loopback */
};

/*
 * Reads and checks the file. ERR_FINDINGS: findings say why (a YAML error too; ERR_SYNTAX then, so that commands
 * exit with 2). Warnings are added to findings even on success. -errno: the file cannot be read.
 */
int config_load(const char *path, const struct config_load_options *options, struct finding_list *findings,
		struct config **ret) MUST_USE;
void config_free(struct config *config);

/*
 * The same from memory; path is for messages and for the folder relative paths start at. Key files, root
 * hints, trust anchor files, alert rules and the headers of webhooks are read, nothing else.
 */
int config_load_text(const char *path, struct span text, const struct config_load_options *options,
		     struct finding_list *findings, struct config **ret) MUST_USE;

/* The control socket's path: <run_dir>/control.sock. Borrowed from config. */
const char *config_socket_path(const struct config *config);

#endif
