/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/ede.h"

#include <stddef.h>

const char *ede_text(uint16_t code)
{
	static const char *const texts[] = {
#define EDE_ROW(number, name, text) [number] = text,
	    EDE_LIST(EDE_ROW)
#undef EDE_ROW
	};
	return code < sizeof(texts) / sizeof(*texts) ? texts[code] : "Unassigned";
}
