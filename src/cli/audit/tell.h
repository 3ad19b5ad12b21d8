/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says what an audit found: as text, as JSON, in short.
 * Borrowed: judges each zone once more, for its view.
 * Never asks anything.
 */
#ifndef CLI_AUDIT_TELL_H
#define CLI_AUDIT_TELL_H

#include "cli/audit/gather.h"

/* The exit code. The book of facts is closed. */
int tell(struct judging *judging);

#endif
