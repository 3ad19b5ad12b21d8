/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where `sextant reverse generate` puts its zones: their files, read before and replaced at once.
 * Stateless.
 * Never leaves a half-written file: a new one is written beside and renamed over the old one.
 */
#ifndef CLI_REVERSE_OUTPUT_H
#define CLI_REVERSE_OUTPUT_H

#include "base/text.h"
#include "dns/name.h"

/* -O as given: a folder (exists, or ends with a slash) takes one file a zone, named after it; else a file. */
bool reverse_output_is_folder(const char *output);
void reverse_output_path(const char *output, struct name apex, struct text *ret);

/* What the file holds; *ret_exists false: there is none, or it is empty. -errno. */
int reverse_output_read(const char *path, struct text *ret, bool *ret_exists) MUST_USE;
/* -errno. The file's mode stays; a symbolic link stays a link. */
int reverse_output_write(const char *path, struct span text) MUST_USE;

#endif
