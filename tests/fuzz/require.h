/* SPDX-License-Identifier: BSD-2-Clause */
/* What fuzzers hold to be true of what comes out. */
#ifndef FUZZ_REQUIRE_H
#define FUZZ_REQUIRE_H

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
