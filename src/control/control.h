/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control socket: a Unix stream socket in run-dir, mode 0600, one JSON object a line each way.
 * Request {"command":"status",...}; reply {"ok":true,...} or {"ok":false,"error":"text"}.
 * Never on the answer path: served by the daemon's main loop.
 */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

/*
 * Requests:
 *   {"command":"status"}              {"ok":true, what `sextant status --json` prints}
 *   {"command":"reload"} {"ok":bool,"config":"loaded"|"unchanged"|"failed","error":text,"zones":[{"zone","service",
 *   {"command":"reload","zone":key}    "result","old_serial","new_serial","records","message"}]}; what does not apply
 * is absent
 *   {"command":"stop"}                {"ok":true,"pid":n}; it ends soon after
 *   {"command":"signals"}             {"ok":true,"share_parts":n (of so many questions one is watched), and what
 *                                     observe/report.h says of signals_report}
 *
 * About resolver services; "service" is the name of one. Wrong names give {"ok":false,"error":text}.
 *   {"command":"flush","name":"example.com.","tree":bool,"service":text}
 *                                     {"ok":true,"services":[{"service":text,"removed":n}]}. Without "service": all of
 *                                     them. removed: entries of the cache, as cache_flush counts
 *   {"command":"cache-stats","service":text}
 *                                     {"ok":true,"services":[{"service":text, and what "cache" is below}]}. Without
 *                                     "service": all of them
 *   {"command":"cache-dump","service":text,"after":n}
 *                                     {"ok":true,"service":text,"entries":[entry, ...],"next":n}: at most
 *                                     CONTROL_DUMP_MAX entries from the position "after" (0 at first); "next" is the
 *                                     position to go on from, absent at the end. "service" may be left out when
 *                                     there is one resolver service. Positions fit into 63 bits
 *     entry: {"kind":"outcome"|"reply"|"delegation"|"failure","name":"www.example.com.","type":"AAAA","ttl_s":n (below
 *            0: ended so long ago),"age_s":n,"hits":n,"size":octets,"text":["records as text", ...] (may be absent)}
 *
 * A resolver service in "services" of the status reply has, besides what every service has, and without "zones":
 *   "cache": {"budget":octets,"used":octets,"entries":{"outcome":n,"reply":n,"delegation":n,"failure":n},"stores":n,
 *             "evictions":n,"hits":n,"misses":n,"stale":n}
 *   "families": [{"path":"IPv6"|"IPv4"|"NAT64","is_down":bool,"cause":text (absent: none),"since_s":n (seconds it has
 *             been so),"replies":n,"silences":n}]
 *   "upstream": {"jobs":n,"clients":n,"asks":n (all three: now),"queries":{"ipv6":{"udp":n,"tcp":n},"ipv4":{...}},
 *             "timeouts":{"ipv6":n,"ipv4":n},"retries":{"ipv6":{"ipv6":n,"ipv4":n},"ipv4":{...}} (from, to)}
 *   "validations": {"secure":n,"insecure":n,"bogus":n,"indeterminate":n}
 *   "aaaa": {"native":n,"dns64":n,"negative":n}
 *   "pref64": [{"prefix":text,"source":"static"|"router advertisement"|"RFC 7050","router":address (absent: none),
 *             "ends_s":n (absent: never),"is_in_use":bool}]
 *   "anchors": [{"owner":"." ,"type":"DS"|"DNSKEY","tag":n,"algorithm":n,"state":text ("configured", or that of RFC
 *             5011 4.2 in lower case: "valid", "addpend", "missing", "revoked", "removed")}]
 *   "negative_anchors": [name, ...]
 */


#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

#define CONTROL_LINE_MAX 65536 /* octets of a request */
#define CONTROL_DUMP_MAX 256   /* entries in one reply to "cache-dump" */

/* Handles one request; returns a new reply object (owned by the caller). */
typedef json_t *control_handler(void *owner, const json_t *request);

struct control_server;
/* Listens on path. A stale socket is replaced; a live one: -EADDRINUSE. */
int control_server_start(uv_loop_t *loop, const char *path, control_handler *handler, void *owner,
			 struct control_server **ret) MUST_USE;
/*
 * Removes the socket and closes the handles; replies that are on their way (to the "stop" whose handler calls this,
 * too) are sent first, for at most a second. Freed once the loop has closed them all.
 */
void control_server_stop(struct control_server *server);

/* One request from a command: blocking, with a limit. -errno (ENOENT, ECONNREFUSED: no daemon), ERR_SYNTAX. */
int control_call(const char *path, const json_t *request, unsigned timeout_ms, json_t **ret_reply) MUST_USE;

#endif
