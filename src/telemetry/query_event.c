/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/query_event.h"

const char *transport_text(enum transport transport)
{
	static const char *const texts[TRANSPORT_COUNT] = {"udp", "tcp"};
	return texts[transport];
}
