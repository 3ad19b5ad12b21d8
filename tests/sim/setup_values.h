/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of a scenario's configuration: text to what it says.
 * Shared by setup.c and setup_values.c and by nobody else.
 * Never reads a line: one value comes in.
 */
#ifndef TESTS_SIM_SETUP_VALUES_H
#define TESTS_SIM_SETUP_VALUES_H

#include "tests/sim/setup.h"

struct making {
	struct scenario *scenario;
	struct setup *setup;
	const struct config_line *line;
	struct name zone; /* "name:" of the block we are in */
	bool is_zone_named;
	const char *host;      /* features: static_hint_name */
	struct name hint_name; /* stub-name */
	char *why;
};

/* All: ERR_OK, or ERR_SYNTAX with why filled. */
int setup_bad(const struct making *making, const char *what);
int setup_flag_of(const struct making *making, const char *value, bool *ret);
int setup_number_of(const struct making *making, const char *value, uint32_t *ret);
int setup_size_of(const struct making *making, const char *value, uint16_t *ret);
int setup_name_of_text(const struct making *making, const char *value, struct name *ret);
int setup_server_of(const struct making *making, const char *value, struct ip_endpoint *ret);
int setup_server_add(const struct making *making, const char *value, struct policy_server *servers, size_t *count);
int setup_prefix_add(const struct making *making, const char *value, struct ip_prefix *prefixes, size_t *count);

#endif
