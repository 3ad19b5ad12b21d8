/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says what an audit found: as text, as JSON, as a page, in short; one vantage point beside the other.
 * Borrowed: judges each zone once more, for its view.
 * Never asks anything: the books of facts are closed.
 */
#ifndef CLI_AUDIT_TELL_H
#define CLI_AUDIT_TELL_H

#include "cli/audit/gather.h"

/* To stdout, and to the file of --html. judgings: one for each book. The exit code. */
int tell(struct audit *audit, struct judging *const *judgings);
/* The JSON document of one book, to be compared with another. False: no memory. */
bool tell_result(struct judging *judging, struct text *ret);
/* What vantage points disagree about, where each could see: findings. */
void tell_differences(const struct audit *audit, struct finding_list *differences);

#endif
