/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run by the build: prints one manual page.
 */
#include "cli/manual.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	struct text page = {0};
	int err = argc == 2 ? manual_write(argv[1], &page) : ERR_SYNTAX;
	if (err == ERR_OK)
		fputs(text_string(&page), stdout);
	else
		fprintf(stderr, "manual: %s: %s\n", argc == 2 ? argv[1] : "usage: manual PAGE", err_text(err));
	text_free(&page);
	return err == ERR_OK && fflush(stdout) == 0 ? 0 : 1;
}
