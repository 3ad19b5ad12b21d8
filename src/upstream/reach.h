/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does an address family work at all from here? Learned from what questions meet, with a cause where it can be named.
 * Owned: reach_new/reach_free; shared by workers (one short lock; the state itself is read without).
 * Never disables: a family that is down is asked last and probed until it is back.
 *
 * Down: questions to REACH_PREFIXES distinct prefixes (/32 of IPv6, /16 of IPv4) failed in a row, with no reply from
 * any since. Or the kernel has no route. Up again: a reply. While down one question in a while is let through as a
 * probe. NAT64 addresses count for the translator, not for native IPv6.
 */
#ifndef UPSTREAM_REACH_H
#define UPSTREAM_REACH_H

#include "ip/prefix.h"

#define REACH_PREFIXES 3
#define REACH_PROBE_S 10      /* the first probe comes so long after the fall, later ones */
#define REACH_PROBE_MOST_S 60 /* up to so long apart */

enum reach_path { REACH_IPV6, REACH_IPV4, REACH_NAT64, REACH_PATH_COUNT };
const char *reach_path_text(enum reach_path path); /* "IPv6", "IPv4", "NAT64" */

/* What the host looks like, told by the daemon (getifaddrs, routes) at start and when it changes. */
struct reach_host {
	bool has_global_ipv6, has_ula, has_ipv6_route;
	bool has_global_ipv4, has_private_ipv4, has_ipv4_route; /* private: RFC 1918, RFC 6598 */
};

enum reach_cause { /* */
	REACH_CAUSE_NONE,
	REACH_CAUSE_NO_ADDRESS,      /* no global address of the family */
	REACH_CAUSE_ULA_ONLY,        /* only fc00::/7: nobody outside can answer */
	REACH_CAUSE_NO_ROUTE,        /* the kernel says so */
	REACH_CAUSE_NOT_ROUTED,      /* a global address, packets leave, nothing comes back */
	REACH_CAUSE_PRIVATE,         /* RFC 1918 or RFC 6598 source and nothing comes back: no translation */
	REACH_CAUSE_PORTS,           /* the translator answers some and drops others: few ports, short sessions */
	REACH_CAUSE_SIZE,            /* small answers come, large ones do not */
	REACH_CAUSE_COUNT
};
const char *reach_cause_text(enum reach_cause cause); /* a sentence part: "the host has no global IPv6 address" */

struct reach;

struct reach *reach_new(void);
void reach_free(struct reach *reach);
void reach_set_host(struct reach *reach, const struct reach_host *host);

/* A change that the caller should log. */
enum reach_change { REACH_SAME, REACH_WENT_DOWN, REACH_CAME_UP };

enum reach_change reach_reply(struct reach *reach, enum reach_path path, const struct ip_addr *server, uint64_t now_us,
                              uint32_t size);
enum reach_change reach_silence(struct reach *reach, enum reach_path path, const struct ip_addr *server,
                                uint64_t now_us);
enum reach_change reach_no_route(struct reach *reach, enum reach_path path, uint64_t now_us);
/* A server that stayed silent for a large answer and then gave a smaller one. */
void reach_size_lost(struct reach *reach, enum reach_path path, uint64_t now_us);

/* a path that is not down has come to work badly (PORTS, SIZE). True once for each time; *ret_cause why. */
bool reach_take_news(struct reach *reach, enum reach_path path, enum reach_cause *ret_cause);

struct reach_view {
	bool is_down;
	bool is_unroutable;        /* down because the kernel has no route: asking costs nothing and gives nothing */
	enum reach_cause cause;    /* of being down, or of working badly: PORTS, SIZE */
	uint64_t since_us;         /* of the last fall or rise; 0: never */
	uint32_t replies, silences; /* counted, halved each minute */
};
struct reach_view reach_view(const struct reach *reach, enum reach_path path);
/* Whether a question on a path that is down may go out now as its probe: true once each time one is due. Ask only when
 * the question will really be sent. */
bool reach_probe(struct reach *reach, enum reach_path path, uint64_t now_us);

#endif
