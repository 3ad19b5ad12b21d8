/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text as mdoc: escaped, a sentence a line, paragraphs and examples.
 * Stateless.
 * Never starts a line with a dot or a quote that is not a macro.
 */
#ifndef CLI_MDOC_H
#define CLI_MDOC_H

#include "base/text.h"

/* Running text. "\n\n" starts a paragraph, a line that begins with a space is an example of its own. */
void mdoc_text(struct text *out, const char *text);
/* One argument of a macro: quoted and escaped. */
void mdoc_argument(struct text *out, const char *text);

#endif
