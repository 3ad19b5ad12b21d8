/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/assets.h"

#include <stdlib.h>
#include <string.h>

const struct web_asset *asset_find(const char *path)
{
	if (strcmp(path, "/") == 0)
		path = "/index.html";
	for (size_t i = 0; i < web_asset_count; i++) {
		if (strcmp(web_assets[i].path, path) == 0)
			return &web_assets[i];
	}
	return NULL;
}

/* The next entry of a list with commas; false behind the last. */
static bool list_next(const char **at, struct span *ret)
{
	*at += strspn(*at, " \t,");
	size_t size = strcspn(*at, ",");
	*ret = span_of(*at, size);
	*at += size;
	return size > 0;
}

/* RFC 9110 12.5.3. What is not told to be wanted is not sent. */
static bool takes_gzip(const char *accepted)
{
	struct span entry;
	while (accepted != NULL && list_next(&accepted, &entry)) {
		const char *text = (const char *)entry.data;
		size_t name = strcspn(text, " \t;,");
		if (name != strlen("gzip") || strncasecmp(text, "gzip", name) != 0)
			continue;
		const char *weight = memmem(entry.data, entry.size, "q=", 2);
		return weight == NULL || strtod(weight + 2, NULL) > 0;
	}
	return false;
}

/* RFC 9110 13.1.2: by weak comparison. */
static bool has_etag(const char *known, const char *etag)
{
	struct span entry, wanted = span_text(etag + strlen("W/"));
	while (known != NULL && list_next(&known, &entry)) {
		while (entry.size > 0 && (entry.data[entry.size - 1] == ' ' || entry.data[entry.size - 1] == '\t'))
			entry.size--;
		if (entry.size > 2 && memcmp(entry.data, "W/", 2) == 0)
			entry = span_of(entry.data + 2, entry.size - 2);
		if (span_equal(entry, wanted) || span_equal(entry, span_text("*")))
			return true;
	}
	return false;
}

void asset_answer(const struct web_asset *asset, const struct web_request *request, struct web_reply *reply)
{
	reply->type = asset->type;
	reply->etag = asset->etag;
	if (has_etag(request->headers[WEB_HEADER_IF_NONE_MATCH], asset->etag)) {
		reply->status = 304;
		return;
	}
	reply->status = 200;
	reply->is_gzip = takes_gzip(request->headers[WEB_HEADER_ACCEPT_ENCODING]);
	reply->constant = reply->is_gzip ? asset->gzip : asset->plain;
}
