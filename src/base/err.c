/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/err.h"

#include <string.h>

const char *err_text(int code)
{
	switch (code) {
	case ERR_OK:
		return "done";
#define ERR_CASE(id, text)                                                                         \
	case id:                                                                                   \
		return text;
		ERR_LIST(ERR_CASE)
#undef ERR_CASE
	}
	const char *text = strerrordesc_np(-code);
	return text != NULL ? text : "unknown error";
}
