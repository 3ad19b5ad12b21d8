/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/query_event.h"

const char *transport_text(enum transport transport)
{
	static const char *const texts[TRANSPORT_COUNT] = {"udp", "tcp"};
	return texts[transport];
}

const char *aaaa_origin_text(enum aaaa_origin origin)
{
	static const char *const texts[AAAA_ORIGIN_COUNT] = {"-", "native", "dns64", "negative"};
	return texts[origin];
}

const char *cache_use_text(enum cache_use use)
{
	static const char *const texts[CACHE_USE_COUNT] = {"none", "miss", "hit", "stale"};
	return texts[use];
}

const char *security_value_text(uint8_t security)
{
	static const char *const texts[SECURITY_COUNT] = {"unchecked", "secure", "insecure", "indeterminate", "bogus"};
	return security < SECURITY_COUNT ? texts[security] : "unchecked";
}
