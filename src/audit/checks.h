/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checks of an audit: each judges a whole view and adds findings.
 * Pure; rows of a table.
 * Never asks for facts, and never blames a server for what could not be tested from here.
 */
#ifndef AUDIT_CHECKS_H
#define AUDIT_CHECKS_H

#include "audit/view.h"
#include "finding/finding.h"

void checks_run(const struct view *view, struct finding_list *findings);
/* file: of the inventory. */
struct service;
void checks_service(const struct service *service, const char *file, struct finding_list *findings);
/* P03: a reverse zone of what an inventory names; its own findings are those from before on. */
void checks_reverse(const struct view *view, size_t before, struct finding_list *findings);

#endif
