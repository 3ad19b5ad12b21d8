/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of commands that read logs: which files, of which format and stream, in which time zone.
 * Borrowed: paths are those of the command line.
 * Never reads a line.
 */
#ifndef CLI_TAIL_SOURCE_OPTIONS_H
#define CLI_TAIL_SOURCE_OPTIONS_H

#include "cli/cli.h"
#include "cli/tail/sources.h"

#define SOURCE_OPTION_FORMAT                                                                                           \
	{                                                                                                              \
		"format", 0, "NAME",                                                                                   \
			"auto (each line is told apart by itself), bind, unbound, coredns, sextant, kresd, powerdns, " \
			"route53, clouddns or dnstap"                                                                  \
	}
#define SOURCE_OPTION_STREAM                                                                                           \
	{                                                                                                              \
		"stream", 0, "WHICH",                                                                                  \
			"auth, rec or probe: only events of authoritative servers, of resolvers, of our own probes; "   \
			"sources that can be "                                                                         \
			"either are taken to be it"                                                                    \
	}
#define SOURCE_OPTION_UTC_OFFSET                                                                                       \
	{                                                                                                              \
		"utc-offset", 0, "OFFSET", "time zone of stamps that have none: +01:00; else that of this host now"    \
	}

/* The operands, --format, --stream and --utc-offset. The exit code. */
int source_options_read(struct cli *cli, struct log_sources_options *ret);
/* Opens them; what cannot be read has been said. The exit code. */
int source_options_open(struct cli *cli, const struct log_sources_options *options, struct log_sources **ret);

#endif
