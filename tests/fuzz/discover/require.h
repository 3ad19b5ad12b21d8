/* SPDX-License-Identifier: BSD-2-Clause */
/* What fuzzers of this room hold to be true of what comes out. */
#ifndef FUZZ_DISCOVER_REQUIRE_H
#define FUZZ_DISCOVER_REQUIRE_H

#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(claim)                                                                                                 \
	do {                                                                                                           \
		if (!(claim)) {                                                                                        \
			fprintf(stderr, "not so: %s\n", #claim);                                                       \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

#endif
