/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What validating one client question may still cost. Given by the caller from its limits, spent by dnssec.
 * A value.
 * Never refilled: a question that has spent it ends (KeyTrap, CVE-2023-50387; NSEC3 CPU, CVE-2023-50868).
 */
#ifndef DNSSEC_BUDGET_H
#define DNSSEC_BUDGET_H

#include <stdint.h>

struct dnssec_budget {
	uint32_t verifications;        /* signatures that may still be verified */
	uint32_t failed_verifications; /* of those, that may still fail */
	uint32_t nsec3_rounds;         /* hash computations, iterations counted */
	uint16_t keys_per_tag;         /* keys of one tag tried for one signature; not spent */
};

#endif
