/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each kind of option accepts: how it is read, described and written.
 * Const table.
 * Never knows a particular option.
 */
#ifndef CONFIG_KIND_H
#define CONFIG_KIND_H

#include "config/option.h"

#include <stdbool.h>

/* May the value be a list? */
bool kind_is_list(enum option_kind kind);

#endif
