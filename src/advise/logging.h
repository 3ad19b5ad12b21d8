/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The logging lines that name servers need, so that `sextant tail` and those who read their logs can see what was
 * asked, over which family, and what became of it. Const rows, one program each; texts are appended to the caller's.
 * Never reads a file and follows no include: a configuration comes as its octets.
 */
#ifndef ADVISE_LOGGING_H
#define ADVISE_LOGGING_H

#include "base/text.h"

struct logging_program;

extern const struct logging_program *const logging_programs[]; /* ends with NULL */

const char *logging_program_name(const struct logging_program *program);  /* "bind" */
const char *logging_program_title(const struct logging_program *program); /* "BIND 9" */
const struct logging_program *logging_program_find(const char *name);     /* NULL: no such */
/* Whose configuration it looks like; NULL: nobody's known. */
const struct logging_program *logging_program_guess(struct span config);

/* The lines, with what each makes visible; those that the configuration has are left out. config.data NULL: there is
 * none. */
void logging_write(const struct logging_program *program, struct span config, struct text *out);

#endif
