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

#endif
