/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dashboard's files, part of the program: a table that tools/embed-web makes from the folder web/.
 * Const; empty when the program was built without them.
 * Never reads a file: a path that is not in the table does not exist.
 */
#ifndef WEB_ASSETS_H
#define WEB_ASSETS_H

#include "base/span.h"
#include "web/request.h"

struct web_asset {
	const char *path, *type;
	const char *etag; /* W/"...": the same for both forms of the file */
	struct span plain, gzip;
};

extern const struct web_asset web_assets[];
extern const size_t web_asset_count;

/* "/" is the page itself. NULL: there is none. */
const struct web_asset *asset_find(const char *path);
/* 200 with the file, gzipped where the client takes it, or 304. */
void asset_answer(const struct web_asset *asset, const struct web_request *request, struct web_reply *reply);

#endif
