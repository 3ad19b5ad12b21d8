/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The service names that an audit looks at: those of --inventory, else of each zone that was named its own name and
 * www. Owned: lives in struct audit. Never takes a file that it does not understand to its end.
 */
#ifndef CLI_AUDIT_SERVICES_H
#define CLI_AUDIT_SERVICES_H

#include "audit/service.h"
#include "cli/audit/audit.h"

/* Behind the zones of the command line. An exit code; what is wrong has been said. */
int audit_services_take(struct audit *audit);
/* The zones that a whole service's addresses have their names in become targets, once each. -ENOMEM. */
int audit_reverse_zones_add(struct audit *audit, const struct service *service) MUST_USE;
/* Behind all other zones, in an order that does not depend on which answer came first. */
void audit_reverse_zones_sort(struct audit *audit);

#endif
