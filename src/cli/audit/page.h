/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An audit as one HTML file that can be passed on: no script, nothing fetched, light and dark, for screens of any width
 * and for paper.
 * Borrowed: appends to the caller's text.
 * Never lets anything from outside be taken for markup: all that is not ours goes through html_add.
 */
#ifndef CLI_AUDIT_PAGE_H
#define CLI_AUDIT_PAGE_H

#include "audit/service.h"
#include "cli/audit/audit.h"
#include "cli/audit/summary.h"

/* What one book has to say. */
struct page_book {
	const struct audit_book *book;
	const struct finding_list *findings; /* sorted */
	struct summary *summary;             /* NULL: there is one zone */
	const struct text *zones;            /* page_zone of each */
	const struct text *rows;             /* page_row of each */
	const struct text *services;         /* page_service of each */
};

/* Text from outside: escaped, what a browser must not see as "?". */
void html_add(struct text *out, const char *text);
/* A zone's verdict and its servers, a section. */
void page_zone(const struct view *view, struct text *out);
/* The zone in the table of many. */
void page_row(const struct view *view, struct text *out);
/* A service name in the table of them, with the hosts of its mail. */
void page_service(const struct service *service, struct text *out);
/* That table; nothing where there is no row. */
void page_services(const struct text *rows, struct text *out);
/* Many zones in figures, a section's part. */
void page_summary(struct summary *summary, struct text *out);
/* differences: between the books. */
void page_write(const struct audit *audit, const struct page_book *books, const struct finding_list *differences,
		struct text *out);

#endif
