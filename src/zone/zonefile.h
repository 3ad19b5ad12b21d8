/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Master files (RFC 1035 5, RFC 2308 4, BIND's $GENERATE): text to records in a zone_builder.
 * The file is read whole, then parsed in one pass; the text is freed at the end.
 * Never stops at the first error: all errors become findings with file:line:column, up to a limit.
 */
#ifndef ZONE_ZONEFILE_H
#define ZONE_ZONEFILE_H

#include "zone/builder.h"

struct zonefile_options {
	const char *path;
	struct name origin;          /* the zone's apex: $ORIGIN at the start */
	bool is_include_allowed;     /* $INCLUDE, relative to the including file's folder */
	size_t generate_max;         /* records that $GENERATE may make in all; 0: the usual 4 million */
};

/* ERR_FINDINGS: errors were found (all are in findings); -errno: the file cannot be read (also a finding). */
int zonefile_parse(const struct zonefile_options *options, struct zone_builder *builder,
                   struct finding_list *findings) MUST_USE;
/* The same from memory, as the fuzzer uses it; file_name is for messages. */
int zonefile_parse_text(const struct zonefile_options *options, struct span text, struct zone_builder *builder,
                        struct finding_list *findings) MUST_USE;

/* Parse, build and link: what the daemon and `sextant check` both call. */
int zone_load(const struct zonefile_options *options, struct finding_list *findings, struct zone **ret,
              struct zone_places **ret_places) MUST_USE;

/* The apex a file is for when the user named none: the owner of its first SOA. ERR_NOT_FOUND. */
int zonefile_guess_origin(const char *path, struct name_buffer *buffer, struct name *ret) MUST_USE;

#endif
