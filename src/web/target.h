/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a request line asks for: path and parameters.
 * A value; texts lie in it.
 * Never holds an octet that its reader does not expect: no control characters, whole UTF-8.
 */
#ifndef WEB_TARGET_H
#define WEB_TARGET_H

#include "base/err.h"
#include "base/span.h"

#define TARGET_MAX 2048 /* octets of a request's target */
#define TARGET_PARAMETERS_MAX 8

struct target {
	const char *path; /* as it came: "/metrics" */
	struct {
		const char *name, *value; /* decoded; value "" where there is none */
	} parameters[TARGET_PARAMETERS_MAX];
	size_t parameter_count;
	char store[TARGET_MAX + 2];
};

/*
 * The origin form of RFC 9112 3.2.1. ERR_LIMIT: too long, too many parameters. ERR_SYNTAX: another form, a broken
 * escape, an octet that is not allowed, a parameter twice.
 */
int target_parse(struct span text, struct target *ret) MUST_USE;
/* NULL: it is not there. */
const char *target_parameter(const struct target *target, const char *name);

#endif
