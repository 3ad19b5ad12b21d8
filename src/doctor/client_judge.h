/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judges what clients are told of DNS: pure functions from facts to findings (D18, DSC-..).
 * Stateless.
 * Never calls good what was not seen: that is a finding of its own, undetermined.
 */
#ifndef DOCTOR_CLIENT_JUDGE_H
#define DOCTOR_CLIENT_JUDGE_H

#include "doctor/client.h"
#include "finding/finding.h"

void client_judge(const struct client_facts *facts, struct finding_list *findings);

/* The parts of it. */
void client_judge_routers(const struct client_interface *at, struct finding_list *findings);
void client_judge_resolvers(const struct client_facts *facts, struct finding_list *findings);
void client_judge_addresses(const struct client_interface *at, struct finding_list *findings);
void client_judge_set(const struct client_facts *facts, const struct client_interface *at,
                      struct finding_list *findings);
void client_judge_conf(const struct client_facts *facts, struct finding_list *findings);
void client_judge_encrypted(const struct client_facts *facts, struct finding_list *findings);
void client_judge_platforms(const struct client_facts *facts, const struct client_interface *at,
                            struct finding_list *findings);

/* What kinds of clients take resolvers from. */
struct client_platform {
	const char *name;
	unsigned sources;           /* bits of enum client_source */
	bool is_obeying_flags;      /* asks DHCPv6 only where a router says M or O (RFC 4861 4.2) */
	bool is_ipv6_only_capable;  /* gives IPv4 up where DHCPv4 prefers that (RFC 8925) */
	bool is_old;                /* newer ones of the kind do better: a notice where nobody else is hit */
	bool is_copying_conf;       /* uses resolv.conf of the host from elsewhere: loopback addresses are of no use */
};
extern const struct client_platform client_platforms[];
extern const size_t client_platform_count;

/* OK: it gets a resolver that answers; FAILED: none; UNDETERMINED: routers could not be asked, or the resolver not tried. */
enum client_state client_platform_state(const struct client_facts *facts, const struct client_interface *at,
                                        const struct client_platform *platform);

/* Adds a finding that says what could not be seen; severity notice. The subject stands in front of its cause. */
void client_undetermined(struct finding_list *findings, enum finding_code code, const char *subject, const char *fix,
                         const char *cause_format, ...) PRINTF_LIKE(5, 6);

#endif
